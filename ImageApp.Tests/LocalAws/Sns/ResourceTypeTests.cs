using System.Text.Json.Nodes;
using Amazon.SQS.Model;
using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Lambda;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.LocalAws.Sns;

/// <summary>The CloudFormation types of SNS, SQS and Lambda, each made, changed and removed through the services it belongs to.</summary>
public sealed class ResourceTypeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FIFO_topics_and_queues_get_names_that_say_so_and_keep_their_type()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topicType = Handler(aws, "AWS::SNS::Topic");
        var topic = await topicType.CreateAsync(Request("""{"FifoTopic":true,"ContentBasedDeduplication":true}"""), Cancelled);
        Assert.Equal(aws.TopicArn("stack-Thing-ABC.fifo"), topic.PhysicalId);
        await topicType.UpdateAsync(topic.PhysicalId, Request("""{"FifoTopic":true,"DisplayName":"Orders"}"""), Cancelled);
        var attributes = (await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic.PhysicalId)))
            .Descendants("entry")
            .ToDictionary(entry => entry.Element("key")!.Value, entry => entry.Element("value")!.Value);
        Assert.Equal(
            ("true", "false", "Orders"),
            (attributes["FifoTopic"], attributes["ContentBasedDeduplication"], attributes["DisplayName"]));
        var queueType = Handler(aws, "AWS::SQS::Queue");
        var queue = await queueType.CreateAsync(
            Request("""{"FifoQueue":true,"ContentBasedDeduplication":true,"KmsMasterKeyId":"alias/mine"}"""),
            Cancelled);
        Assert.Equal("stack-Thing-ABC.fifo", queue.Attributes["QueueName"]);
        await queueType.UpdateAsync(queue.PhysicalId, Request("""{"FifoQueue":true,"VisibilityTimeout":7}"""), Cancelled);
        var updated = (await aws.Sqs.GetQueueAttributesAsync(queue.PhysicalId, ["All"], Cancelled)).Attributes;
        Assert.Equal(
            ("true", "false", "7", false),
            (
                updated["FifoQueue"],
                updated["ContentBasedDeduplication"],
                updated["VisibilityTimeout"],
                updated.ContainsKey("KmsMasterKeyId")));
        var standard = await queueType.CreateAsync(Request("""{"FifoQueue":false}"""), Cancelled);
        Assert.Equal("stack-Thing-ABC", standard.Attributes["QueueName"]);
    }

    [Fact]
    public async Task A_topic_with_policy_and_subscription_comes_and_goes()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topicType = Handler(aws, "AWS::SNS::Topic");
        var topic = await topicType.CreateAsync(Request("""{"DisplayName":"Images","Tags":[{"Key":"a","Value":1}]}"""), Cancelled);
        Assert.Equal(aws.TopicArn("stack-Thing-ABC"), topic.PhysicalId);
        Assert.Equal(("stack-Thing-ABC", topic.PhysicalId), (topic.Attributes["TopicName"], topic.Attributes["TopicArn"]));
        await Assert.ThrowsAsync<AwsServiceException>(() => topicType.CreateAsync(Request("{}"), Cancelled));

        var policyType = Handler(aws, "AWS::SNS::TopicPolicy");
        var policyRequest = Request(
            new JsonObject
            {
                ["Topics"] = new JsonArray(topic.PhysicalId),
                ["PolicyDocument"] = JsonNode.Parse(
                    LocalAwsInstance.Policy(
                        LocalAwsInstance.Statement("s3.amazonaws.com", "sns:Publish", topic.PhysicalId, "arn:aws:s3:::b"))),
            });
        var policy = await policyType.CreateAsync(policyRequest, Cancelled);
        Assert.Contains(
            "arn:aws:s3:::b",
            (await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic.PhysicalId))).ToString(),
            StringComparison.Ordinal);

        var subscriptionType = Handler(aws, "AWS::SNS::Subscription");
        var subscription = await subscriptionType.CreateAsync(
            Request(Subscription(topic.PhysicalId, aws, """{"kind":["a"]}""")),
            Cancelled);
        await subscriptionType.UpdateAsync(subscription.PhysicalId, Request(Subscription(topic.PhysicalId, aws, null)), Cancelled);
        var attributes = (await aws.SnsAsync("GetSubscriptionAttributes", ("SubscriptionArn", subscription.PhysicalId))).ToString();
        Assert.DoesNotContain("kind", attributes, StringComparison.Ordinal);

        await subscriptionType.DeleteAsync(subscription.PhysicalId, Request("{}"), Cancelled);
        await policyType.DeleteAsync(policy.PhysicalId, policyRequest, Cancelled);
        Assert.Contains(
            "__default_policy_ID",
            (await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic.PhysicalId))).ToString(),
            StringComparison.Ordinal);
        await topicType.UpdateAsync(topic.PhysicalId, Request("{}"), Cancelled);
        Assert.DoesNotContain(
            "Images",
            (await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic.PhysicalId))).ToString(),
            StringComparison.Ordinal);
        await topicType.DeleteAsync(topic.PhysicalId, Request("{}"), Cancelled);
        await policyType.DeleteAsync(policy.PhysicalId, policyRequest, Cancelled);
        Assert.Empty((await aws.SnsAsync("ListTopics")).Descendants("TopicArn"));
    }

    [Fact]
    public async Task A_queue_with_policy_comes_and_goes()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var queueType = Handler(aws, "AWS::SQS::Queue");
        var queue = await queueType.CreateAsync(
            Request("""{"MessageRetentionPeriod":1209600,"SqsManagedSseEnabled":true,"Tags":[{"Key":"a","Value":"b"}]}"""),
            Cancelled);
        Assert.Equal(
            (aws.QueueArn("stack-Thing-ABC"), queue.PhysicalId, "stack-Thing-ABC"),
            (queue.Attributes["Arn"], queue.Attributes["QueueUrl"], queue.Attributes["QueueName"]));
        Assert.Equal(
            "1209600",
            (await aws.Sqs.GetQueueAttributesAsync(queue.PhysicalId, ["All"], Cancelled)).Attributes["MessageRetentionPeriod"]);

        var policyType = Handler(aws, "AWS::SQS::QueuePolicy");
        var policyRequest = Request(
            new JsonObject
            {
                ["Queues"] = new JsonArray(queue.PhysicalId),
                ["PolicyDocument"] = JsonNode.Parse(
                    LocalAwsInstance.Policy(
                        LocalAwsInstance.Statement(
                            "sns.amazonaws.com",
                            "sqs:SendMessage",
                            aws.QueueArn("stack-Thing-ABC"),
                            aws.TopicArn("t")))),
            });
        await policyType.CreateAsync(policyRequest, Cancelled);
        await queueType.UpdateAsync(queue.PhysicalId, Request("""{"VisibilityTimeout":"5"}"""), Cancelled);
        var attributes = (await aws.Sqs.GetQueueAttributesAsync(queue.PhysicalId, ["All"], Cancelled)).Attributes;
        Assert.Equal(("5", "345600"), (attributes["VisibilityTimeout"], attributes["MessageRetentionPeriod"]));
        Assert.Contains(aws.TopicArn("t"), attributes["Policy"], StringComparison.Ordinal);
        await policyType.DeleteAsync("policy", policyRequest, Cancelled);
        Assert.DoesNotContain("Policy", (await aws.Sqs.GetQueueAttributesAsync(queue.PhysicalId, ["All"], Cancelled)).Attributes.Keys);

        var named = Request("""{"QueueName":"work"}""");
        named.Properties["RedrivePolicy"] = new JsonObject { ["deadLetterTargetArn"] = queue.Attributes["Arn"], ["maxReceiveCount"] = 3 };
        var work = await queueType.CreateAsync(named, Cancelled);
        Assert.Contains(
            "\"maxReceiveCount\":3",
            (await aws.Sqs.GetQueueAttributesAsync(work.PhysicalId, ["RedrivePolicy"], Cancelled)).Attributes["RedrivePolicy"],
            StringComparison.Ordinal);
        var longName = Request("{}") with { GeneratedName = new string('s', 90) + "-0123456789AB" };
        Assert.EndsWith(
            "-0123456789AB",
            (await queueType.CreateAsync(longName, Cancelled)).Attributes["QueueName"],
            StringComparison.Ordinal);

        await queueType.DeleteAsync(queue.PhysicalId, Request("{}"), Cancelled);
        await queueType.DeleteAsync(queue.PhysicalId, Request("{}"), Cancelled);
        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => aws.Sqs.PurgeQueueAsync(queue.PhysicalId, Cancelled));
    }

    [Fact]
    public async Task Permissions_and_invoke_configurations_need_a_function_that_exists()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")));
        var permissionType = Handler(aws, "AWS::Lambda::Permission");
        var properties = new JsonObject
        {
            ["FunctionName"] = "nobody",
            ["Action"] = "lambda:InvokeFunction",
            ["Principal"] = "sns.amazonaws.com",
            ["SourceArn"] = aws.TopicArn("images"),
        };
        var missing = await Assert.ThrowsAsync<AwsServiceException>(() => permissionType.CreateAsync(Request(properties), Cancelled));
        Assert.Equal("ResourceNotFoundException", missing.Code);
        Assert.Contains(aws.FunctionArn("nobody"), missing.Message, StringComparison.Ordinal);

        properties["FunctionName"] = aws.FunctionArn("resize");
        var permission = await permissionType.CreateAsync(Request(properties), Cancelled);
        var (_, policy) = await aws.LambdaAsync(HttpMethod.Get, "/2015-03-31/functions/resize/policy");
        Assert.Contains(aws.TopicArn("images"), policy, StringComparison.Ordinal);
        await permissionType.DeleteAsync(permission.PhysicalId, Request(properties), Cancelled);
        await permissionType.DeleteAsync(permission.PhysicalId, Request(properties), Cancelled);

        var configType = Handler(aws, "AWS::Lambda::EventInvokeConfig");
        JsonObject Config(int attempts) => new()
        {
            ["FunctionName"] = "resize",
            ["Qualifier"] = "$LATEST",
            ["MaximumRetryAttempts"] = attempts.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["DestinationConfig"] = new JsonObject { ["OnFailure"] = new JsonObject { ["Destination"] = aws.QueueArn("dead") } },
        };
        var config = await configType.CreateAsync(Request(Config(1)), Cancelled);
        var (_, shown) = await aws.LambdaAsync(HttpMethod.Get, "/2019-09-25/functions/resize/event-invoke-config");
        Assert.Equal(
            (1, aws.QueueArn("dead")),
            (
                (int)JsonNode.Parse(shown)!["MaximumRetryAttempts"]!,
                (string?)JsonNode.Parse(shown)!["DestinationConfig"]!["OnFailure"]!["Destination"]));
        var invalid = await Assert.ThrowsAsync<AwsServiceException>(() =>
            configType.UpdateAsync(config.PhysicalId, Request(Config(3)), Cancelled));
        Assert.Contains("0 to 2", invalid.Message, StringComparison.Ordinal);
        await configType.DeleteAsync(config.PhysicalId, Request(Config(1)), Cancelled);
        Assert.False(
            (await aws.LambdaAsync(HttpMethod.Get, "/2019-09-25/functions/resize/event-invoke-config")).Response.IsSuccessStatusCode);
    }

    private static JsonObject Subscription(string topicArn, LocalAwsInstance aws, string? filter) =>
        new()
        {
            ["TopicArn"] = topicArn,
            ["Protocol"] = "sqs",
            ["Endpoint"] = aws.QueueArn("events"),
            ["RawMessageDelivery"] = true,
            ["FilterPolicy"] = filter is null ? null : JsonNode.Parse(filter),
            ["RedrivePolicy"] = new JsonObject { ["deadLetterTargetArn"] = aws.QueueArn("dead") },
        };

    private static IResourceTypeHandler Handler(LocalAwsInstance aws, string type) =>
        aws.Server.Services.GetServices<IResourceTypeHandler>().Single(handler => handler.TypeName == type);

    private static ResourceRequest Request(string properties) => Request(JsonNode.Parse(properties)!.AsObject());

    private static ResourceRequest Request(JsonObject properties) =>
        new("stack", "arn:aws:cloudformation:stack", "Thing", "stack-Thing-ABC", properties);
}
