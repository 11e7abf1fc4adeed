using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Upkeep;

/// <summary>
/// Removes the rows of grants that nobody used, thousands at a time, and takes up the few whose object came without anybody telling. Apart
/// from the <see cref="Reconciler"/>, so that however many grants are asked for, no unfinished picture waits behind them. One instance at a
/// time does so.
/// </summary>
internal sealed partial class GrantSweep(
    UpkeepCatalogue catalogue,
    UploadCatalogue uploads,
    CatalogueLock locks,
    ImageBucket bucket,
    PipelineRestart restart,
    ReconcilerOptions options,
    TimeProvider time,
    ILogger<GrantSweep> logger) : BackgroundService
{
    private const int BatchSize = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e) || e is BucketUnavailableException)
            {
                LogPostponed(logger, e.Message);
            }
        }
    }

    /// <summary>Looks at every row whose object should have come by now.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var lead = await locks.LeadAsync("grants", cancellationToken);
        if (lead is null)
        {
            return;
        }

        int done;
        do
        {
            var rows = await catalogue.ListExpectedAsync(options.Quiet, BatchSize, cancellationToken);
            var present = await FindPresentAsync(rows, cancellationToken);
            done = await uploads.WithdrawAsync(
                [.. rows.Where(row => !present.Contains(row.Key)).Select(row => row.Id)], cancellationToken);
            if (done > 0)
            {
                LogRemoved(logger, done);
            }

            foreach (var image in rows.Where(row => present.Contains(row.Key)))
            {
                done += await TakeUpAsync(image, cancellationToken) ? 1 : 0;
            }
        }
        while (done == BatchSize);
    }

    private async Task<bool> TakeUpAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        if (await bucket.FindOriginalAsync(image.Key, cancellationToken) is not { } original)
        {
            return false;
        }

        await uploads.MarkUploadedAsync(image.Id, original.ETag, original.SizeBytes, cancellationToken);
        await restart.SendAsync(new StuckImage(image, IsFailure: true), original, cancellationToken);
        return true;
    }

    // Keys are made in the order of time, so those of one batch lie close together: a list has hundreds of them.
    private async Task<HashSet<string>> FindPresentAsync(List<ImageRecord> rows, CancellationToken cancellationToken)
    {
        var keys = rows.Select(row => row.Key).Order(StringComparer.Ordinal).ToList();
        var present = new HashSet<string>(StringComparer.Ordinal);
        for (var next = 0; next < keys.Count;)
        {
            // A list begins after a key: what lacks the last character lies before it.
            var page = await bucket.ListOriginalsAsync(keys[next][..^1], BatchSize, cancellationToken);
            var end = page.Until is { } until ? keys.FindIndex(next, key => string.CompareOrdinal(key, until) > 0) : -1;
            end = end < 0 ? keys.Count : end;
            if (end == next)
            {
                // The page was full before it came so far.
                if (await bucket.FindOriginalAsync(keys[next], cancellationToken) is not null)
                {
                    present.Add(keys[next]);
                }

                next++;
                continue;
            }

            var listed = page.Originals.Select(original => original.Key).ToHashSet(StringComparer.Ordinal);
            present.UnionWith(keys[next..end].Where(listed.Contains));
            next = end;
        }

        return present;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} rows are removed: nobody put their objects")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of unused grants is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string reason);
}
