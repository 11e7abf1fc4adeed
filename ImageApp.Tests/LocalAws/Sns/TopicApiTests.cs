using System.Net;
using System.Xml.Linq;
using CsCheck;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class TopicApiTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(180)]
    [InlineData(212)]
    [InlineData(213)]
    [InlineData(256)]
    public async Task A_name_may_have_256_characters_and_outlives_a_restart(int length)
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            var name = new string('n', length - 1);
            await using (var first = await LocalAwsInstance.StartAsync(folder: folder))
            {
                await first.CreateQueueAsync("queue");
                foreach (var arn in new[] { await first.CreateTopicAsync(name + "1"), await first.CreateTopicAsync(name + "2") })
                {
                    await first.SubscribeAsync(arn, "sqs", first.QueueArn("queue"));
                }

                await first.SnsAsync("DeleteTopic", ("TopicArn", first.TopicArn(name + "1")));
            }

            await using var second = await LocalAwsInstance.StartAsync(folder: folder);
            Assert.Equal(second.TopicArn(name + "2"), (await second.SnsAsync("ListTopics")).Descendants("TopicArn").Single().Value);
            Assert.Single((await second.SnsAsync("ListSubscriptions")).Descendants("SubscriptionArn"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_topic_is_created_once_described_listed_tagged_and_deleted()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var arn = await aws.CreateTopicAsync("images");
        Assert.Equal(aws.TopicArn("images"), arn);
        Assert.Equal(arn, await aws.CreateTopicAsync("images"));
        await aws.SnsAsync("SetTopicAttributes", ("TopicArn", arn), ("AttributeName", "DisplayName"), ("AttributeValue", "Images & more"));
        var attributes = Entries(await aws.SnsAsync("GetTopicAttributes", ("TopicArn", arn)));
        Assert.Equal(
            ("Images & more", aws.Options.AccountId, "0"),
            (attributes["DisplayName"], attributes["Owner"], attributes["SubscriptionsConfirmed"]));
        Assert.Contains("__default_statement_ID", attributes["Policy"], StringComparison.Ordinal);
        Assert.Equal(arn, (await aws.SnsAsync("ListTopics")).Descendants("TopicArn").Single().Value);
        await aws.SnsAsync("TagResource", ("ResourceArn", arn), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "images"));
        Assert.Equal("images", (await aws.SnsAsync("ListTagsForResource", ("ResourceArn", arn))).Descendants("Value").Single().Value);
        await aws.SnsAsync("UntagResource", ("ResourceArn", arn), ("TagKeys.member.1", "team"));
        Assert.Empty((await aws.SnsAsync("ListTagsForResource", ("ResourceArn", arn))).Descendants("member"));
        await aws.SubscribeAsync(arn, "sqs", aws.QueueArn("any"));
        await aws.SnsAsync("DeleteTopic", ("TopicArn", arn));
        await aws.SnsAsync("DeleteTopic", ("TopicArn", arn));
        Assert.Empty((await aws.SnsAsync("ListSubscriptions")).Descendants("member"));
        var (status, error) = await aws.TrySnsAsync("Publish", ("TopicArn", arn), ("Message", "x"));
        Assert.Equal((HttpStatusCode.NotFound, "NotFound"), (status, error.Descendants("Code").Single().Value));
    }

    [Fact]
    public async Task Many_topics_are_listed_in_pages()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 101).Select(index => aws.CreateTopicAsync($"topic-{index}")));
        var first = await aws.SnsAsync("ListTopics");
        var second = await aws.SnsAsync("ListTopics", ("NextToken", first.Descendants("NextToken").Single().Value));
        var arns = first.Descendants("TopicArn").Concat(second.Descendants("TopicArn")).Select(element => element.Value).ToList();
        Assert.Equal(101, arns.Distinct().Count());
        Assert.Empty(second.Descendants("NextToken"));
    }

    [Fact]
    public async Task Subscriptions_are_found_again_and_their_attributes_checked()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var subscription = await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("events"));
        Assert.Equal(subscription, await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("events")));
        await aws.SnsAsync(
            "SetSubscriptionAttributes",
            ("SubscriptionArn", subscription),
            ("AttributeName", "FilterPolicy"),
            ("AttributeValue", """{"kind":["a"]}"""));
        var attributes = Entries(await aws.SnsAsync("GetSubscriptionAttributes", ("SubscriptionArn", subscription)));
        Assert.Equal(
            ("MessageAttributes", "false", "false"),
            (attributes["FilterPolicyScope"], attributes["PendingConfirmation"], attributes["RawMessageDelivery"]));
        await aws.SnsAsync("Unsubscribe", ("SubscriptionArn", subscription));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await aws.TrySnsAsync("GetSubscriptionAttributes", ("SubscriptionArn", subscription))).Status);
    }

    [Theory]
    [InlineData("email", "ann@example.org", "", "", "'email'")]
    [InlineData("sqs", "https://sqs/queue", "", "", "ARN of a queue")]
    [InlineData("lambda", "resize", "", "", "ARN of a function")]
    [InlineData("http", "https://example.org", "", "", "absolute http URL")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "RawMessageDelivery", "yes", "'yes'")]
    [InlineData("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f", "RawMessageDelivery", "true", "RawMessageDelivery")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "FilterPolicy", "{\"a\":\"b\"}", "\"a\"")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "RedrivePolicy", "{}", "deadLetterTargetArn")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "DeliveryPolicy", "{}", "http and https")]
    [InlineData("http", "http://localhost/", "DeliveryPolicy", "{\"healthyRetryPolicy\":{\"numRetries\":101}}", "0 to 100")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "Colour", "red", "'Colour'")]
    public async Task A_subscription_that_cannot_be_is_refused_by_what_is_wrong(
        string protocol,
        string endpoint,
        string name,
        string value,
        string named)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        (string, string)[] attribute = name.Length == 0 ? [] : [("Attributes.entry.1.key", name), ("Attributes.entry.1.value", value)];
        var (status, error) = await aws.TrySnsAsync(
            "Subscribe",
            [("TopicArn", topic), ("Protocol", protocol), ("Endpoint", endpoint), .. attribute]);
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidParameter"), (status, error.Descendants("Code").Single().Value));
        Assert.Contains(named, error.Descendants("Message").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_cannot_be_is_refused_by_what_is_wrong()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        async Task RefusedAsync(string named, params (string, string)[] parameters)
        {
            var (status, error) = await aws.TrySnsAsync("Publish", [("TopicArn", topic), .. parameters]);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(named, error.Descendants("Message").Single().Value, StringComparison.Ordinal);
        }

        await aws.PublishAsync(topic, new string('x', 262_144));
        await RefusedAsync("262145 bytes", ("Message", new string('x', 262_145)));
        await RefusedAsync("Message is missing");
        await RefusedAsync("Empty message", ("Message", ""));
        await RefusedAsync("Subject", ("Message", "x"), ("Subject", "two\nlines"));
        await RefusedAsync("No default entry", ("Message", "{}"), ("MessageStructure", "json"));
        await RefusedAsync("'yaml'", ("Message", "{}"), ("MessageStructure", "yaml"));
        await RefusedAsync(
            "no number",
            ("Message", "x"),
            ("MessageAttributes.entry.1.Name", "n"),
            ("MessageAttributes.entry.1.Value.DataType", "Number"),
            ("MessageAttributes.entry.1.Value.StringValue", "many"));
    }

    [Fact]
    public async Task A_batch_reports_each_entry()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var queue = await aws.CreateQueueAsync("events", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("events"), ("RawMessageDelivery", "true"));
        const string Prefix = "PublishBatchRequestEntries.member.";
        var result = await aws.SnsAsync(
            "PublishBatch",
            ("TopicArn", topic),
            (Prefix + "1.Id", "good"),
            (Prefix + "1.Message", "hello"),
            (Prefix + "2.Id", "bad"),
            (Prefix + "2.Message", ""));
        Assert.Equal("good", result.Descendants("Successful").Single().Descendants("Id").Single().Value);
        Assert.Equal("bad", result.Descendants("Failed").Single().Descendants("Id").Single().Value);
        Assert.Equal("hello", (await aws.ReceiveAsync(queue)).Body);
        var (_, repeated) = await aws.TrySnsAsync(
            "PublishBatch",
            ("TopicArn", topic),
            (Prefix + "1.Id", "a"),
            (Prefix + "1.Message", "x"),
            (Prefix + "2.Id", "a"),
            (Prefix + "2.Message", "y"));
        Assert.Equal("BatchEntryIdsNotDistinct", repeated.Descendants("Code").Single().Value);
    }

    [Fact]
    public async Task Permissions_become_statements_of_the_policy()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        await aws.SnsAsync(
            "AddPermission",
            ("TopicArn", topic),
            ("Label", "friends"),
            ("AWSAccountId.member.1", "111122223333"),
            ("ActionName.member.1", "Publish"));
        Assert.Contains(
            "arn:aws:iam::111122223333:root",
            Entries(await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic)))["Policy"],
            StringComparison.Ordinal);
        await aws.SnsAsync("RemovePermission", ("TopicArn", topic), ("Label", "friends"));
        Assert.DoesNotContain(
            "111122223333",
            Entries(await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic)))["Policy"],
            StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await aws.TrySnsAsync("RemovePermission", ("TopicArn", topic), ("Label", "friends"))).Status);
    }

    [Fact]
    public async Task The_caller_is_the_account_and_an_unknown_action_is_named()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var (status, identity) = await LocalAwsInstance.QueryAsync(aws.StsHttp, "GetCallerIdentity");
        Assert.Equal((HttpStatusCode.OK, aws.Options.AccountId), (status, identity.Descendants("Account").Single().Value));
        var (_, unknown) = await aws.TrySnsAsync("Shout");
        Assert.Equal("InvalidAction", unknown.Descendants("Code").Single().Value);
        Assert.Contains("'Shout'", unknown.Descendants("Message").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_text_comes_out_as_it_went_in()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var queue = await aws.CreateQueueAsync("events", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("events"), ("RawMessageDelivery", "true"));
        await Gen.String[Gen.Char["ab &=+%<>\"'{}ä\n\t€"], 1, 30].SampleAsync(
            async text =>
            {
                await aws.PublishAsync(topic, text);
                return (await aws.ReceiveAsync(queue)).Body == text;
            },
            iter: 20,
            threads: 1);
    }

    private static Dictionary<string, string> Entries(XElement result) =>
        result.Descendants("entry").ToDictionary(entry => entry.Element("key")!.Value, entry => entry.Element("value")!.Value);
}
