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
            ("MessageAttributes", "false", "false", "true", $"arn:aws:iam::{aws.Options.AccountId}:root"),
            (
                attributes["FilterPolicyScope"],
                attributes["PendingConfirmation"],
                attributes["RawMessageDelivery"],
                attributes["ConfirmationWasAuthenticated"],
                attributes["SubscriptionPrincipal"]));
        Assert.False(attributes.ContainsKey("EffectiveDeliveryPolicy"));
        await aws.SnsAsync("Unsubscribe", ("SubscriptionArn", subscription));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await aws.TrySnsAsync("GetSubscriptionAttributes", ("SubscriptionArn", subscription))).Status);
    }

    [Theory]
    [InlineData("email", "ann@example.org", "", "", "'email'")]
    [InlineData("pigeon", "ann", "", "", "does not support this protocol string: pigeon")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q.fifo", "", "", "FIFO SQS Queues can not be subscribed to standard SNS topics")]
    [InlineData("sqs", "https://sqs/queue", "", "", "SQS endpoint ARN")]
    [InlineData("lambda", "resize", "", "", "Lambda endpoint ARN")]
    [InlineData("http", "https://example.org", "", "", "absolute http URL")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "RawMessageDelivery", "yes", "[yes]")]
    [InlineData("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f", "RawMessageDelivery", "true", "RawMessageDelivery")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "FilterPolicy", "{\"a\":\"b\"}", "\"a\"")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "RedrivePolicy", "{}", "deadLetterTargetArn")]
    [InlineData("sqs", "arn:aws:sqs:us-east-1:000000000000:q", "DeliveryPolicy", "{}", "http and https")]
    [InlineData("http", "http://localhost/", "DeliveryPolicy", "{\"healthyRetryPolicy\":{\"numRetries\":101}}", "0 to 100")]
    [InlineData("http", "http://localhost/", "DeliveryPolicy", "{\"colour\":1}", "Unexpected JSON member: colour")]
    [InlineData("http", "http://localhost/", "DeliveryPolicy", "{\"requestPolicy\":{\"headerContentType\":\"x/y\"}}", "'x/y'")]
    [InlineData("http", "http://localhost/", "DeliveryPolicy", "{\"throttlePolicy\":{\"maxReceivesPerSecond\":0}}", "from 1")]
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
        await RefusedAsync("Invalid parameter: Empty message", ("Message", ""));
        await RefusedAsync("Invalid parameter: Message too long", ("Message", new string('x', 262_145)));
        await RefusedAsync("JSON message body failed to parse", ("Message", "{"), ("MessageStructure", "json"));
        await RefusedAsync("not valid for this topic type", ("Message", "x"), ("MessageDeduplicationId", "id"));
        await RefusedAsync("Subject", ("Message", "x"), ("Subject", "two\nlines"));
        await RefusedAsync("No default entry", ("Message", "{}"), ("MessageStructure", "json"));
        await RefusedAsync("'yaml'", ("Message", "{}"), ("MessageStructure", "yaml"));
        await RefusedAsync(
            "Can't cast",
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
        foreach (var id in new[] { "a.b", new string('a', 81) })
        {
            var (_, invalid) = await aws.TrySnsAsync(
                "PublishBatch",
                ("TopicArn", topic),
                (Prefix + "1.Id", id),
                (Prefix + "1.Message", "x"));
            Assert.Equal("InvalidBatchEntryId", invalid.Descendants("Code").Single().Value);
        }
    }

    [Theory]
    [InlineData("GetTopicAttributes", "TopicArn", "images", 400, "InvalidParameter", "An ARN must have at least 6 elements, not 1")]
    [InlineData("GetTopicAttributes", "TopicArn", "", 400, "InvalidParameter", "no value for required parameter")]
    [InlineData("GetTopicAttributes", "TopicArn", "arn:aws:sns:us-east-1:000000000000:none", 404, "NotFound", "Topic does not exist")]
    [InlineData("Publish", "TopicArn", "arn:aws:sns:us-east-1:000000000000:none", 404, "NotFound", "Topic does not exist")]
    [InlineData("Publish", "TargetArn", "arn:aws:sns:us-east-1:000000000000:endpoint/x/y", 400, "InvalidParameter", "No endpoint found")]
    [InlineData("Publish", "PhoneNumber", "+15551234567", 400, "InvalidParameter", "PhoneNumber")]
    [InlineData("Publish", "Subject", "x", 400, "InvalidParameter", "TopicArn or TargetArn")]
    [InlineData("ListTagsForResource", "ResourceArn", "arn:aws:sns:us-east-1:000000000000:none", 404, "ResourceNotFound", "Resource")]
    [InlineData("GetSubscriptionAttributes", "SubscriptionArn", "a:b:c:d:e:f:g", 404, "NotFound", "Subscription does not exist")]
    [InlineData("Unsubscribe", "SubscriptionArn", "arn:aws:sns:us-east-1:000000000000:none", 400, "InvalidParameter", "SubscriptionId")]
    [InlineData("CreateTopic", "Name", "no/slash", 400, "InvalidParameter", "Invalid parameter: Topic Name")]
    [InlineData("CreateTopic", "Name", "other.fifo", 400, "InvalidParameter", "Invalid parameter: Topic Name")]
    public async Task What_is_asked_of_nothing_is_refused_in_the_words_of_AWS(
        string action,
        string name,
        string value,
        int status,
        string code,
        string named)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var (answered, error) = await aws.TrySnsAsync(action, (name, value), ("Message", "x"));
        Assert.Equal((status, code), ((int)answered, error.Descendants("Code").Single().Value));
        Assert.Contains(named, error.Descendants("Message").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_there_with_other_attributes_or_tags_is_not_created_again()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        (string, string)[] tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "images")];
        (string, string)[] attribute = [("Attributes.entry.1.key", "DisplayName"), ("Attributes.entry.1.value", "Images")];
        async Task<string> RefusedAsync(params (string, string)[] given)
        {
            var (status, error) = await aws.TrySnsAsync("CreateTopic", [("Name", "images"), .. given]);
            Assert.Equal((HttpStatusCode.BadRequest, "InvalidParameter"), (status, error.Descendants("Code").Single().Value));
            return error.Descendants("Message").Single().Value;
        }

        await aws.SnsAsync("CreateTopic", [("Name", "images"), .. tag, .. attribute]);
        await aws.SnsAsync("CreateTopic", [("Name", "images"), .. tag, .. attribute]);
        await aws.CreateTopicAsync("images");
        Assert.StartsWith(
            "Invalid parameter: Tags Reason: Topic already exists with different tags",
            await RefusedAsync(tag[0], ("Tags.member.1.Value", "other")),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
            await RefusedAsync(attribute[0], ("Attributes.entry.1.value", "Other")),
            StringComparison.Ordinal);
        Assert.Equal(
            "Invalid parameter: Duplicated keys are not allowed.",
            await RefusedAsync([.. tag, ("Tags.member.2.Key", "team"), ("Tags.member.2.Value", "x")]));
    }

    [Fact]
    public async Task A_topic_takes_fifty_tags()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var tags = Enumerable.Range(1, 51).SelectMany(index => new[]
        {
            ($"Tags.member.{index}.Key", $"key{index}"),
            ($"Tags.member.{index}.Value", ""),
        });
        var (status, error) = await aws.TrySnsAsync("TagResource", [("ResourceArn", topic), .. tags]);
        Assert.Equal((HttpStatusCode.BadRequest, "TagLimitExceeded"), (status, error.Descendants("Code").Single().Value));
    }

    [Fact]
    public async Task Many_subscriptions_are_listed_in_pages_and_two_hundred_may_have_filters()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(index =>
            aws.SubscribeAsync(topic, "sqs", aws.QueueArn($"q{index}"), ("FilterPolicy", """{"kind":["a"]}"""))));
        var (status, error) = await aws.TrySnsAsync(
            "Subscribe",
            ("TopicArn", topic),
            ("Protocol", "sqs"),
            ("Endpoint", aws.QueueArn("one-more")),
            ("Attributes.entry.1.key", "FilterPolicy"),
            ("Attributes.entry.1.value", """{"kind":["a"]}"""));
        Assert.Equal((HttpStatusCode.Forbidden, "FilterPolicyLimitExceeded"), (status, error.Descendants("Code").Single().Value));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("unfiltered"));
        foreach (var action in new[] { "ListSubscriptions", "ListSubscriptionsByTopic" })
        {
            var found = new HashSet<string>();
            string? token = null;
            do
            {
                var page = await aws.SnsAsync(action, [("TopicArn", topic), .. token is null ? [] : new[] { ("NextToken", token) }]);
                Assert.InRange(page.Descendants("member").Count(), 1, 100);
                found.UnionWith(page.Descendants("Endpoint").Select(element => element.Value));
                token = page.Descendants("NextToken").SingleOrDefault()?.Value;
            }
            while (token is not null);
            Assert.Equal(201, found.Count);
        }
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
        var (_, twice) = await aws.TrySnsAsync(
            "AddPermission",
            ("TopicArn", topic),
            ("Label", "friends"),
            ("AWSAccountId.member.1", "111122223333"),
            ("ActionName.member.1", "Publish"));
        Assert.StartsWith(
            "Invalid parameter: Statement already exists",
            twice.Descendants("Message").Single().Value,
            StringComparison.Ordinal);
        var (_, unknown) = await aws.TrySnsAsync(
            "AddPermission",
            ("TopicArn", topic),
            ("Label", "others"),
            ("AWSAccountId.member.1", "111122223333"),
            ("ActionName.member.1", "Shout"));
        Assert.Contains("out of service scope", unknown.Descendants("Message").Single().Value, StringComparison.Ordinal);
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
