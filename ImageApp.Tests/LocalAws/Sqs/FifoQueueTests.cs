using Amazon.SQS;
using Amazon.SQS.Model;

namespace ImageApp.Tests.LocalAws.Sqs;

/// <summary>FIFO queues, by AWS's own SDK and command line.</summary>
public sealed class FifoQueueTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_keeps_its_order_and_waits_for_what_is_in_flight()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
        var sequence = new List<string>();
        foreach (var (group, body) in new[] { ("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3") })
        {
            sequence.Add((await aws.SendFifoAsync(url, group, body)).SequenceNumber);
        }

        Assert.Equal(sequence.Order(StringComparer.Ordinal), sequence);
        Assert.All(sequence, number => Assert.Equal(20, number.Length));

        // As many of a group as possible, then of the next one.
        var first = await ReceiveAsync(aws, url, 2);
        Assert.Equal(["a1", "a2"], first.Select(message => message.Body));
        Assert.Equal(
            ("a", sequence[0], 64),
            (
                first[0].Attributes["MessageGroupId"],
                first[0].Attributes["SequenceNumber"],
                first[0].Attributes["MessageDeduplicationId"].Length));
        Assert.Equal(["b1"], (await ReceiveAsync(aws, url, 10)).Select(message => message.Body));
        await aws.Sqs.DeleteMessageAsync(url, first[0].ReceiptHandle, Cancelled);
        Assert.Empty(await ReceiveAsync(aws, url, 10));

        // The last in flight is given back: it comes again, and the rest of the group after it.
        await aws.Sqs.ChangeMessageVisibilityAsync(url, first[1].ReceiptHandle, 0, Cancelled);
        Assert.Equal(["a2", "a3"], (await ReceiveAsync(aws, url, 10)).Select(message => message.Body));
    }

    [Fact]
    public async Task What_comes_before_a_message_in_flight_is_received_what_comes_after_it_is_not()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
        foreach (var body in new[] { "1", "2", "3" })
        {
            await aws.SendFifoAsync(url, "group", body);
        }

        var all = await ReceiveAsync(aws, url, 3);
        await aws.Sqs.ChangeMessageVisibilityAsync(url, all[0].ReceiptHandle, 0, Cancelled);
        await aws.Sqs.ChangeMessageVisibilityAsync(url, all[2].ReceiptHandle, 0, Cancelled);
        Assert.Equal(["1"], (await ReceiveAsync(aws, url, 3)).Select(message => message.Body));
    }

    [Fact]
    public async Task A_poll_of_a_blocked_group_gets_the_next_message_when_the_first_is_deleted()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
        await aws.SendFifoAsync(url, "group", "1");
        await aws.SendFifoAsync(url, "group", "2");
        var first = Assert.Single(await ReceiveAsync(aws, url, 1));
        var poll = aws.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, WaitTimeSeconds = 20 }, Cancelled);
        await aws.Sqs.DeleteMessageAsync(url, first.ReceiptHandle, Cancelled);
        Assert.Equal("2", Assert.Single((await poll).Messages).Body);
    }

    [Fact]
    public async Task A_repetition_is_accepted_and_not_delivered_for_five_minutes_also_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        var time = new ShiftedTime();
        try
        {
            SendMessageResponse original;
            string lastNumber;
            await using (var first = await LocalAwsInstance.StartAsync(folder: folder, time: time))
            {
                var url = await first.CreateFifoQueueAsync("work.fifo");
                original = await first.SendFifoAsync(url, "a", "x", "id");
                var repeated = await first.SendFifoAsync(url, "b", "y", "id");
                Assert.Equal((original.MessageId, original.SequenceNumber), (repeated.MessageId, repeated.SequenceNumber));
                Assert.Equal("x", (await first.ReceiveAsync(url)).Body);
                await first.SendFifoAsync(url, "a", "x", "id");
                Assert.Empty(await ReceiveAsync(first, url, 10));
                lastNumber = (await first.SendFifoAsync(url, "a", "waits", "other")).SequenceNumber;
            }

            await using var second = await LocalAwsInstance.StartAsync(folder: folder, time: time);
            var again = (await second.Sqs.GetQueueUrlAsync("work.fifo", Cancelled)).QueueUrl;
            Assert.Equal(original.MessageId, (await second.SendFifoAsync(again, "a", "x", "id")).MessageId);
            Assert.Equal("waits", (await second.ReceiveAsync(again)).Body);
            Assert.Empty(await ReceiveAsync(second, again, 10));
            time.Shift = TimeSpan.FromMinutes(5.1);
            var later = await second.SendFifoAsync(again, "a", "new", "id");
            Assert.True(string.CompareOrdinal(later.SequenceNumber, lastNumber) > 0);
            Assert.Equal("new", (await second.ReceiveAsync(again)).Body);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Order_and_what_is_in_flight_outlive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            string handle;
            await using (var first = await LocalAwsInstance.StartAsync(folder: folder))
            {
                var url = await first.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
                foreach (var body in new[] { "1", "2", "3" })
                {
                    await first.SendFifoAsync(url, "group", body);
                }

                handle = (await first.Sqs.ReceiveMessageAsync(
                    new ReceiveMessageRequest { QueueUrl = url, ReceiveRequestAttemptId = "attempt" },
                    Cancelled)).Messages.Single().ReceiptHandle;
            }

            await using var second = await LocalAwsInstance.StartAsync(folder: folder);
            var again = (await second.Sqs.GetQueueUrlAsync("work.fifo", Cancelled)).QueueUrl;
            Assert.Empty(await ReceiveAsync(second, again, 10));
            var repeated = await second.Sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest { QueueUrl = again, ReceiveRequestAttemptId = "attempt" },
                Cancelled);
            Assert.Equal(handle, Assert.Single(repeated.Messages).ReceiptHandle);
            await second.Sqs.DeleteMessageAsync(again, handle, Cancelled);
            Assert.Equal(["2", "3"], (await ReceiveAsync(second, again, 10)).Select(message => message.Body));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Ids_may_count_in_each_group_for_itself()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync(
            "work.fifo",
            ("DeduplicationScope", "messageGroup"),
            ("FifoThroughputLimit", "perMessageGroupId"));
        await aws.SendFifoAsync(url, "a", "a1", "id");
        await aws.SendFifoAsync(url, "b", "b1", "id");
        await aws.SendFifoAsync(url, "b", "b2", "id");
        Assert.Equal(["a1", "b1"], (await ReceiveAsync(aws, url, 10)).Select(message => message.Body));
    }

    [Fact]
    public async Task A_purge_forgets_what_was_sent()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync("work.fifo");
        await aws.SendFifoAsync(url, "a", "before", "id");
        await aws.Sqs.PurgeQueueAsync(url, Cancelled);
        await aws.SendFifoAsync(url, "a", "after", "id");
        Assert.Equal(["after"], (await ReceiveAsync(aws, url, 10)).Select(message => message.Body));
    }

    [Fact]
    public async Task A_receive_is_repeated_until_one_of_its_messages_is_changed()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
        foreach (var body in new[] { "1", "2", "3" })
        {
            await aws.SendFifoAsync(url, "group", body);
        }

        async Task<List<Message>> AttemptAsync() =>
            (
                await aws.Sqs.ReceiveMessageAsync(
                    new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = 2, ReceiveRequestAttemptId = "attempt" },
                    Cancelled)
            ).Messages ?? [];

        var first = await AttemptAsync();
        Assert.Equal(["1", "2"], first.Select(message => message.Body));
        Assert.Equal(first.Select(message => message.ReceiptHandle), (await AttemptAsync()).Select(message => message.ReceiptHandle));
        await aws.Sqs.DeleteMessageAsync(url, first[0].ReceiptHandle, Cancelled);
        Assert.Empty(await AttemptAsync());
        var standard = await aws.CreateQueueAsync("standard");
        var refused = await aws.Sqs
            .ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = standard, ReceiveRequestAttemptId = "attempt" }, Cancelled)
            .FailsAsync();
        Assert.Contains("not valid for this queue type", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handle_ends_with_the_visibility_timeout()
    {
        var time = new ShiftedTime();
        await using var aws = await LocalAwsInstance.StartAsync(time: time);
        var url = await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
        await aws.SendFifoAsync(url, "group", "1");
        var expired = Assert.Single(await ReceiveAsync(aws, url, 1)).ReceiptHandle;
        time.Shift = TimeSpan.FromSeconds(31);
        await ExpiredAsync(aws.Sqs.DeleteMessageAsync(url, expired, Cancelled));
        var valid = Assert.Single(await ReceiveAsync(aws, url, 1)).ReceiptHandle;
        await ExpiredAsync(aws.Sqs.DeleteMessageAsync(url, expired, Cancelled));
        await ExpiredAsync(aws.Sqs.ChangeMessageVisibilityAsync(url, expired, 1, Cancelled));
        await aws.Sqs.DeleteMessageAsync(url, valid, Cancelled);
        await aws.Sqs.DeleteMessageAsync(url, valid, Cancelled);

        static async Task ExpiredAsync<T>(Task<T> request)
        {
            var refused = await request.FailsAsync();
            Assert.Equal("InvalidParameterValue", refused.ErrorCode);
            Assert.EndsWith("Reason: The receipt handle has expired.", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_fails_too_often_goes_to_a_FIFO_queue_and_lets_the_rest_of_its_group_go_on()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var dead = await aws.CreateFifoQueueAsync("dead.fifo");
        await aws.CreateQueueAsync("dead");
        string Redrive(string target) => $$"""{"deadLetterTargetArn":"{{aws.QueueArn(target)}}","maxReceiveCount":1}""";
        var url = await aws.CreateFifoQueueAsync(
            "work.fifo",
            ("ContentBasedDeduplication", "true"),
            ("RedrivePolicy", Redrive("dead.fifo")));
        var mixed = await Assert.ThrowsAnyAsync<AmazonSQSException>(() =>
            aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["RedrivePolicy"] = Redrive("dead") }, Cancelled));
        Assert.EndsWith("Reason: Dead-letter queue must be same type of queue as the source.", mixed.Message, StringComparison.Ordinal);
        await aws.SendFifoAsync(url, "group", "1");
        await aws.SendFifoAsync(url, "group", "2");
        var first = Assert.Single(await ReceiveAsync(aws, url, 1));
        await aws.Sqs.ChangeMessageVisibilityAsync(url, first.ReceiptHandle, 0, Cancelled);
        Assert.Equal(["2"], (await ReceiveAsync(aws, url, 10)).Select(message => message.Body));
        var letter = await aws.ReceiveAsync(dead);
        Assert.Equal(
            ("1", "group", aws.QueueArn("work.fifo")),
            (letter.Body, letter.Attributes["MessageGroupId"], letter.Attributes["DeadLetterQueueSourceArn"]));
    }

    [Fact]
    public async Task A_FIFO_queue_and_its_attributes_are_told_from_those_of_a_standard_queue()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var fifo = await aws.CreateFifoQueueAsync("work.fifo");
        Assert.Equal(fifo, await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "false")));
        var attributes = (await aws.Sqs.GetQueueAttributesAsync(fifo, ["All"], Cancelled)).Attributes;
        Assert.Equal(
            ("true", "false", "queue", "perQueue"),
            (
                attributes["FifoQueue"],
                attributes["ContentBasedDeduplication"],
                attributes["DeduplicationScope"],
                attributes["FifoThroughputLimit"]));
        async Task CannotBeAsync(string code, string named, string name, params (string, string)[] given)
        {
            var refused = await aws.Sqs
                .CreateQueueAsync(new CreateQueueRequest { QueueName = name, Attributes = given.ToDictionary() }, Cancelled)
                .FailsAsync();
            Assert.Equal(code, refused.ErrorCode);
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        }

        await CannotBeAsync("InvalidParameterValue", "must end with .fifo suffix", "work", ("FifoQueue", "true"));
        await CannotBeAsync("InvalidParameterValue", "FifoQueue", "other.fifo");
        await CannotBeAsync("InvalidParameterValue", "1 to 80", new string('n', 76) + ".fifo", ("FifoQueue", "true"));
        await CannotBeAsync("InvalidAttributeName", "Unknown Attribute FifoQueue.", "work", ("FifoQueue", "false"));
        await CannotBeAsync(
            "InvalidAttributeName",
            "Unknown Attribute ContentBasedDeduplication.",
            "work",
            ("ContentBasedDeduplication", "true"));
        await CannotBeAsync("InvalidAttributeName", "only when FifoQueue is set to true", "work", ("DeduplicationScope", "queue"));
        await CannotBeAsync(
            "InvalidAttributeValue",
            "DeduplicationScope",
            "other.fifo",
            ("FifoQueue", "true"),
            ("FifoThroughputLimit", "perMessageGroupId"));
        var changed = await Assert.ThrowsAnyAsync<AmazonSQSException>(() =>
            aws.Sqs.SetQueueAttributesAsync(fifo, new Dictionary<string, string> { ["FifoQueue"] = "false" }, Cancelled));
        Assert.EndsWith("Reason: Modifying queue type is not supported.", changed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_does_not_fit_the_type_of_the_queue_is_refused()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var fifo = await aws.CreateFifoQueueAsync("work.fifo");
        var standard = await aws.CreateQueueAsync("standard");
        async Task RefusedAsync(string code, string message, SendMessageRequest request)
        {
            request.MessageBody = "x";
            var refused = await aws.Sqs.SendMessageAsync(request, Cancelled).FailsAsync();
            Assert.Equal((code, message), (refused.ErrorCode, refused.Message));
        }

        await RefusedAsync(
            "MissingParameter",
            "The request must contain the parameter MessageGroupId.",
            new SendMessageRequest { QueueUrl = fifo, MessageDeduplicationId = "id" });
        await RefusedAsync(
            "InvalidParameterValue",
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            new SendMessageRequest { QueueUrl = fifo, MessageGroupId = "group" });
        await RefusedAsync(
            "InvalidParameterValue",
            "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
            new SendMessageRequest { QueueUrl = fifo, MessageGroupId = "group", MessageDeduplicationId = "id", DelaySeconds = 2 });
        await RefusedAsync(
            "InvalidParameterValue",
            "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation "
                + "characters. 1 to 128 in length.",
            new SendMessageRequest { QueueUrl = fifo, MessageGroupId = "a b", MessageDeduplicationId = "id" });
        await RefusedAsync(
            "InvalidParameterValue",
            "Value id for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this "
                + "queue type.",
            new SendMessageRequest { QueueUrl = standard, MessageDeduplicationId = "id" });
        var batch = await aws.Sqs
            .SendMessageBatchAsync(fifo, [new("1", "x") { MessageGroupId = "g" }, new("2", "y")], Cancelled)
            .FailsAsync();
        Assert.Equal("InvalidParameterValue", batch.ErrorCode);

        // A standard queue takes a group for what it is.
        await aws.SendFifoAsync(standard, "group", "fair");
        Assert.Equal("group", (await aws.ReceiveAsync(standard)).Attributes["MessageGroupId"]);
    }

    [Fact]
    public async Task A_batch_is_in_the_order_of_its_entries()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateFifoQueueAsync("work.fifo", ("ContentBasedDeduplication", "true"));
        var sent = await aws.Sqs.SendMessageBatchAsync(
            url,
            [.. Enumerable.Range(0, 10).Select(index => new SendMessageBatchRequestEntry($"{index}", $"{index}") { MessageGroupId = "g" })],
            Cancelled);
        Assert.Equal(10, sent.Successful.Select(entry => entry.SequenceNumber).Distinct().Count());
        var received = await ReceiveAsync(aws, url, 10);
        Assert.Equal(Enumerable.Range(0, 10).Select(index => $"{index}"), received.Select(message => message.Body));
    }

    [Fact]
    public async Task The_command_line_of_AWS_sends_and_receives_in_order()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var created = await new AwsCli(aws).ObjectAsync(
            "sqs",
            "create-queue",
            "--queue-name",
            "work.fifo",
            "--attributes",
            "FifoQueue=true,ContentBasedDeduplication=true");
        var url = (string)created["QueueUrl"]!;
        var sent = await new AwsCli(aws).ObjectAsync(
            "sqs",
            "send-message",
            "--queue-url",
            url,
            "--message-body",
            "1",
            "--message-group-id",
            "g");
        Assert.NotNull((string?)sent["SequenceNumber"]);
        await new AwsCli(aws).RunAsync("sqs", "send-message", "--queue-url", url, "--message-body", "2", "--message-group-id", "g");
        var received = await new AwsCli(aws).ObjectAsync(
            "sqs",
            "receive-message",
            "--queue-url",
            url,
            "--max-number-of-messages",
            "10",
            "--attribute-names",
            "All");
        Assert.Equal(["1", "2"], received["Messages"]!.AsArray().Select(message => (string?)message!["Body"]));
        Assert.Equal("g", (string?)received["Messages"]![0]!["Attributes"]!["MessageGroupId"]);
    }

    private static async Task<List<Message>> ReceiveAsync(LocalAwsInstance aws, string url, int maximum) =>
        (
            await aws.Sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = maximum, MessageSystemAttributeNames = ["All"] },
                Cancelled)
        ).Messages ?? [];
}
