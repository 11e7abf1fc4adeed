using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

internal static partial class SnsLog
{
    [LoggerMessage(401, LogLevel.Information, "Message {MessageId} was published to {TopicArn} for {Count} subscriptions")]
    public static partial void Published(this ILogger logger, string messageId, string topicArn, int count);

    [LoggerMessage(402, LogLevel.Error, "{ServicePrincipal} is refused sns:Publish on {TopicArn} on behalf of {SourceArn}. {Reason}")]
    public static partial void PublishRefused(
        this ILogger logger,
        string servicePrincipal,
        string topicArn,
        string sourceArn,
        string reason);

    [LoggerMessage(
        403,
        LogLevel.Warning,
        "Delivery {Attempt} of message {MessageId} from {TopicArn} to {Endpoint} failed; next attempt in {Delay}: {Reason}")]
    public static partial void WillRetry(
        this ILogger logger,
        int attempt,
        string messageId,
        string topicArn,
        string endpoint,
        TimeSpan delay,
        string reason);

    [LoggerMessage(
        404,
        LogLevel.Error,
        "Message {MessageId} could not be delivered: {Action} by sns.amazonaws.com from topic {TopicArn} to {Endpoint} (subscription "
        + "{SubscriptionArn}) failed after {Attempts} attempts: {Reason}")]
    public static partial void DeliveryFailed(
        this ILogger logger,
        string messageId,
        string? action,
        string topicArn,
        string endpoint,
        string subscriptionArn,
        int attempts,
        string reason);

    [LoggerMessage(
        405,
        LogLevel.Warning,
        "Message {MessageId} of subscription {SubscriptionArn} was sent to its dead-letter queue {QueueArn}")]
    public static partial void SentToDeadLetterQueue(this ILogger logger, string messageId, string subscriptionArn, string queueArn);

    [LoggerMessage(
        406,
        LogLevel.Error,
        "Message {MessageId} is lost: sqs:SendMessage by sns.amazonaws.com from topic {TopicArn} to the dead-letter queue {QueueArn} of "
        + "subscription {SubscriptionArn} failed: {Reason} The message was: {Message}")]
    public static partial void DeadLetterRefused(
        this ILogger logger,
        string messageId,
        string topicArn,
        string queueArn,
        string subscriptionArn,
        string reason,
        string message);

    [LoggerMessage(
        407,
        LogLevel.Error,
        "Message {MessageId} is lost: subscription {SubscriptionArn} has no RedrivePolicy. The message was: {Message}")]
    public static partial void Lost(this ILogger logger, string messageId, string subscriptionArn, string message);

    [LoggerMessage(409, LogLevel.Information, "Subscription {SubscriptionArn} of {Endpoint} is confirmed")]
    public static partial void Confirmed(this ILogger logger, string subscriptionArn, string endpoint);
}
