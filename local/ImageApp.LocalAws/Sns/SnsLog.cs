using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

internal static partial class SnsLog
{
    [LoggerMessage(1, LogLevel.Information, "Message {MessageId} was published to {TopicArn} for {Count} subscriptions")]
    public static partial void Published(ILogger logger, string messageId, string topicArn, int count);

    [LoggerMessage(2, LogLevel.Error, "{ServicePrincipal} is refused sns:Publish on {TopicArn} on behalf of {SourceArn}. {Reason}")]
    public static partial void PublishRefused(ILogger logger, string servicePrincipal, string topicArn, string sourceArn, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Delivery {Attempt} of message {MessageId} from {TopicArn} to {Endpoint} failed; next attempt in {Delay}: {Reason}")]
    public static partial void WillRetry(ILogger logger, int attempt, string messageId, string topicArn, string endpoint, TimeSpan delay, string reason);

    [LoggerMessage(4, LogLevel.Error, "Message {MessageId} could not be delivered: {Action} by sns.amazonaws.com from topic {TopicArn} to {Endpoint} (subscription {SubscriptionArn}) failed after {Attempts} attempts: {Reason}")]
    public static partial void DeliveryFailed(ILogger logger, string messageId, string? action, string topicArn, string endpoint, string subscriptionArn, int attempts, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Message {MessageId} of subscription {SubscriptionArn} was sent to its dead-letter queue {QueueArn}")]
    public static partial void SentToDeadLetterQueue(ILogger logger, string messageId, string subscriptionArn, string queueArn);

    [LoggerMessage(6, LogLevel.Error, "Message {MessageId} is lost: sqs:SendMessage by sns.amazonaws.com from topic {TopicArn} to the dead-letter queue {QueueArn} of subscription {SubscriptionArn} failed: {Reason} The message was: {Message}")]
    public static partial void DeadLetterRefused(ILogger logger, string messageId, string topicArn, string queueArn, string subscriptionArn, string reason, string message);

    [LoggerMessage(7, LogLevel.Error, "Message {MessageId} is lost: subscription {SubscriptionArn} has no RedrivePolicy. The message was: {Message}")]
    public static partial void Lost(ILogger logger, string messageId, string subscriptionArn, string message);

    [LoggerMessage(9, LogLevel.Information, "Subscription {SubscriptionArn} of {Endpoint} is confirmed")]
    public static partial void Confirmed(ILogger logger, string subscriptionArn, string endpoint);
}
