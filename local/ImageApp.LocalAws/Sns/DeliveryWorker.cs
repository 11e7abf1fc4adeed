using ImageApp.LocalAws.Console;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// Delivers in the background: at least once, with retries, and what cannot be delivered to the subscription's dead-letter queue.
/// </summary>
internal sealed class DeliveryWorker(
    Outbox<PendingDelivery> deliveries,
    OrderedDeliveries orderedDeliveries,
    SnsStore topics,
    IEnumerable<ISubscriptionEndpoint> endpoints,
    SqsStore queues,
    Envelope envelope,
    LocalAwsOptions options,
    EventTrail trail,
    TimeProvider time,
    ILogger<DeliveryWorker> logger) : IHostedService
{
    // One slow endpoint must not hold up the others, nor get all its messages at once.
    private const int ConcurrentDeliveries = 10;

    private readonly ISubscriptionEndpoint[] _endpoints = [.. endpoints];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        deliveries.Start(DeliverAsync, delivery => delivery.SubscriptionArn, ConcurrentDeliveries);
        orderedDeliveries.Start(DeliverAsync);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(deliveries.StopAsync(), orderedDeliveries.StopAsync());

    private async Task<PendingDelivery?> DeliverAsync(PendingDelivery delivery, CancellationToken cancellationToken)
    {
        if (topics.Find(delivery.SubscriptionArn) is not (var topic, var subscription))
        {
            return null;
        }

        var endpoint = _endpoints.First(candidate => candidate.Delivers(subscription.Protocol));
        var step = new EventStep
        {
            TraceParent = delivery.TraceParent,
            Id = delivery.Id,
            From = topic.Arn,
            To = subscription.Endpoint,
            Outcome = EventOutcome.UnderWay,
            Attempt = delivery.Attempts + 1,
        };
        trail.Record(step);
        if (await TryDeliverAsync(endpoint, topic, subscription, delivery, cancellationToken) is not { } failure)
        {
            trail.Record(step with { Outcome = EventOutcome.Delivered });
            return null;
        }

        delivery = delivery with { Attempts = delivery.Attempts + 1 };
        var isPermanent = failure is AwsServiceException or DeliveryFailedException { IsPermanent: true };
        if ((isPermanent ? null : endpoint.PolicyOf(topic, subscription).DelayBefore(delivery.Attempts)) is { } delay)
        {
            logger.WillRetry(delivery.Attempts, delivery.Notification.MessageId, topic.Arn, subscription.Endpoint, delay, failure.Message);
            var next = time.GetUtcNow() + delay;
            trail.Record(step with { Outcome = EventOutcome.Retrying, Reason = failure.Message, NextAttemptAt = next });
            return delivery with { NotBefore = next };
        }

        logger.DeliveryFailed(delivery.Notification.MessageId,
            endpoint.Action ?? "POST",
            topic.Arn,
            subscription.Endpoint,
            subscription.Arn,
            delivery.Attempts,
            failure.Message);
        trail.Record(step with { Outcome = EventOutcome.Failed, Reason = failure.Message });
        await SendToDeadLetterQueueAsync(topic, subscription, delivery, failure, cancellationToken);
        return null;
    }

    private static async Task<Exception?> TryDeliverAsync(
        ISubscriptionEndpoint endpoint,
        Topic topic,
        Subscription subscription,
        PendingDelivery delivery,
        CancellationToken cancellationToken)
    {
        try
        {
            var trace = LocalAwsTelemetry.Context(delivery.TraceParent);
            await endpoint.DeliverAsync(topic, subscription, delivery.Notification, trace, cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is AwsServiceException or DeliveryFailedException or IOException)
        {
            return failure;
        }
    }

    private async Task SendToDeadLetterQueueAsync(
        Topic topic,
        Subscription subscription,
        PendingDelivery delivery,
        Exception failure,
        CancellationToken cancellationToken)
    {
        var notification = delivery.Notification;
        if (!subscription.Attributes.TryGetValue(Subscription.RedrivePolicyAttribute, out var json))
        {
            logger.Lost(notification.MessageId, subscription.Arn, notification.Message);
            return;
        }

        var queueArn = SubscriptionAttributes.DeadLetterTarget(json);
        var isFifo = queueArn.EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal);
        var message = new OutgoingMessage
        {
            Body = subscription.IsRaw ? notification.Message : envelope.ForQueueOrHttp(topic, subscription, notification),
            Attributes = new Dictionary<string, MessageAttribute>
            {
                ["RequestID"] = MessageAttribute.OfString(notification.MessageId),
                ["ErrorCode"] = MessageAttribute.OfString((failure as AwsServiceException)?.Code ?? failure.GetType().Name),
                ["ErrorMessage"] = MessageAttribute.OfString(failure.Message),
            },
            SenderId = SnsStore.Principal,
            GroupId = notification.GroupId,
            DeduplicationId = isFifo ? notification.DeduplicationId : null,
        };
        try
        {
            await queues.SendAsync(
                new ServiceCall(SnsStore.Principal, topic.Arn, options.AccountId),
                queueArn,
                message,
                cancellationToken);
            logger.SentToDeadLetterQueue(notification.MessageId, subscription.Arn, queueArn);
        }
        catch (AwsServiceException refusal)
        {
            logger.DeadLetterRefused(notification.MessageId, topic.Arn, queueArn, subscription.Arn, refusal.Message, notification.Message);
        }
    }
}
