using System.Diagnostics;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>Delivers to queues, if the queue's policy allows it.</summary>
internal sealed class QueueEndpoint(SqsStore queues, Envelope envelope, LocalAwsOptions options) : ISubscriptionEndpoint
{
    private const int MaximumAttributes = 10;

    public string Action => "sqs:SendMessage";

    public bool Delivers(string protocol) => protocol == "sqs";

    public DeliveryPolicy PolicyOf(Topic topic, Subscription subscription) => DeliveryPolicy.Managed;

    public Task DeliverAsync(
        Topic topic,
        Subscription subscription,
        Notification notification,
        ActivityContext trace,
        CancellationToken cancellationToken)
    {
        if (subscription.IsRaw && notification.Attributes.Count > MaximumAttributes)
        {
            throw new DeliveryFailedException(
                $"A raw message has {notification.Attributes.Count} attributes; SQS allows {MaximumAttributes}.",
                isPermanent: true);
        }

        var isFifo = subscription.Endpoint.EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal);
        return queues.SendAsync(
            new ServiceCall(SnsStore.Principal, topic.Arn, options.AccountId),
            subscription.Endpoint,
            new OutgoingMessage
            {
                Body = subscription.IsRaw ? notification.Message : envelope.ForQueueOrHttp(topic, subscription, notification),
                Attributes = subscription.IsRaw ? notification.Attributes : new Dictionary<string, MessageAttribute>(),
                TraceHeader = trace == default ? null : XRayTraceHeader.From(trace),
                SenderId = SnsStore.Principal,
                GroupId = notification.GroupId,
                DeduplicationId = isFifo ? notification.DeduplicationId : null,
            },
            cancellationToken);
    }
}
