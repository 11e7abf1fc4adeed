using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Upkeep;

/// <summary>
/// Makes deletions final that can no longer be undone: first in the row, then in the bucket. Any instance does so, each image once.
/// </summary>
internal sealed partial class DeletionWorker(
    UpkeepCatalogue catalogue, ImageBucket bucket, DeletionOptions options, TimeProvider time, ILogger<DeletionWorker> logger)
    : BackgroundService
{
    private const int BatchSize = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RemovalInterval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is removed is a day old, and need not go this second.
        var every = options.KeepRows < RemovalInterval ? options.KeepRows : RemovalInterval;
        long? removedAt = null;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PurgeDueAsync(stoppingToken);
                if (removedAt is null || time.GetElapsedTime(removedAt.Value) >= every)
                {
                    await RemoveAsync(stoppingToken);
                    removedAt = time.GetTimestamp();
                }
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e) || e is BucketUnavailableException)
            {
                LogPostponed(logger, e.Message);
                await Task.Delay(Interval * 5, time, stoppingToken);
            }
        }
    }

    /// <summary>Makes final what is due, and removes the rows of which nobody needs to hear any more.</summary>
    internal async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await PurgeDueAsync(cancellationToken);
        await RemoveAsync(cancellationToken);
    }

    private async Task PurgeDueAsync(CancellationToken cancellationToken)
    {
        List<ImageRecord> images;
        do
        {
            images = await catalogue.ListPurgeableAsync(BatchSize, cancellationToken);
            await PurgeAsync(images, cancellationToken);
        }
        while (images.Count == BatchSize);
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        List<ImageRecord> images;
        do
        {
            images = await catalogue.ListPurgedAsync(options.KeepRows, BatchSize, cancellationToken);
            await RemoveAsync(images, cancellationToken);
        }
        while (images.Count == BatchSize);
    }

    // Without its row an original is nobody's, and would be taken for a new picture: so one that a crash has left goes first.
    private async Task RemoveAsync(IEnumerable<ImageRecord> images, CancellationToken cancellationToken)
    {
        foreach (var image in images)
        {
            if (image.IsDeletionFinal
                && await bucket.FindOriginalAsync(image.Key, cancellationToken) is { } original
                && original.LastModified <= image.PurgedAt + UploadCatalogue.BarredFor)
            {
                await bucket.DeleteImageAsync(image.Key, image, cancellationToken);
                LogPurged(logger, image.Id, image.Key);
            }

            await catalogue.RemovePurgedAsync(image, cancellationToken);
        }
    }

    private async Task PurgeAsync(IEnumerable<ImageRecord> images, CancellationToken cancellationToken)
    {
        foreach (var image in images)
        {
            if (!await catalogue.PurgeAsync(image.Id, cancellationToken))
            {
                continue;
            }

            try
            {
                await bucket.DeleteImageAsync(image.Key, image, cancellationToken);
                LogPurged(logger, image.Id, image.Key);
            }
            catch
            {
                await catalogue.PostponePurgeAsync(image.Id, CancellationToken.None);
                throw;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Id} is deleted for good, with {Key}")]
    private static partial void LogPurged(ILogger logger, long id, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deletion is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string reason);
}
