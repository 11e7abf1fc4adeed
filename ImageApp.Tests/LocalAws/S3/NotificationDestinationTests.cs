using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Events to queues and functions, which need the same permissions as in AWS.</summary>
public sealed class NotificationDestinationTests : IAsyncLifetime
{
    private LocalAwsInstance _host = null!;
    private string _bucket = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string BucketArn => "arn:aws:s3:::" + _bucket;

    public async ValueTask InitializeAsync()
    {
        _host = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")));
        _bucket = await _host.CreateBucketAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_queue_gets_the_test_event_and_then_what_happens_to_objects_and_their_versions()
    {
        var queue = await _host.CreateQueueAsync("events", ("s3.amazonaws.com", BucketArn));
        await _host.S3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = _bucket,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            },
            Cancelled);
        await NotifyAsync(new PutBucketNotificationRequest
        {
            QueueConfigurations =
            [
                new()
                {
                    Queue = _host.QueueArn("events"),
                    Events = [EventType.ObjectCreatedAll, EventType.ObjectRemovedAll, new EventType("s3:ObjectTagging:*")],
                },
            ],
        });
        Assert.Equal("s3:TestEvent", (string)JsonNode.Parse((await _host.ReceiveAsync(queue)).Body)!["Event"]!);

        var stored = await _host.S3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = "k", ContentBody = "x" }, Cancelled);
        var created = await RecordAsync(queue);
        Assert.Equal("ObjectCreated:Put", (string)created["eventName"]!);
        Assert.Equal(stored.VersionId, (string)created["s3"]!["object"]!["versionId"]!);
        await _host.S3.CopyObjectAsync(_bucket, "k", _bucket, "copy", Cancelled);
        Assert.Equal("ObjectCreated:Copy", (string)(await RecordAsync(queue))["eventName"]!);
        await _host.S3.PutObjectTaggingAsync(
            new PutObjectTaggingRequest
            {
                BucketName = _bucket,
                Key = "k",
                Tagging = new Tagging { TagSet = [new Amazon.S3.Model.Tag { Key = "a", Value = "b" }] },
            },
            Cancelled);
        Assert.Equal("ObjectTagging:Put", (string)(await RecordAsync(queue))["eventName"]!);
        await _host.S3.DeleteObjectAsync(_bucket, "k", Cancelled);
        Assert.Equal("ObjectRemoved:DeleteMarkerCreated", (string)(await RecordAsync(queue))["eventName"]!);
        await _host.S3.DeleteObjectAsync(_bucket, "k", stored.VersionId, Cancelled);
        var removed = await RecordAsync(queue);
        Assert.Equal("ObjectRemoved:Delete", (string)removed["eventName"]!);
        Assert.Equal(stored.VersionId, (string)removed["s3"]!["object"]!["versionId"]!);
    }

    [Fact]
    public async Task A_function_is_invoked_with_the_event_itself()
    {
        var notification = new PutBucketNotificationRequest
        {
            LambdaFunctionConfigurations = [new() { FunctionArn = _host.FunctionArn("resize"), Events = [EventType.ObjectCreatedAll] }],
        };
        var refused = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => NotifyAsync(notification));
        Assert.Contains("lambda:InvokeFunction", refused.Message, StringComparison.Ordinal);
        var (permission, body) = await _host.LambdaAsync(
            HttpMethod.Post,
            "/2015-03-31/functions/resize/policy",
            new JsonObject
            {
                ["StatementId"] = "s3",
                ["Action"] = "lambda:InvokeFunction",
                ["Principal"] = "s3.amazonaws.com",
                ["SourceArn"] = BucketArn,
            }.ToJsonString());
        Assert.True(permission.IsSuccessStatusCode, body);
        await NotifyAsync(notification);
        var read = await _host.S3.GetBucketNotificationAsync(_bucket, Cancelled);
        Assert.Equal(_host.FunctionArn("resize"), Assert.Single(read.LambdaFunctionConfigurations).FunctionArn);

        var runtime = _host.Runtime("resize");
        await _host.S3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = "a b", ContentBody = "x" }, Cancelled);
        var invocation = await runtime.NextAsync();
        Assert.Equal("a+b", (string)JsonNode.Parse(invocation.Payload)!["Records"]![0]!["s3"]!["object"]!["key"]!);
    }

    [Fact]
    public async Task A_queue_whose_policy_does_not_allow_it_is_refused_with_the_action_and_both_names()
    {
        await _host.CreateQueueAsync("closed");
        var refused = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => NotifyAsync(new PutBucketNotificationRequest
        {
            QueueConfigurations = [new() { Queue = _host.QueueArn("closed"), Events = [EventType.ObjectCreatedAll] }],
        }));
        Assert.Equal("InvalidArgument", refused.ErrorCode);
        Assert.All(
            new[] { "sqs:SendMessage", _host.QueueArn("closed"), BucketArn },
            name => Assert.Contains(name, refused.Message, StringComparison.Ordinal));
    }

    private async Task NotifyAsync(PutBucketNotificationRequest request)
    {
        request.BucketName = _bucket;
        await _host.S3.PutBucketNotificationAsync(request, Cancelled);
    }

    private async Task<JsonNode> RecordAsync(string queue) =>
        JsonNode.Parse((await _host.ReceiveAsync(queue)).Body)!["Records"]![0]!;
}
