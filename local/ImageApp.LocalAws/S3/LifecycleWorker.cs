using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.S3.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.S3;

/// <summary>Applies the buckets' lifecycle rules, at the start and every hour.</summary>
internal sealed class LifecycleWorker(S3Store store, TimeProvider time, ILogger<LifecycleWorker> logger) : BackgroundService
{
    private const int PageSize = 1000;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Applies every rule as of <paramref name="now"/>.</summary>
    public async Task ApplyAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var bucket in store.ListBuckets())
        {
            foreach (var rule in bucket.Lifecycle?.Where(rule => rule.IsEnabled) ?? [])
            {
                cancellationToken.ThrowIfCancellationRequested();
                var objects = rule.ExpirationDays is { } days
                    ? await ExpireAsync(bucket.Name, rule.Prefix, days, now, cancellationToken)
                    : 0;
                var uploads = rule.AbortUploadsAfterDays is { } after ? await AbortAsync(bucket.Name, rule.Prefix, after, now) : 0;
                if (objects + uploads > 0)
                {
                    logger.LifecycleApplied(rule.Id, bucket.Name, objects, uploads);
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await ApplyAsync(time.GetUtcNow(), stoppingToken);
            }
            catch (AwsServiceException exception)
            {
                // A bucket that went away meanwhile; the rest has its turn within the hour.
                logger.LifecycleInterrupted(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> ExpireAsync(string bucket, string prefix, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var count = 0;
        var context = new EventContext("LifecycleExpiration:Delete", "s3.amazonaws.com", "s3.amazonaws.com", "", "", null);
        for (string? after = ""; after is not null;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = store.List(bucket, new ListQuery(prefix, "", after, PageSize));
            foreach (var stored in page.Objects.Where(stored => LifecycleRule.IsOver(stored.LastModified, days, now)))
            {
                var condition = new DeleteCondition(stored.ETag, null, null);
                count += await store.DeleteAsync(bucket, stored.Key, new Deletion(Condition: condition), context) is null ? 0 : 1;
            }

            after = page.Next;
        }

        return count;
    }

    private async Task<int> AbortAsync(string bucket, string prefix, int days, DateTimeOffset now)
    {
        var over = store
            .ListUploads(bucket)
            .Where(upload => upload.Key.StartsWith(prefix, StringComparison.Ordinal) && LifecycleRule.IsOver(upload.Initiated, days, now))
            .ToList();
        foreach (var upload in over)
        {
            await store.AbortUploadAsync(bucket, upload.Key, upload.UploadId);
        }

        return over.Count;
    }
}
