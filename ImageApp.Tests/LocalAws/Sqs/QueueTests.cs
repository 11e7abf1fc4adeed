using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace ImageApp.Tests.LocalAws.Sqs;

public sealed class QueueTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_SDK_sends_receives_and_deletes_and_agrees_on_every_digest()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        Assert.Equal(new Uri(aws.Server.Endpoint, $"/{aws.Options.AccountId}/work").ToString(), url);
        var sent = await aws.Sqs.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = url,
                MessageBody = "grüße \U0001F600",
                MessageAttributes = new Dictionary<string, MessageAttributeValue>
                {
                    ["b.text"] = new() { DataType = "String", StringValue = "ä" },
                    ["a-number"] = new() { DataType = "Number.int", StringValue = "12" },
                    ["binary"] = new() { DataType = "Binary", BinaryValue = new MemoryStream([0, 255, 7]) },
                },
            },
            Cancelled);

        var received = await aws.Sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest
            {
                QueueUrl = url,
                MessageAttributeNames = ["All"],
                MessageSystemAttributeNames = ["All"],
            },
            Cancelled);
        var message = Assert.Single(received.Messages);
        Assert.Equal("grüße \U0001F600", message.Body);
        Assert.Equal(sent.MessageId, message.MessageId);
        Assert.Equal("12", message.MessageAttributes["a-number"].StringValue);
        Assert.Equal([0, 255, 7], message.MessageAttributes["binary"].BinaryValue.ToArray());
        Assert.Equal(sent.MD5OfMessageAttributes, message.MD5OfMessageAttributes);
        Assert.Equal("1", message.Attributes["ApproximateReceiveCount"]);
        Assert.Equal(aws.Options.AccountId, message.Attributes["SenderId"]);
        Assert.Equal((0, 1), await CountAsync(aws, url));
        await aws.Sqs.DeleteMessageAsync(url, message.ReceiptHandle, Cancelled);
        Assert.Equal((0, 0), await CountAsync(aws, url));
    }

    [Fact]
    public async Task Only_the_attributes_asked_for_are_given_back()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        MessageAttributeValue Text(string value) => new() { DataType = "String", StringValue = value };
        await aws.Sqs.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = url,
                MessageBody = "x",
                MessageAttributes = new Dictionary<string, MessageAttributeValue>
                {
                    ["a.one"] = Text("1"),
                    ["a.two"] = Text("2"),
                    ["b"] = Text("3"),
                },
            },
            Cancelled);
        var none = (
            await aws.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, VisibilityTimeout = 0 }, Cancelled)
        ).Messages.Single();
        Assert.Empty(none.MessageAttributes ?? []);
        var some = (
            await aws.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, MessageAttributeNames = ["a.*"] }, Cancelled)
        ).Messages.Single();
        Assert.Equal(["a.one", "a.two"], some.MessageAttributes.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_message_in_flight_is_hidden_until_its_visibility_is_changed()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        await aws.Sqs.SendMessageAsync(url, "x", Cancelled);
        var first = (await aws.Sqs.ReceiveMessageAsync(url, Cancelled)).Messages.Single();
        Assert.Empty((await aws.Sqs.ReceiveMessageAsync(url, Cancelled)).Messages ?? []);
        await aws.Sqs.ChangeMessageVisibilityAsync(url, first.ReceiptHandle, 0, Cancelled);
        var second = (await aws.Sqs.ReceiveMessageAsync(url, Cancelled)).Messages.Single();
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.NotEqual(first.ReceiptHandle, second.ReceiptHandle);
        await aws.Sqs.ChangeMessageVisibilityAsync(url, second.ReceiptHandle, 0, Cancelled);
        await Assert.ThrowsAsync<MessageNotInflightException>(() =>
            aws.Sqs.ChangeMessageVisibilityAsync(url, second.ReceiptHandle, 5, Cancelled));
        await aws.Sqs.DeleteMessageAsync(url, second.ReceiptHandle, Cancelled);
        await aws.Sqs.DeleteMessageAsync(url, second.ReceiptHandle, Cancelled);
        var gone = await aws.Sqs.ChangeMessageVisibilityAsync(url, second.ReceiptHandle, 5, Cancelled).FailsAsync();
        Assert.Equal("InvalidParameterValue", gone.ErrorCode);
        Assert.Contains("Message does not exist or is not available", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_is_in_flight_for_twelve_hours_at_most()
    {
        var time = new ShiftedTime();
        await using var aws = await LocalAwsInstance.StartAsync(time: time);
        var url = await aws.CreateQueueAsync("work");
        await aws.Sqs.SendMessageAsync(url, "x", Cancelled);
        var message = (
            await aws.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, VisibilityTimeout = 43_200 }, Cancelled)
        ).Messages.Single();
        time.Shift = TimeSpan.FromMinutes(10);
        await aws.Sqs.ChangeMessageVisibilityAsync(url, message.ReceiptHandle, 42_000, Cancelled);
        var refused = await aws.Sqs.ChangeMessageVisibilityAsync(url, message.ReceiptHandle, 43_000, Cancelled).FailsAsync();
        Assert.Contains("beyond the limit [43200 seconds]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_call_gives_each_message_once_also_without_a_visibility_timeout()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        await aws.Sqs.SendMessageAsync(url, "a", Cancelled);
        await aws.Sqs.SendMessageAsync(url, "b", Cancelled);
        var received = await aws.Sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = 10, VisibilityTimeout = 0 },
            Cancelled);
        Assert.Equal(["a", "b"], received.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task A_handle_that_is_none_or_of_another_queue_is_refused()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        var other = await aws.CreateQueueAsync("other");
        await aws.Sqs.SendMessageAsync(other, "x", Cancelled);
        var foreign = (await aws.Sqs.ReceiveMessageAsync(other, Cancelled)).Messages.Single().ReceiptHandle;
        foreach (var handle in new[] { "garbage", foreign })
        {
            var invalid = await Assert.ThrowsAsync<ReceiptHandleIsInvalidException>(() =>
                aws.Sqs.DeleteMessageAsync(url, handle, Cancelled));
            Assert.Equal($"The input receipt handle \"{handle}\" is not a valid receipt handle.", invalid.Message);
            await Assert.ThrowsAsync<ReceiptHandleIsInvalidException>(() =>
                aws.Sqs.ChangeMessageVisibilityAsync(url, handle, 1, Cancelled));
        }

        var deleted = await aws.Sqs.DeleteMessageBatchAsync(url, [new("bad", "garbage")], Cancelled);
        Assert.Equal(("bad", "ReceiptHandleIsInvalid"), (deleted.Failed.Single().Id, deleted.Failed.Single().Code));
        var changed = await aws.Sqs.ChangeMessageVisibilityBatchAsync(
            new ChangeMessageVisibilityBatchRequest
            {
                QueueUrl = url,
                Entries = [new() { Id = "bad", ReceiptHandle = "garbage", VisibilityTimeout = 1 }],
            },
            Cancelled);
        Assert.Equal("ReceiptHandleIsInvalid", changed.Failed.Single().Code);
    }

    [Fact]
    public async Task A_trace_header_goes_with_the_message_and_is_the_only_system_attribute()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        Task<SendMessageResponse> SendAsync(string name, string type) => aws.Sqs.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = url,
                MessageBody = "x",
                MessageSystemAttributes = new() { [name] = new() { DataType = type, StringValue = "Root=1-2-3" } },
            },
            Cancelled);
        Assert.NotNull((await SendAsync("AWSTraceHeader", "String")).MD5OfMessageSystemAttributes);
        Assert.Equal("Root=1-2-3", (await aws.ReceiveAsync(url)).Attributes["AWSTraceHeader"]);
        Assert.Contains("'Colour'", (await SendAsync("Colour", "String").FailsAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("'String'", (await SendAsync("AWSTraceHeader", "Number").FailsAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permissions_become_statements_of_the_policy()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        await aws.Sqs.AddPermissionAsync(url, "friends", ["111122223333"], ["SendMessage", "ReceiveMessage"], Cancelled);
        async Task<string?> PolicyAsync() =>
            (await aws.Sqs.GetQueueAttributesAsync(url, ["Policy"], Cancelled)).Attributes?.GetValueOrDefault("Policy");
        var statement = JsonNode.Parse((await PolicyAsync())!)!["Statement"]![0]!;
        Assert.Equal(
            ("friends", "arn:aws:iam::111122223333:root", """["SQS:SendMessage","SQS:ReceiveMessage"]"""),
            ((string?)statement["Sid"], (string?)statement["Principal"]!["AWS"], statement["Action"]!.ToJsonString()));
        async Task RefusedAsync(string named, string label, string account, params List<string> actions) => Assert.Contains(
            named,
            (await aws.Sqs.AddPermissionAsync(url, label, [account], actions, Cancelled).FailsAsync()).Message,
            StringComparison.Ordinal);
        await RefusedAsync("Already exists", "friends", "111122223333", "SendMessage");
        await RefusedAsync("Only the queue owner", "others", "111122223333", "DeleteQueue");
        await RefusedAsync("Value me for", "others", "me", "SendMessage");
        await RefusedAsync("maximum allowed is 7", "others", "111122223333", [.. Enumerable.Repeat("SendMessage", 8)]);
        await aws.Sqs.RemovePermissionAsync(url, "friends", Cancelled);
        Assert.Null(await PolicyAsync());
        Assert.Contains(
            "can't find label",
            (await aws.Sqs.RemovePermissionAsync(url, "friends", Cancelled).FailsAsync()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_and_the_own_encryption_exclude_each_other()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        Task SetAsync(params (string, string)[] attributes) => aws.Sqs.SetQueueAttributesAsync(url, attributes.ToDictionary(), Cancelled);
        async Task<(string?, string?, string?)> EncryptionAsync()
        {
            var all = (await aws.Sqs.GetQueueAttributesAsync(url, ["All"], Cancelled)).Attributes;
            return (
                all.GetValueOrDefault("KmsMasterKeyId"),
                all.GetValueOrDefault("KmsDataKeyReusePeriodSeconds"),
                all["SqsManagedSseEnabled"]);
        }

        Assert.Equal((null, null, "true"), await EncryptionAsync());
        await SetAsync(("KmsMasterKeyId", "alias/mine"));
        Assert.Equal(("alias/mine", "300", "false"), await EncryptionAsync());
        var both = await Assert.ThrowsAsync<InvalidAttributeNameException>(() =>
            SetAsync(("KmsMasterKeyId", "alias/mine"), ("SqsManagedSseEnabled", "true")));
        Assert.StartsWith("You can use one type of server-side encryption (SSE) at one time.", both.Message, StringComparison.Ordinal);
        await SetAsync(("SqsManagedSseEnabled", "true"));
        Assert.Equal((null, null, "true"), await EncryptionAsync());
        Assert.Contains(
            "60 to 86400",
            (await Assert.ThrowsAnyAsync<AmazonSQSException>(() => SetAsync(("KmsDataKeyReusePeriodSeconds", "1")))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_value_gives_an_attribute_its_default_again()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        foreach (var (value, shown) in new[] { ("7", 7), ("", 0) })
        {
            await aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["DelaySeconds"] = value }, Cancelled);
            Assert.Equal(shown, (await aws.Sqs.GetQueueAttributesAsync(url, ["DelaySeconds"], Cancelled)).DelaySeconds);
        }
    }

    [Fact]
    public async Task A_dead_letter_queue_says_whose_it_may_be_and_lists_them_in_pages()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var dead = await aws.CreateQueueAsync("dead");
        Task RedriveAsync(string source) => aws.Sqs.CreateQueueAsync(
            new CreateQueueRequest
            {
                QueueName = source,
                Attributes = new() { ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead")}}","maxReceiveCount":1}""" },
            },
            Cancelled);
        Task AllowAsync(string policy) =>
            aws.Sqs.SetQueueAttributesAsync(dead, new Dictionary<string, string> { ["RedriveAllowPolicy"] = policy }, Cancelled);
        await AllowAsync($$"""{"redrivePermission":"byQueue","sourceQueueArns":["{{aws.QueueArn("a")}}","{{aws.QueueArn("b")}}"]}""");
        await RedriveAsync("a");
        await RedriveAsync("b");
        var refused = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => RedriveAsync("c"));
        Assert.Contains("RedriveAllowPolicy", refused.Message, StringComparison.Ordinal);
        await AllowAsync("""{"redrivePermission":"denyAll"}""");
        await Assert.ThrowsAnyAsync<AmazonSQSException>(() => RedriveAsync("c"));
        await AllowAsync("""{"redrivePermission":"allowAll"}""");
        await RedriveAsync("c");
        string[] malformedPolicies =
        [
            "{}",
            """{"redrivePermission":"byQueue"}""",
            """{"redrivePermission":"allowAll","sourceQueueArns":[]}""",
        ];
        foreach (var policy in malformedPolicies)
        {
            var malformed = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => AllowAsync(policy));
            Assert.Equal("InvalidAttributeValue", malformed.ErrorCode);
        }

        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await aws.Sqs.ListDeadLetterSourceQueuesAsync(
                new ListDeadLetterSourceQueuesRequest { QueueUrl = dead, MaxResults = 2, NextToken = token },
                Cancelled);
            Assert.InRange(page.QueueUrls.Count, 1, 2);
            names.AddRange(page.QueueUrls.Select(url => url.Split('/')[^1]));
            token = page.NextToken;
        }
        while (token is not null);
        Assert.Equal(["a", "b", "c"], names);
    }

    [Fact]
    public async Task A_queue_is_purged_once_a_minute_and_takes_fifty_tags()
    {
        var time = new ShiftedTime();
        await using var aws = await LocalAwsInstance.StartAsync(time: time);
        var url = await aws.CreateQueueAsync("work");
        await aws.Sqs.PurgeQueueAsync(url, Cancelled);
        var early = await Assert.ThrowsAsync<PurgeQueueInProgressException>(() => aws.Sqs.PurgeQueueAsync(url, Cancelled));
        Assert.Equal("Only one PurgeQueue operation on work is allowed every 60 seconds.", early.Message);
        time.Shift = TimeSpan.FromSeconds(61);
        await aws.Sqs.PurgeQueueAsync(url, Cancelled);
        var tags = Enumerable.Range(0, 51).ToDictionary(index => $"tag{index}", _ => "x");
        var many = await aws.Sqs.TagQueueAsync(new TagQueueRequest { QueueUrl = url, Tags = tags }, Cancelled).FailsAsync();
        Assert.Contains("allowed are 50", many.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_poll_gets_the_message_that_comes_meanwhile()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        var poll = aws.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, WaitTimeSeconds = 20 }, Cancelled);
        await aws.Sqs.SendMessageAsync(url, "late", Cancelled);
        Assert.Equal("late", Assert.Single((await poll).Messages).Body);
    }

    [Fact]
    public async Task A_message_received_too_often_goes_to_the_dead_letter_queue()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var dead = await aws.CreateQueueAsync("dead");
        var source = (
            await aws.Sqs.CreateQueueAsync(
                new CreateQueueRequest
                {
                    QueueName = "work",
                    Attributes = new Dictionary<string, string>
                    {
                        ["RedrivePolicy"] = $"{{\"deadLetterTargetArn\":\"{aws.QueueArn("dead")}\",\"maxReceiveCount\":\"2\"}}",
                        ["VisibilityTimeout"] = "0",
                    },
                },
                Cancelled)).QueueUrl;
        var sent = await aws.Sqs.SendMessageAsync(source, "poison", Cancelled);
        Assert.Single((await aws.Sqs.ReceiveMessageAsync(source, Cancelled)).Messages);
        Assert.Single((await aws.Sqs.ReceiveMessageAsync(source, Cancelled)).Messages);
        Assert.Empty((await aws.Sqs.ReceiveMessageAsync(source, Cancelled)).Messages ?? []);
        var message = await aws.ReceiveAsync(dead);
        Assert.Equal(sent.MessageId, message.MessageId);
        Assert.Equal(aws.QueueArn("work"), message.Attributes["DeadLetterQueueSourceArn"]);
        Assert.Equal(
            [source],
            (await aws.Sqs.ListDeadLetterSourceQueuesAsync(new ListDeadLetterSourceQueuesRequest { QueueUrl = dead }, Cancelled)).QueueUrls
        );
    }

    [Fact]
    public async Task Batches_report_each_entry()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        var entries = Enumerable.Range(0, 3).Select(index => new SendMessageBatchRequestEntry($"id{index}", $"body{index}")).ToList();
        entries.Add(new SendMessageBatchRequestEntry("bad", "a\u0001b"));
        var sent = await aws.Sqs.SendMessageBatchAsync(url, entries, Cancelled);
        Assert.Equal(3, sent.Successful.Count);
        Assert.Equal("bad", Assert.Single(sent.Failed).Id);
        Assert.Contains("U+0001", sent.Failed[0].Message, StringComparison.Ordinal);
        var received = (
            await aws.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = 10 }, Cancelled)).Messages;
        Assert.Equal(["body0", "body1", "body2"], received.Select(message => message.Body));
        var deleted = await aws.Sqs.DeleteMessageBatchAsync(
            url,
            [.. received.Select(message => new DeleteMessageBatchRequestEntry(message.MessageId, message.ReceiptHandle))],
            Cancelled);
        Assert.Equal(3, deleted.Successful.Count);
        await Assert.ThrowsAsync<TooManyEntriesInBatchRequestException>(() =>
            aws.Sqs.SendMessageBatchAsync(
                url,
                [.. Enumerable.Range(0, 11).Select(index => new SendMessageBatchRequestEntry($"id{index}", "x"))],
                Cancelled));
        await Assert.ThrowsAsync<BatchEntryIdsNotDistinctException>(() =>
            aws.Sqs.SendMessageBatchAsync(url, [new("same", "x"), new("same", "y")], Cancelled));
        await Assert.ThrowsAsync<EmptyBatchRequestException>(() => aws.Sqs.SendMessageBatchAsync(url, [], Cancelled));
    }

    [Fact]
    public async Task Queues_are_listed_tagged_purged_and_deleted()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        foreach (var name in new[] { "a-1", "a-2", "a-3", "b-1" })
        {
            await aws.CreateQueueAsync(name);
        }

        var page = await aws.Sqs.ListQueuesAsync(new ListQueuesRequest { QueueNamePrefix = "a-", MaxResults = 2 }, Cancelled);
        var rest = await aws.Sqs.ListQueuesAsync(
            new ListQueuesRequest
            {
                QueueNamePrefix = "a-",
                MaxResults = 2,
                NextToken = page.NextToken,
            },
            Cancelled);
        Assert.Equal(["a-1", "a-2", "a-3"], page.QueueUrls.Concat(rest.QueueUrls).Select(found => found.Split('/')[^1]));
        Assert.Null(rest.NextToken);

        var url = (await aws.Sqs.GetQueueUrlAsync("a-1", Cancelled)).QueueUrl;
        await aws.Sqs.TagQueueAsync(
            new TagQueueRequest
            {
                QueueUrl = url,
                Tags = new Dictionary<string, string> { ["team"] = "images", ["old"] = "x" },
            },
            Cancelled);
        await aws.Sqs.UntagQueueAsync(new UntagQueueRequest { QueueUrl = url, TagKeys = ["old"] }, Cancelled);
        Assert.Equal(
            "images",
            Assert.Single((await aws.Sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = url }, Cancelled)).Tags).Value);

        await aws.Sqs.SendMessageAsync(url, "x", Cancelled);
        await aws.Sqs.PurgeQueueAsync(url, Cancelled);
        Assert.Equal((0, 0), await CountAsync(aws, url));
        await aws.Sqs.DeleteQueueAsync(url, Cancelled);
        var gone = await Assert.ThrowsAsync<QueueDoesNotExistException>(() => aws.Sqs.SendMessageAsync(url, "x", Cancelled));
        Assert.Contains("a-1", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_are_kept_and_checked()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        var defaults = await aws.Sqs.GetQueueAttributesAsync(url, ["All"], Cancelled);
        Assert.Equal(
            ("30", "345600", aws.QueueArn("work")),
            (defaults.Attributes["VisibilityTimeout"], defaults.Attributes["MessageRetentionPeriod"], defaults.Attributes["QueueArn"]));
        await aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["VisibilityTimeout"] = "7" }, Cancelled);
        Assert.Equal("7", (await aws.Sqs.GetQueueAttributesAsync(url, ["VisibilityTimeout"], Cancelled)).Attributes.Single().Value);

        await Assert.ThrowsAsync<QueueNameExistsException>(() =>
            aws.Sqs.CreateQueueAsync(
                new CreateQueueRequest
                {
                    QueueName = "work",
                    Attributes = new Dictionary<string, string> { ["VisibilityTimeout"] = "8" },
                },
                Cancelled));
        Assert.Equal(
            url,
            (
                await aws.Sqs.CreateQueueAsync(
                    new CreateQueueRequest
                    {
                        QueueName = "work",
                        Attributes = new Dictionary<string, string> { ["VisibilityTimeout"] = "7" },
                    },
                    Cancelled)).QueueUrl);
        await Assert.ThrowsAsync<InvalidAttributeNameException>(() =>
            aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["FifoQueue"] = "true" }, Cancelled));
        var invalid = await Assert.ThrowsAnyAsync<AmazonSQSException>(() =>
            aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["VisibilityTimeout"] = "43201" }, Cancelled));
        Assert.Contains("0 to 43200", invalid.Message, StringComparison.Ordinal);
        var policy = await Assert.ThrowsAnyAsync<AmazonSQSException>(() =>
            aws.Sqs.SetQueueAttributesAsync(
                url,
                new Dictionary<string, string> { ["Policy"] = """{"Statement":{"Effect":"Maybe"}}""" },
                Cancelled));
        Assert.Contains("'Maybe'", policy.Message, StringComparison.Ordinal);
        var redrive = await Assert.ThrowsAnyAsync<AmazonSQSException>(() =>
            aws.Sqs.SetQueueAttributesAsync(
                url,
                new Dictionary<string, string>
                {
                    ["RedrivePolicy"] = $"{{\"deadLetterTargetArn\":\"{aws.QueueArn("none")}\",\"maxReceiveCount\":1}}",
                },
                Cancelled));
        Assert.Contains("does not exist", redrive.Message, StringComparison.Ordinal);
        var size = await Assert.ThrowsAnyAsync<AmazonSQSException>(() =>
            aws.Sqs.SendMessageAsync(url, new string('x', 1_048_577), Cancelled));
        Assert.Contains("1048576", size.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<AmazonSQSException>(() => aws.Sqs.CreateQueueAsync("no/slash", Cancelled));
    }

    [Fact]
    public async Task An_explicit_deny_stops_the_owner_too()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        var deny = """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}}""";
        await aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["Policy"] = deny }, Cancelled);
        var refused = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => aws.Sqs.SendMessageAsync(url, "x", Cancelled));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("sqs:SendMessage", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<AmazonSQSException>(() => aws.Sqs.SendMessageBatchAsync(url, [new("a", "x")], Cancelled));
        await aws.Sqs.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["Policy"] = "" }, Cancelled);
        await aws.Sqs.SendMessageAsync(url, "x", Cancelled);
    }

    [Fact]
    public async Task Messages_and_receipts_outlive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            string inFlight;
            await using (var first = await LocalAwsInstance.StartAsync(folder: folder))
            {
                var url = await first.CreateQueueAsync("work");
                await first.Sqs.SendMessageAsync(url, "in flight", Cancelled);
                inFlight = (await first.Sqs.ReceiveMessageAsync(url, Cancelled)).Messages.Single().ReceiptHandle;
                await first.Sqs.SendMessageAsync(url, "waiting", Cancelled);
                await first.Sqs.SendMessageAsync(url, "deleted", Cancelled);
                var both = (
                    await first.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = 10 }, Cancelled)
                ).Messages;
                await first.Sqs.DeleteMessageAsync(url, both.Single(message => message.Body == "deleted").ReceiptHandle, Cancelled);
                await first.Sqs.ChangeMessageVisibilityAsync(
                    url,
                    both.Single(message => message.Body == "waiting").ReceiptHandle,
                    0,
                    Cancelled);
            }

            await using var second = await LocalAwsInstance.StartAsync(folder: folder);
            var again = (await second.Sqs.GetQueueUrlAsync("work", Cancelled)).QueueUrl;
            Assert.Equal((1, 1), await CountAsync(second, again));
            await second.Sqs.DeleteMessageAsync(again, inFlight, Cancelled);
            Assert.Equal((1, 0), await CountAsync(second, again));
            Assert.Equal("waiting", (await second.ReceiveAsync(again)).Body);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_message_older_than_the_retention_period_is_gone()
    {
        var time = new ShiftedTime();
        await using var aws = await LocalAwsInstance.StartAsync(time: time);
        var url = (
            await aws.Sqs.CreateQueueAsync(
                new CreateQueueRequest
                {
                    QueueName = "work",
                    Attributes = new Dictionary<string, string> { ["MessageRetentionPeriod"] = "60" },
                },
                Cancelled)).QueueUrl;
        await aws.Sqs.SendMessageAsync(url, "x", Cancelled);
        Assert.Equal((1, 0), await CountAsync(aws, url));
        time.Shift = TimeSpan.FromSeconds(61);
        Assert.Equal((0, 0), await CountAsync(aws, url));
        Assert.Empty((await aws.Sqs.ReceiveMessageAsync(url, Cancelled)).Messages ?? []);
    }

    [Fact]
    public async Task The_depth_of_each_queue_is_a_metric()
    {
        var depths = new Dictionary<string, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument is { Name: "aws.sqs.approximate_number_of_messages_visible", Meter.Name: "ImageApp.LocalAws" })
                {
                    meters.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, measurement, tags, _) =>
        {
            Assert.Equal("queue", tags[0].Key);
            depths[(string)tags[0].Value!] = measurement;
        });
        listener.Start();
        await using var aws = await LocalAwsInstance.StartAsync();
        var name = $"dead-{Guid.NewGuid():N}";
        var url = await aws.CreateQueueAsync(name);
        await aws.Sqs.SendMessageAsync(url, "x", Cancelled);
        await aws.Sqs.SendMessageAsync(url, "y", Cancelled);
        await aws.Sqs.ReceiveMessageAsync(url, Cancelled);
        listener.RecordObservableInstruments();
        Assert.Equal(1, depths[name]);
    }

    [Fact]
    public async Task An_error_names_its_type_as_clients_of_both_protocols_expect()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        using var client = new HttpClient(
            new SigningHandler("sqs", aws.Options.AccessKeyId, aws.Options.SecretAccessKey, aws.Options.Region));
        using var request = new HttpRequestMessage(HttpMethod.Post, aws.Server.Endpoint)
        {
            Content = new StringContent("""{"QueueName":"nowhere"}""", Encoding.UTF8, "application/x-amz-json-1.0"),
        };
        request.Headers.Add("X-Amz-Target", "AmazonSQS.GetQueueUrl");
        using var response = await client.SendAsync(request, Cancelled);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("AWS.SimpleQueueService.NonExistentQueue;Sender", response.Headers.GetValues("x-amzn-query-error").Single());
        Assert.Contains(
            "com.amazonaws.sqs#QueueDoesNotExist",
            await response.Content.ReadAsStringAsync(Cancelled),
            StringComparison.Ordinal);
    }

    private static async Task<(int Visible, int NotVisible)> CountAsync(LocalAwsInstance aws, string url)
    {
        var attributes = await aws.Sqs.GetQueueAttributesAsync(url, ["All"], Cancelled);
        return (attributes.ApproximateNumberOfMessages, attributes.ApproximateNumberOfMessagesNotVisible);
    }
}
