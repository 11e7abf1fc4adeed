using System.Diagnostics;
using ImageApp.LocalAws.Console;
using ImageApp.LocalAws.S3.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>Sends pending events, at least once each: one is forgotten only when its destination has it, or never will.</summary>
internal sealed class EventDelivery(
    S3Store store,
    NotificationTargets targets,
    LocalAwsOptions options,
    EventTrail trail,
    TimeProvider time,
    ILogger<EventDelivery> logger) : IHostedService
{
    // One destination in trouble must not hold up the others.
    private const int ConcurrentEvents = 4;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        store.Events.Start(DeliverAsync, pending => pending.DestinationArn, ConcurrentEvents);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => store.Events.StopAsync();

    private async Task<PendingEvent?> DeliverAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        var bucketArn = Bucket.ArnOf(pending.Bucket);
        using var activity = StartActivity(pending, bucketArn);
        var step = new EventStep
        {
            TraceParent = pending.TraceParent,
            Id = pending.Id.ToString(),
            From = bucketArn,
            To = pending.DestinationArn,
            Outcome = EventOutcome.UnderWay,
            Attempt = pending.Attempts + 1,
            BucketMessage = pending.Message,
        };
        trail.Record(step);
        try
        {
            var caller = new ServiceCall("s3.amazonaws.com", bucketArn, options.AccountId);
            await targets.Find(pending.DestinationArn)
                .SendAsync(caller, pending.DestinationArn, pending.Message, activity.Context, cancellationToken);
            trail.Record(step with { Outcome = EventOutcome.Delivered });
            return null;
        }
        catch (AwsServiceException refused) when ((int)refused.Status < 500)
        {
            activity.SetStatus(ActivityStatusCode.Error, $"{refused.Code}: {refused.Message}");
            trail.Record(step with { Outcome = EventOutcome.Failed, Reason = refused.Message });
            logger.EventRefused(
                bucketArn,
                pending.DestinationArn,
                targets.Find(pending.DestinationArn).Action,
                refused.Code,
                refused.Message,
                options.AccountId,
                pending.Message);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
            var attempts = pending.Attempts + 1;
            var delay = DelayAfter(attempts);
            logger.EventDelayed(failure, bucketArn, pending.DestinationArn, attempts, delay);
            trail.Record(
                step with { Outcome = EventOutcome.Retrying, Reason = failure.Message, NextAttemptAt = time.GetUtcNow() + delay });
            return pending with { Attempts = attempts, NotBefore = time.GetUtcNow() + delay };
        }
    }

    private static TimeSpan DelayAfter(int attempt) =>
        TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(attempt - 1, 10)));

    private static Activity StartActivity(PendingEvent pending, string bucketArn)
    {
        const string name = "S3 PublishEvent";
        Activity.Current = null;
        var parent = LocalAwsTelemetry.Context(pending.TraceParent);
        // Where nobody records, the trace still has to reach the destination.
        var activity =
            LocalAwsTelemetry.Activities.StartActivity(name, ActivityKind.Producer, parent)
            ?? RequestActivity.StartUnrecorded(name, parent);
        activity.SetTag("messaging.system", "aws_" + pending.DestinationArn.Split(':')[2]);
        activity.SetTag("messaging.destination.name", pending.DestinationArn);
        activity.SetTag("aws.s3.bucket_arn", bucketArn);
        return activity;
    }
}
