using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ImageApp.LocalAws;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Sns;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class TopicDeliveryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_published_message_reaches_the_function_in_the_envelope_of_AWS()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("thumbnail")));
        var topic = await aws.CreateTopicAsync("images");
        await aws.AddPermissionAsync("thumbnail", topic);
        var subscription = await aws.SubscribeAsync(topic, "lambda", aws.FunctionArn("thumbnail"));

        var messageId = await aws.PublishAsync(
            topic,
            "{\"key\":\"images/ä.jpg\"}",
            ("Subject", "Amazon S3 Notification"),
            ("MessageAttributes.entry.1.Name", "kind"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", "created"));
        var invocation = await aws.Runtime("thumbnail").ServeAsync("null");

        Assert.Equal(aws.FunctionArn("thumbnail"), invocation.FunctionArn);
        var record = JsonNode.Parse(invocation.Payload)!["Records"]!.AsArray().Single()!;
        Assert.Equal("aws:sns", (string?)record["EventSource"]);
        Assert.Equal("1.0", (string?)record["EventVersion"]);
        Assert.Equal(subscription, (string?)record["EventSubscriptionArn"]);
        var sns = record["Sns"]!;
        Assert.Equal("Notification", (string?)sns["Type"]);
        Assert.Equal(messageId, (string?)sns["MessageId"]);
        Assert.Equal(topic, (string?)sns["TopicArn"]);
        Assert.Equal("Amazon S3 Notification", (string?)sns["Subject"]);
        Assert.Equal("{\"key\":\"images/ä.jpg\"}", (string?)sns["Message"]);
        Assert.Equal("created", (string?)sns["MessageAttributes"]!["kind"]!["Value"]);
        Assert.True(await SnsSignature.IsValidAsync(sns.AsObject(), aws.Http, "SigningCertUrl"));
        sns["Message"] = "tampered with";
        Assert.False(await SnsSignature.IsValidAsync(sns.AsObject(), aws.Http, "SigningCertUrl"));
    }

    [Fact]
    public async Task Without_a_permission_the_function_is_not_invoked_and_log_and_dead_letter_say_why()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("thumbnail")));
        var topic = await aws.CreateTopicAsync("images");
        var queue = await aws.CreateQueueAsync("dead", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(
            topic,
            "lambda",
            aws.FunctionArn("thumbnail"),
            ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead")}}"}"""));

        await aws.PublishAsync(topic, "hello");
        var dead = await aws.ReceiveAsync(queue);

        Assert.Equal("hello", (string?)JsonNode.Parse(dead.Body)!["Message"]);
        Assert.Equal("AccessDeniedException", dead.MessageAttributes["ErrorCode"].StringValue);
        var error = Assert.Single(
            aws.Logs.Errors,
            line =>
                line.Contains("AWS::Lambda::Permission", StringComparison.Ordinal) && line.Contains("is refused", StringComparison.Ordinal)
        );
        Assert.All(
            ["lambda:InvokeFunction", aws.FunctionArn("thumbnail"), topic, "sns.amazonaws.com"],
            part => Assert.Contains(part, error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_permission_for_another_topic_does_not_count()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("thumbnail")));
        var topic = await aws.CreateTopicAsync("images");
        await aws.AddPermissionAsync("thumbnail", aws.TopicArn("others"));
        await aws.SubscribeAsync(topic, "lambda", aws.FunctionArn("thumbnail"));
        await aws.PublishAsync(topic, "hello");
        await aws.LoggedAsync("is lost", "has no RedrivePolicy", "hello");
    }

    [Fact]
    public async Task A_dead_letter_queue_that_does_not_allow_the_topic_is_named_with_action_and_arns()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("thumbnail")));
        var topic = await aws.CreateTopicAsync("images");
        await aws.CreateQueueAsync("dead");
        await aws.SubscribeAsync(
            topic,
            "lambda",
            aws.FunctionArn("thumbnail"),
            ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead")}}"}"""));
        await aws.PublishAsync(topic, "hello");
        await aws.LoggedAsync("is lost", "sqs:SendMessage", "sns.amazonaws.com", topic, aws.QueueArn("dead"));
    }

    [Fact]
    public async Task A_queue_gets_the_envelope_or_with_raw_delivery_the_message_itself()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var wrapped = await aws.CreateQueueAsync("wrapped", ("sns.amazonaws.com", topic));
        var raw = await aws.CreateQueueAsync("raw", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("wrapped"));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("raw"), ("RawMessageDelivery", "true"));
        await aws.PublishAsync(
            topic,
            "hello",
            ("MessageAttributes.entry.1.Name", "count"),
            ("MessageAttributes.entry.1.Value.DataType", "Number"),
            ("MessageAttributes.entry.1.Value.StringValue", "7"));

        var envelope = JsonNode.Parse((await aws.ReceiveAsync(wrapped)).Body)!.AsObject();
        Assert.Equal("hello", (string?)envelope["Message"]);
        Assert.False(envelope.ContainsKey("Subject"));
        Assert.Contains("Action=Unsubscribe", (string?)envelope["UnsubscribeURL"], StringComparison.Ordinal);
        Assert.True(await SnsSignature.IsValidAsync(envelope, aws.Http, "SigningCertURL"));
        var message = await aws.ReceiveAsync(raw);
        Assert.Equal("hello", message.Body);
        Assert.Equal("7", message.MessageAttributes["count"].StringValue);
        Assert.StartsWith("Root=1-", message.Attributes["AWSTraceHeader"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signature_version_2_is_signed_with_SHA256()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        await aws.SnsAsync("SetTopicAttributes", ("TopicArn", topic), ("AttributeName", "SignatureVersion"), ("AttributeValue", "2"));
        var queue = await aws.CreateQueueAsync("events", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("events"));
        await aws.PublishAsync(topic, "hello", ("Subject", "greeting"));
        var envelope = JsonNode.Parse((await aws.ReceiveAsync(queue)).Body)!.AsObject();
        Assert.Equal("2", (string?)envelope["SignatureVersion"]);
        Assert.True(await SnsSignature.IsValidAsync(envelope, aws.Http, "SigningCertURL"));
    }

    [Fact]
    public async Task Filters_and_structured_messages_choose_what_each_subscription_gets()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var all = await aws.CreateQueueAsync("all", ("sns.amazonaws.com", topic));
        var some = await aws.CreateQueueAsync("some", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("all"), ("RawMessageDelivery", "true"));
        await aws.SubscribeAsync(
            topic,
            "sqs",
            aws.QueueArn("some"),
            ("RawMessageDelivery", "true"),
            ("FilterPolicyScope", "MessageBody"),
            ("FilterPolicy", """{"size":[{"numeric":[">",10]}]}"""));
        await aws.PublishAsync(topic, """{"size":5}""");
        await aws.PublishAsync(topic, """{"size":50}""");
        await aws.PublishAsync(topic, """{"default":"{\"size\":1}","sqs":"{\"size\":99}"}""", ("MessageStructure", "json"));

        var received = new[] { await aws.ReceiveAsync(all), await aws.ReceiveAsync(all), await aws.ReceiveAsync(all) };
        Assert.Equal(
            ["""{"size":50}""", """{"size":5}""", """{"size":99}"""],
            received.Select(message => message.Body).Order(StringComparer.Ordinal));
        var chosen = new[] { await aws.ReceiveAsync(some), await aws.ReceiveAsync(some) };
        Assert.Equal(["""{"size":50}""", """{"size":99}"""], chosen.Select(message => message.Body).Order(StringComparer.Ordinal));
        var counts = await aws.Sqs.GetQueueAttributesAsync(
            some,
            ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            Cancelled);
        Assert.Equal((0, 0), (counts.ApproximateNumberOfMessages, counts.ApproximateNumberOfMessagesNotVisible));
    }

    [Fact]
    public async Task One_trace_goes_from_the_publisher_to_the_function()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LocalAwsTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("thumbnail")));
        var topic = await aws.CreateTopicAsync("images");
        await aws.AddPermissionAsync("thumbnail", topic);
        await aws.SubscribeAsync(topic, "lambda", aws.FunctionArn("thumbnail"));
        var policy = LocalAwsInstance.Policy(LocalAwsInstance.Statement("s3.amazonaws.com", "sns:Publish", topic, "arn:aws:s3:::b"));
        await aws.SnsAsync("SetTopicAttributes", ("TopicArn", topic), ("AttributeName", "Policy"), ("AttributeValue", policy));

        using var upload = new Activity("upload").SetIdFormat(ActivityIdFormat.W3C).Start();
        await aws
            .Server.Services.GetRequiredService<ITopicPublisher>()
            .PublishAsync(new ServiceCall("s3.amazonaws.com", "arn:aws:s3:::b", aws.Options.AccountId), topic, null, "hello", Cancelled);
        upload.Stop();
        var invocation = await aws.Runtime("thumbnail").ServeAsync("null");

        await Eventually.HoldsAsync(
            () => Task.FromResult(spans.Any(span => span.TraceId == upload.TraceId && span.OperationName == "Lambda Invoke thumbnail")),
            "the invocation's span");
        var publish = spans.Single(span => span.TraceId == upload.TraceId && span.OperationName == "SNS Publish");
        var invoke = spans.Single(span => span.TraceId == upload.TraceId && span.OperationName == "Lambda Invoke thumbnail");
        Assert.Equal((ActivityKind.Producer, upload.SpanId), (publish.Kind, publish.ParentSpanId));
        Assert.Equal((ActivityKind.Consumer, publish.SpanId), (invoke.Kind, invoke.ParentSpanId));
        var trace = upload.TraceId.ToHexString();
        Assert.Equal($"Root=1-{trace[..8]}-{trace[8..]};Parent={invoke.SpanId.ToHexString()};Sampled=1", invocation.TraceId);
    }

    [Fact]
    public async Task A_service_may_publish_only_where_the_topics_policy_allows_it()
    {
        const string Bucket = "arn:aws:s3:::image-bucket";
        await using var aws = await LocalAwsInstance.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var publisher = aws.Server.Services.GetRequiredService<ITopicPublisher>();
        var caller = new ServiceCall("s3.amazonaws.com", Bucket, aws.Options.AccountId);

        var refused = await Assert.ThrowsAsync<AwsServiceException>(() => publisher.PublishAsync(caller, topic, null, "hello", Cancelled));
        Assert.Equal("AuthorizationError", refused.Code);
        Assert.All(
            ["sns:Publish", topic, Bucket, "s3.amazonaws.com", "default policy"],
            part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));

        var policy = LocalAwsInstance.Policy(LocalAwsInstance.Statement("s3.amazonaws.com", "sns:Publish", topic, Bucket));
        await aws.SnsAsync("SetTopicAttributes", ("TopicArn", topic), ("AttributeName", "Policy"), ("AttributeValue", policy));
        Assert.True(Guid.TryParse(await publisher.PublishAsync(caller, topic, null, "hello", Cancelled), out _));
        await Assert.ThrowsAsync<AwsServiceException>(() =>
            publisher.PublishAsync(caller with { SourceArn = "arn:aws:s3:::other" }, topic, null, "hello", Cancelled));
        var missing = await Assert.ThrowsAsync<AwsServiceException>(() =>
            publisher.PublishAsync(caller, aws.TopicArn("nowhere"), null, "hello", Cancelled));
        Assert.Equal((HttpStatusCode.NotFound, "NotFound"), (missing.Status, missing.Code));
    }

    [Fact]
    public async Task A_delivery_that_was_under_way_goes_on_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            string topic;
            await using (
                var first = await LocalAwsInstance.StartAsync(
                    options => options.Functions.Add(new FunctionRegistration("thumbnail")),
                    folder))
            {
                topic = await first.CreateTopicAsync("images");
                await first.AddPermissionAsync("thumbnail", topic);
                await first.SubscribeAsync(topic, "lambda", first.FunctionArn("thumbnail"));
                await first.PublishAsync(topic, "before the restart");
            }

            await using var second = await LocalAwsInstance.StartAsync(
                options => options.Functions.Add(new FunctionRegistration("thumbnail")),
                folder);
            var invocation = await second.Runtime("thumbnail").ServeAsync("null");
            Assert.Contains("before the restart", invocation.Payload, StringComparison.Ordinal);
            await second.PublishAsync(topic, "after the restart");
            Assert.Contains("after the restart", (await second.Runtime("thumbnail").ServeAsync("null")).Payload, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
