using System.Diagnostics;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Sns;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>Publishes pending events, at least once each: one is forgotten only when its topic has it, or never will.</summary>
internal sealed class EventDelivery(ObjectStore store, ITopicPublisher topics, LocalAwsOptions options, ILogger<EventDelivery> logger) : BackgroundService
{
    private const int Workers = 4;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => DeliverAllAsync(stoppingToken), stoppingToken)));

    private async Task DeliverAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var pending in store.Undelivered.ReadAllAsync(cancellationToken))
        {
            if (!await TryDeliverAsync(pending, 1, cancellationToken))
            {
                // One topic in trouble must not hold up the others.
                _ = RetryAsync(pending, cancellationToken);
            }
        }
    }

    private async Task RetryAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        try
        {
            var attempt = 1;
            do
            {
                await Task.Delay(DelayAfter(attempt++), cancellationToken);
            }
            while (!await TryDeliverAsync(pending, attempt, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is in the journal, and delivered after the next start.
        }
    }

    /// <returns>False where it is to be tried again.</returns>
    private async Task<bool> TryDeliverAsync(PendingEvent pending, int attempt, CancellationToken cancellationToken)
    {
        var bucketArn = Bucket.ArnOf(pending.Bucket);
        using var activity = StartActivity(pending, bucketArn);
        try
        {
            try
            {
                await topics.PublishAsync(new ServiceCall("s3.amazonaws.com", bucketArn, options.AccountId), pending.TopicArn, NotificationTargets.Subject, pending.Message, cancellationToken);
            }
            catch (AwsServiceException refused) when ((int)refused.Status < 500)
            {
                activity.SetStatus(ActivityStatusCode.Error, $"{refused.Code}: {refused.Message}");
                logger.EventRefused(bucketArn, pending.TopicArn, refused.Code, refused.Message, options.AccountId, pending.Message);
            }

            await store.SettleEventAsync(pending);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
            logger.EventDelayed(exception, bucketArn, pending.TopicArn, attempt, DelayAfter(attempt));
            return false;
        }
    }

    private static TimeSpan DelayAfter(int attempt) => TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(attempt - 1, 10)));

    private static Activity StartActivity(PendingEvent pending, string bucketArn)
    {
        const string name = "S3 PublishEvent";
        Activity.Current = null;
        var parent = LocalAwsTelemetry.Context(pending.TraceParent);
        // Where nobody records, the trace still has to reach the topic.
        var activity = LocalAwsTelemetry.Activities.StartActivity(name, ActivityKind.Producer, parent) ?? RequestActivity.StartUnrecorded(name, parent);
        activity.SetTag("messaging.system", "aws_sns");
        activity.SetTag("messaging.destination.name", pending.TopicArn);
        activity.SetTag("aws.s3.bucket_arn", bucketArn);
        return activity;
    }
}
