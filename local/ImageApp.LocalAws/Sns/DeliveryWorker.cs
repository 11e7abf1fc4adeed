using System.Collections.Concurrent;
using ImageApp.LocalAws.Sqs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

/// <summary>Delivers in the background: at least once, with retries, and what cannot be delivered to the subscription's dead-letter queue.</summary>
internal sealed class DeliveryWorker(
    DeliveryQueue deliveries,
    TopicService topics,
    IEnumerable<ISubscriptionEndpoint> endpoints,
    QueueService queues,
    Envelope envelope,
    LocalAwsOptions options,
    TimeProvider time,
    ILogger<DeliveryWorker> logger) : BackgroundService
{
    // One slow endpoint must not hold up the others, nor get all its messages at once.
    private const int ConcurrentDeliveries = 10;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = new();
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private readonly ISubscriptionEndpoint[] _endpoints = [.. endpoints];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var delivery in deliveries.ReadAllAsync(stoppingToken))
            {
                var task = DeliverToEndAsync(delivery, stoppingToken);
                _running[delivery.Id] = task;
                _ = task.ContinueWith(_ => _running.TryRemove(delivery.Id, out Task? _), TaskScheduler.Default);
            }
        }
        finally
        {
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task DeliverToEndAsync(PendingDelivery delivery, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            await DeliverWithRetriesAsync(delivery, cancellationToken);
            await deliveries.RemoveAsync(delivery);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It stays in the journal and goes on at the next start.
        }
        catch (Exception failure)
        {
            // A full disk, say: the delivery stays in the journal rather than be lost.
            SnsLog.UnexpectedFailure(logger, delivery.Id, failure);
        }
    }

    private async Task DeliverWithRetriesAsync(PendingDelivery delivery, CancellationToken cancellationToken)
    {
        while (topics.Find(delivery.SubscriptionArn) is (var topic, var subscription))
        {
            var pause = delivery.NotBefore - time.GetUtcNow();
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellationToken);
            }

            var endpoint = _endpoints.First(candidate => candidate.Delivers(subscription.Protocol));
            var failure = await TryDeliverAsync(endpoint, topic, subscription, delivery, cancellationToken);
            if (failure is null)
            {
                return;
            }

            delivery = delivery with { Attempts = delivery.Attempts + 1 };
            var isPermanent = failure is AwsServiceException or DeliveryFailedException { IsPermanent: true };
            var delay = isPermanent ? null : endpoint.PolicyOf(topic, subscription).DelayBefore(delivery.Attempts);
            if (delay is null)
            {
                SnsLog.DeliveryFailed(logger, delivery.Notification.MessageId, endpoint.Action ?? "POST", topic.Arn, subscription.Endpoint, subscription.Arn, delivery.Attempts, failure.Message);
                await SendToDeadLetterQueueAsync(topic, subscription, delivery, failure, cancellationToken);
                return;
            }

            SnsLog.WillRetry(logger, delivery.Attempts, delivery.Notification.MessageId, topic.Arn, subscription.Endpoint, delay.Value, failure.Message);
            delivery = delivery with { NotBefore = time.GetUtcNow() + delay.Value };
            await deliveries.UpdateAsync(delivery);
        }
    }

    private async Task<Exception?> TryDeliverAsync(ISubscriptionEndpoint endpoint, Topic topic, Subscription subscription, PendingDelivery delivery, CancellationToken cancellationToken)
    {
        var slots = _slots.GetOrAdd(subscription.Arn, _ => new SemaphoreSlim(ConcurrentDeliveries));
        await slots.WaitAsync(cancellationToken);
        try
        {
            await endpoint.DeliverAsync(topic, subscription, delivery.Notification, LocalAwsTelemetry.Context(delivery.TraceParent), cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is AwsServiceException or DeliveryFailedException or IOException)
        {
            return failure;
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task SendToDeadLetterQueueAsync(Topic topic, Subscription subscription, PendingDelivery delivery, Exception failure, CancellationToken cancellationToken)
    {
        var notification = delivery.Notification;
        if (!subscription.Attributes.TryGetValue(Subscription.RedrivePolicyAttribute, out var json))
        {
            SnsLog.Lost(logger, notification.MessageId, subscription.Arn, notification.Message);
            return;
        }

        var queueArn = SubscriptionAttributes.DeadLetterTarget(json);
        var attributes = new Dictionary<string, MessageAttribute>
        {
            ["RequestID"] = MessageAttribute.OfString(notification.MessageId),
            ["ErrorCode"] = MessageAttribute.OfString((failure as AwsServiceException)?.Code ?? failure.GetType().Name),
            ["ErrorMessage"] = MessageAttribute.OfString(failure.Message),
        };
        var body = subscription.IsRaw ? notification.Message : envelope.ForQueueOrHttp(topic, subscription, notification);
        try
        {
            await queues.SendAsync(new ServiceCall(TopicService.Principal, topic.Arn, options.AccountId), queueArn, body, attributes, cancellationToken);
            SnsLog.SentToDeadLetterQueue(logger, notification.MessageId, subscription.Arn, queueArn);
        }
        catch (AwsServiceException refusal)
        {
            SnsLog.DeadLetterRefused(logger, notification.MessageId, topic.Arn, queueArn, subscription.Arn, refusal.Message, notification.Message);
        }
    }
}
