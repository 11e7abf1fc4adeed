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

    private static readonly EventContext Expiration =
        new("LifecycleExpiration:Delete", "s3.amazonaws.com", "s3.amazonaws.com", "", "", null);

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Applies every rule as of <paramref name="now"/>.</summary>
    public async Task ApplyAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var bucket in store.ListBuckets())
        {
            foreach (var rule in bucket.Lifecycle?.Where(rule => rule.IsEnabled) ?? [])
            {
                cancellationToken.ThrowIfCancellationRequested();
                var objects =
                    await ExpireAsync(bucket.Name, rule, now, cancellationToken)
                    + await ExpireVersionsAsync(bucket.Name, rule, now, cancellationToken);
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

    private async Task<int> ExpireAsync(string bucket, LifecycleRule rule, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (rule is { ExpirationDays: null, ExpirationDate: null })
        {
            return 0;
        }

        var count = 0;
        for (string? after = ""; after is not null;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = store.List(bucket, new ListQuery(rule.Prefix, "", after, PageSize));
            foreach (var stored in page.Objects.Where(stored => rule.Covers(stored) && rule.IsExpired(stored, now)))
            {
                var condition = new DeleteCondition(stored.ETag, null, null);
                count += await store.DeleteAsync(bucket, stored.Key, new Deletion(Condition: condition), Expiration) is null ? 0 : 1;
            }

            after = page.Next;
        }

        return count;
    }

    private async Task<int> ExpireVersionsAsync(string bucket, LifecycleRule rule, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (rule.NoncurrentDays is null && !rule.ExpiresLoneMarkers)
        {
            return 0;
        }

        var count = 0;
        foreach (var versions in store.VersionsByKey(bucket, rule.Prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var over = versions
                .Skip(1)
                .Zip(versions, (version, successor) => (Version: version, Since: successor.LastModified))
                .Skip(rule.NewerNoncurrentVersions ?? 0)
                .Where(pair => rule.NoncurrentDays is { } days && LifecycleRule.IsOver(pair.Since, days, now))
                .Select(pair => pair.Version)
                .Where(version => rule.Covers(version) && version.Lock is not { LegalHold: true } && version.Lock?.IsRetained(now) != true)
                .ToList();
            if (rule.ExpiresLoneMarkers && over.Count == versions.Count - 1 && versions[0].IsDeleteMarker)
            {
                over.Add(versions[0]);
            }

            foreach (var version in over)
            {
                count += await store.DeleteAsync(bucket, version.Key, new Deletion(version.VersionName), Expiration) is null ? 0 : 1;
            }
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
