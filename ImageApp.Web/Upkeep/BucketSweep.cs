using System.Text;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Upkeep;

/// <summary>
/// Compares bucket and catalogue, a page at a time and over again, for the events that never came: pictures whose original is gone leave
/// the gallery, originals without a row get one, and deletions that were cut off are finished. One instance at a time does so.
/// </summary>
internal sealed partial class BucketSweep(
    UpkeepCatalogue catalogue,
    CatalogueLock locks,
    ImageBucket bucket,
    OriginalRemoval removal,
    ReconcilerOptions options,
    TimeProvider time,
    ILogger<BucketSweep> logger) : BackgroundService
{
    private string _position = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CompareAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e) || e is BucketUnavailableException)
            {
                LogPostponed(logger, e.Message);
            }
        }
    }

    /// <summary>Compares the next page, or begins again after the last.</summary>
    internal async Task CompareAsync(CancellationToken cancellationToken)
    {
        await using var lead = await locks.LeadAsync("sweep", cancellationToken);
        if (lead is null)
        {
            return;
        }

        // What comes or goes between the two is asked for by its key before anything is done.
        var after = _position;
        var page = await bucket.ListOriginalsAsync(after, options.SweepSize, cancellationToken);
        var rows = await catalogue.ListByKeyAsync(after, page.Until, options.SweepSize, cancellationToken);
        var until = rows.Count == options.SweepSize ? rows[^1].Key : page.Until;
        var listed = page.Originals.Where(original => until is null || CompareBytes(original.Key, until) <= 0)
            .ToDictionary(original => original.Key, StringComparer.Ordinal);
        var known = rows.ToDictionary(row => row.Key, StringComparer.Ordinal);

        // Whoever is told of a change in time does it sooner, and better.
        var settled = time.GetUtcNow() - options.Quiet;
        foreach (var row in rows.Where(row => row.PurgedAt is null && row.UpdatedAt < settled && !listed.ContainsKey(row.Key)))
        {
            await RemoveAsync(row, cancellationToken);
        }

        foreach (var original in listed.Values.Where(original => original.LastModified < settled))
        {
            var row = known.GetValueOrDefault(original.Key);
            if (row is { PurgedAt: { } purgedAt }
                && original.LastModified <= purgedAt + (row.IsDeletionFinal ? UploadCatalogue.BarredFor : TimeSpan.Zero))
            {
                await bucket.DeleteImageAsync(row.Key, row, cancellationToken);
                LogFinished(logger, row.Id, row.Key);
            }
            else if (row is null or { PurgedAt: not null })
            {
                await AdoptAsync(original.Key, cancellationToken);
            }
        }

        _position = until ?? "";
    }

    private static int CompareBytes(string a, string b) =>
        Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));

    private async Task RemoveAsync(ImageRecord row, CancellationToken cancellationToken)
    {
        // Whoever makes a thumbnail now puts it after the deletion, or before it and finds that the row is gone.
        await using var claim = await locks.ClaimStepAsync("thumbnail", row.Key, TimeSpan.Zero, cancellationToken);
        if (claim is not null && await removal.MarkAsync(row.Key, cancellationToken))
        {
            await bucket.DeleteRenditionsAsync(row.Key, row, cancellationToken);
            LogRemoved(logger, row.Id, row.Key);
        }
    }

    private async Task AdoptAsync(string key, CancellationToken cancellationToken)
    {
        if (await bucket.FindOriginalAsync(key, cancellationToken) is { } original)
        {
            var name = PlainText.FileName(original.FileName ?? key);
            await catalogue.AdoptAsync(
                new NewImage(key, name, original.ContentType ?? "application/octet-stream", original.SizeBytes), cancellationToken);
            LogAdopted(logger, key);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Id} leaves the gallery: its object {Key} is gone")]
    private static partial void LogRemoved(ILogger logger, long id, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "The deletion of image {Id} is finished: {Key}")]
    private static partial void LogFinished(ILogger logger, long id, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody told of {Key}; it has a row now")]
    private static partial void LogAdopted(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The comparison of bucket and catalogue is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string reason);
}
