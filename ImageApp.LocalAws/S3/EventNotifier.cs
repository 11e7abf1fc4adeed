using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Storage;
using ImageApp.LocalAws.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// Publishes bucket events to topics, at least once: an event is on disk before the object is visible, and stays there until its topic has it.
/// Message structure: Amazon S3 User Guide, "Event message structure", version 2.1.
/// </summary>
internal sealed partial class EventNotifier(LocalAwsOptions options, BucketStore buckets, ITopicPublisher topics, LocalAwsTelemetry telemetry, ILogger<EventNotifier> logger) : BackgroundService
{
    private readonly DurableQueue<PendingEvent> _events = new(Path.Combine(options.DataDirectory, "s3-events"), StateJson.Default.PendingEvent);

    /// <summary>Stores the events that a change of an object causes.</summary>
    /// <returns>The events, to be released once the change is visible.</returns>
    public async Task<List<DurableItem<PendingEvent>>> PrepareAsync(
        Bucket bucket, string eventName, string key, StoredObject? item, string sequencer, string requestId, string? traceParent, CancellationToken cancellationToken)
    {
        var prepared = new List<DurableItem<PendingEvent>>();
        foreach (var notification in bucket.Notifications.Where(notification => notification.Wants(eventName, key)))
        {
            var message = Message(bucket, notification.Id, eventName, key, item, sequencer, requestId).ToJsonString();
            prepared.Add(await _events.StoreAsync(new PendingEvent(bucket.Name, notification.TopicArn, message, key, item?.DataFile, traceParent), cancellationToken));
        }

        return prepared;
    }

    /// <summary>Lets prepared events go: the change they tell of is visible.</summary>
    public void Release(List<DurableItem<PendingEvent>> prepared) => prepared.ForEach(_events.Release);

    /// <summary>Forgets prepared events: the change did not happen.</summary>
    public void Withdraw(List<DurableItem<PendingEvent>> prepared) => prepared.ForEach(item => _events.Complete(item.Id));

    /// <summary>
    /// Asks a destination whether it would take events, as S3 does when notifications are configured, by sending it <c>s3:TestEvent</c>.
    /// </summary>
    /// <exception cref="AwsServiceException"><c>InvalidArgument</c>: the topic does not exist or does not let S3 publish.</exception>
    public async Task ValidateAsync(Bucket bucket, TopicNotification notification, CancellationToken cancellationToken)
    {
        var test = new JsonObject
        {
            ["Service"] = "Amazon S3",
            ["Event"] = "s3:TestEvent",
            ["Time"] = Timestamp(),
            ["Bucket"] = bucket.Name,
            ["RequestId"] = Guid.NewGuid().ToString("N")[..16].ToUpperInvariant(),
            ["HostId"] = "local",
        };
        try
        {
            await topics.PublishAsync(Caller(bucket), notification.TopicArn, "Amazon S3 Notification", test.ToJsonString(), cancellationToken);
        }
        catch (AwsServiceException e)
        {
            LogRefused(logger, "sns:Publish", bucket.Arn, notification.TopicArn, e.Message);
            throw new AwsServiceException("InvalidArgument", $"Unable to validate the following destination configurations: {notification.TopicArn}: {e.Message}");
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _events.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (id, pending) in _events.ReadAllAsync(stoppingToken))
        {
            // An event left over from a put that never became visible tells of nothing.
            if (pending.DataFile is null || IsKnown(pending))
            {
                await PublishAsync(pending, stoppingToken);
            }

            _events.Complete(id);
        }
    }

    private bool IsKnown(PendingEvent pending) =>
        buckets.Buckets.Any(bucket => bucket.Name == pending.Bucket) && buckets.Get(pending.Bucket).Find(pending.Key) is not null;

    private async Task PublishAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        using var span = telemetry.Start("S3 notify", ActivityKind.Producer, pending.TraceParent);
        span?.SetTag("aws.s3.bucket", pending.Bucket).SetTag("aws.s3.key", pending.Key).SetTag("messaging.destination.name", pending.TopicArn);
        var bucket = new Bucket(pending.Bucket, default);
        try
        {
            await topics.PublishAsync(Caller(bucket), pending.TopicArn, "Amazon S3 Notification", pending.Message, cancellationToken);
        }
        catch (AwsServiceException e)
        {
            // As in AWS, an event that its destination does not take is gone; the log says which permission was missing.
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogRefused(logger, "sns:Publish", bucket.Arn, pending.TopicArn, e.Message);
        }
    }

    private ServiceCall Caller(Bucket bucket) => new("s3.amazonaws.com", bucket.Arn, options.AccountId);

    private JsonObject Message(Bucket bucket, string configurationId, string eventName, string key, StoredObject? item, string sequencer, string requestId)
    {
        var content = new JsonObject { ["key"] = FormEncode(key) };
        if (item is not null)
        {
            content["size"] = item.Size;
            content["eTag"] = item.ETag;
        }

        content["sequencer"] = sequencer;
        return new JsonObject
        {
            ["Records"] = new JsonArray(new JsonObject
            {
                ["eventVersion"] = "2.1",
                ["eventSource"] = "aws:s3",
                ["awsRegion"] = options.Region,
                ["eventTime"] = Timestamp(),
                ["eventName"] = eventName,
                ["userIdentity"] = new JsonObject { ["principalId"] = "AWS:" + options.AccountId },
                ["requestParameters"] = new JsonObject { ["sourceIPAddress"] = "127.0.0.1" },
                ["responseElements"] = new JsonObject { ["x-amz-request-id"] = requestId, ["x-amz-id-2"] = "local" },
                ["s3"] = new JsonObject
                {
                    ["s3SchemaVersion"] = "1.0",
                    ["configurationId"] = configurationId,
                    ["bucket"] = new JsonObject
                    {
                        ["name"] = bucket.Name,
                        ["ownerIdentity"] = new JsonObject { ["principalId"] = options.AccountId },
                        ["arn"] = bucket.Arn,
                    },
                    ["object"] = content,
                },
            }),
        };
    }

    // Slashes stay, a space becomes '+', as in AWS.
    private static string FormEncode(string key) => Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal).Replace("%20", "+", StringComparison.Ordinal);

    private static string Timestamp() => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Error, Message = "Access denied: {Action} by s3.amazonaws.com for {SourceArn} on {ResourceArn}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string action, string sourceArn, string resourceArn, string reason);
}
