using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3;

internal static partial class S3Log
{
    [LoggerMessage(
        101,
        LogLevel.Error,
        "S3 may not send events of {BucketArn} to {DestinationArn}: {Action} is refused ({Code}): {Reason} Its policy needs a statement with "
        + "Effect Allow, Principal {{\"Service\": \"s3.amazonaws.com\"}}, Action {Action}, Resource {DestinationArn} and, as conditions, "
        + "aws:SourceArn {BucketArn} and aws:SourceAccount {AccountId}. The event is dropped: {Message}")]
    public static partial void EventRefused(
        this ILogger logger,
        string bucketArn,
        string destinationArn,
        string action,
        string code,
        string reason,
        string accountId,
        string message);

    [LoggerMessage(
        102,
        LogLevel.Warning,
        "An event of {BucketArn} could not be published to {DestinationArn}; attempt {Attempt}, the next in {Delay}")]
    public static partial void EventDelayed(
        this ILogger logger,
        Exception exception,
        string bucketArn,
        string destinationArn,
        int attempt,
        TimeSpan delay);

    [LoggerMessage(
        103,
        LogLevel.Information,
        "Lifecycle rule {Rule} of bucket {Bucket} deleted {Objects} objects and aborted {Uploads} uploads")]
    public static partial void LifecycleApplied(this ILogger logger, string rule, string bucket, int objects, int uploads);

    [LoggerMessage(104, LogLevel.Warning, "Lifecycle rules were applied in part")]
    public static partial void LifecycleInterrupted(this ILogger logger, Exception exception);
}
