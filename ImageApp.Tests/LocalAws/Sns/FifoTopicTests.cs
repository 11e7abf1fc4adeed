using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class FifoTopicTests
{
    [Fact]
    public async Task Messages_reach_a_FIFO_queue_in_order_once_and_with_their_ids()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await CreateTopicAsync(aws, "ContentBasedDeduplication");
        var raw = await SubscribeAsync(aws, topic, "raw.fifo", ("RawMessageDelivery", "true"));
        var wrapped = await SubscribeAsync(aws, topic, "wrapped.fifo");
        var numbers = new List<string>();
        foreach (var message in Enumerable.Range(0, 20).Select(index => $"message {index / 2}"))
        {
            var published = await aws.SnsAsync("Publish", ("TopicArn", topic), ("Message", message), ("MessageGroupId", "group"));
            numbers.Add(published.Descendants("SequenceNumber").Single().Value);
        }

        Assert.Equal(10, numbers.Distinct().Count());
        Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
        for (var index = 0; index < 10; index++)
        {
            var message = await aws.ReceiveAsync(raw);
            Assert.Equal(($"message {index}", "group"), (message.Body, message.Attributes["MessageGroupId"]));
            Assert.Equal(64, message.Attributes["MessageDeduplicationId"].Length);
            var notification = JsonNode.Parse((await aws.ReceiveAsync(wrapped)).Body)!;
            Assert.Equal(
                ($"message {index}", numbers[index * 2]),
                ((string?)notification["Message"], (string?)notification["SequenceNumber"]));
        }
    }

    [Fact]
    public async Task A_repetition_is_known_for_five_minutes_also_after_a_restart_and_without_subscribers()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        var time = new ShiftedTime();
        try
        {
            XElement first;
            await using (var before = await LocalAwsInstance.StartAsync(folder: folder, time: time))
            {
                first = await PublishAsync(before, await CreateTopicAsync(before), "x", "id");
            }

            await using var aws = await LocalAwsInstance.StartAsync(folder: folder, time: time);
            var topic = aws.TopicArn("orders.fifo");
            var queue = await SubscribeAsync(aws, topic, "queue.fifo", ("RawMessageDelivery", "true"));
            var repeated = await PublishAsync(aws, topic, "y", "id");
            Assert.Equal(Value(first, "MessageId"), Value(repeated, "MessageId"));
            Assert.Equal(Value(first, "SequenceNumber"), Value(repeated, "SequenceNumber"));
            time.Shift = TimeSpan.FromMinutes(5.1);
            var later = await PublishAsync(aws, topic, "z", "id");
            Assert.NotEqual(Value(first, "MessageId"), Value(later, "MessageId"));
            Assert.Equal("z", (await aws.ReceiveAsync(queue)).Body);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_standard_queue_may_subscribe_and_gets_the_group()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await CreateTopicAsync(aws);
        var queue = await aws.CreateQueueAsync("standard", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("standard"), ("RawMessageDelivery", "true"));
        await PublishAsync(aws, topic, "x", "id");
        var message = await aws.ReceiveAsync(queue);
        Assert.Equal(("x", "group", false), (
            message.Body,
            message.Attributes["MessageGroupId"],
            message.Attributes.ContainsKey("MessageDeduplicationId")));
    }

    [Fact]
    public async Task What_a_queue_refuses_goes_to_a_FIFO_dead_letter_queue()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await CreateTopicAsync(aws);
        var dead = await CreateQueueAsync(aws, topic, "dead.fifo");
        await aws.CreateFifoQueueAsync("closed.fifo");
        var (status, mixed) = await aws.TrySnsAsync(
            "Subscribe",
            ("TopicArn", topic),
            ("Protocol", "sqs"),
            ("Endpoint", aws.QueueArn("closed.fifo")),
            ("Attributes.entry.1.key", "RedrivePolicy"),
            ("Attributes.entry.1.value", $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead")}}"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("must use a FIFO queue as DLQ", Value(mixed, "Message"), StringComparison.Ordinal);
        await aws.SubscribeAsync(
            topic,
            "sqs",
            aws.QueueArn("closed.fifo"),
            ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead.fifo")}}"}"""));
        await PublishAsync(aws, topic, "1", "a");
        await PublishAsync(aws, topic, "2", "b");
        foreach (var expected in new[] { "1", "2" })
        {
            var letter = await aws.ReceiveAsync(dead);
            Assert.Equal(
                (expected, "group", "AccessDenied"),
                (
                    (string?)JsonNode.Parse(letter.Body)!["Message"],
                    letter.Attributes["MessageGroupId"],
                    letter.MessageAttributes["ErrorCode"].StringValue));
        }
    }

    [Fact]
    public async Task What_does_not_fit_a_FIFO_topic_is_refused_in_the_words_of_AWS()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await CreateTopicAsync(aws);
        async Task RefusedAsync(string named, string action, params (string, string)[] parameters)
        {
            var (status, error) = await aws.TrySnsAsync(action, [("TopicArn", topic), .. parameters]);
            Assert.Equal((HttpStatusCode.BadRequest, "InvalidParameter"), (status, Value(error, "Code")));
            Assert.Contains(named, Value(error, "Message"), StringComparison.Ordinal);
        }

        await RefusedAsync("The MessageGroupId parameter is required for FIFO topics", "Publish", ("Message", "x"));
        await RefusedAsync("either have ContentBasedDeduplication", "Publish", ("Message", "x"), ("MessageGroupId", "g"));
        await RefusedAsync(
            "alphanumeric and punctuation",
            "Publish",
            ("Message", "x"),
            ("MessageGroupId", "a b"),
            ("MessageDeduplicationId", "i"));
        await RefusedAsync(
            "takes SQS queues only",
            "Subscribe",
            ("Protocol", "lambda"),
            ("Endpoint", aws.FunctionArn("resize")));
        const string Entry = "PublishBatchRequestEntries.member.";
        await RefusedAsync(
            "MessageGroupId parameter is required",
            "PublishBatch",
            (Entry + "1.Id", "a"),
            (Entry + "1.Message", "x"),
            (Entry + "1.MessageGroupId", "g"),
            (Entry + "1.MessageDeduplicationId", "1"),
            (Entry + "2.Id", "b"),
            (Entry + "2.Message", "x"));
        await RefusedAsync("AttributeName", "SetTopicAttributes", ("AttributeName", "FifoTopic"), ("AttributeValue", "false"));
        var attributes = (await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic)))
            .Descendants("entry")
            .ToDictionary(entry => entry.Element("key")!.Value, entry => entry.Element("value")!.Value);
        Assert.Equal(("true", "false"), (attributes["FifoTopic"], attributes["ContentBasedDeduplication"]));
        var standard = await aws.CreateTopicAsync("standard");
        var (_, attribute) = await aws.TrySnsAsync(
            "SetTopicAttributes",
            ("TopicArn", standard),
            ("AttributeName", "ContentBasedDeduplication"),
            ("AttributeValue", "true"));
        Assert.Contains("only be set for FIFO topics", Value(attribute, "Message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_FIFO_topic_has_a_hundred_subscriptions_at_most()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await CreateTopicAsync(aws);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(index => aws.SubscribeAsync(topic, "sqs", aws.QueueArn($"q{index}.fifo"))));
        var (status, error) = await aws.TrySnsAsync(
            "Subscribe",
            ("TopicArn", topic),
            ("Protocol", "sqs"),
            ("Endpoint", aws.QueueArn("more.fifo")));
        Assert.Equal((HttpStatusCode.Forbidden, "SubscriptionLimitExceeded"), (status, Value(error, "Code")));
    }

    [Fact]
    public async Task The_command_line_of_AWS_publishes_to_a_FIFO_topic()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var created = await new AwsCli(aws).ObjectAsync(
            "sns",
            "create-topic",
            "--name",
            "orders.fifo",
            "--attributes",
            "FifoTopic=true,ContentBasedDeduplication=true");
        var topic = (string)created["TopicArn"]!;
        var queue = await SubscribeAsync(aws, topic, "queue.fifo", ("RawMessageDelivery", "true"));
        var published = await new AwsCli(aws).ObjectAsync(
            "sns",
            "publish",
            "--topic-arn",
            topic,
            "--message",
            "1",
            "--message-group-id",
            "g");
        Assert.NotNull((string?)published["SequenceNumber"]);
        var batch = await new AwsCli(aws).ObjectAsync(
            "sns",
            "publish-batch",
            "--topic-arn",
            topic,
            "--publish-batch-request-entries",
            """[{"Id":"2","Message":"2","MessageGroupId":"g"},{"Id":"3","Message":"3","MessageGroupId":"g"}]""");
        Assert.Equal(2, batch["Successful"]!.AsArray().Count);
        foreach (var expected in new[] { "1", "2", "3" })
        {
            Assert.Equal(expected, (await aws.ReceiveAsync(queue)).Body);
        }
    }

    private static async Task<string> CreateTopicAsync(LocalAwsInstance aws, params string[] flags) =>
        Value(
            await aws.SnsAsync(
                "CreateTopic",
                [
                    ("Name", "orders.fifo"),
                    .. flags.Prepend("FifoTopic").SelectMany((flag, index) => new[]
                    {
                        ($"Attributes.entry.{index + 1}.key", flag),
                        ($"Attributes.entry.{index + 1}.value", "true"),
                    }),
                ]),
            "TopicArn");

    private static Task<string> CreateQueueAsync(LocalAwsInstance aws, string topic, string name) => aws.CreateFifoQueueAsync(
        name,
        (
            "Policy",
            LocalAwsInstance.Policy(LocalAwsInstance.Statement("sns.amazonaws.com", "sqs:SendMessage", aws.QueueArn(name), topic))));

    private static async Task<string> SubscribeAsync(
        LocalAwsInstance aws,
        string topic,
        string queue,
        params (string Name, string Value)[] attributes)
    {
        var url = await CreateQueueAsync(aws, topic, queue);
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn(queue), attributes);
        return url;
    }

    private static Task<XElement> PublishAsync(LocalAwsInstance aws, string topic, string message, string deduplicationId) => aws.SnsAsync(
        "Publish",
        ("TopicArn", topic),
        ("Message", message),
        ("MessageGroupId", "group"),
        ("MessageDeduplicationId", deduplicationId));

    private static string Value(XElement element, string name) => element.Descendants(name).Single().Value;
}
