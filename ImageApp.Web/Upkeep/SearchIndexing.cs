using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Upkeep;

/// <summary>
/// Makes what is searched and sorted by of rows that an older version wrote. All at the start, by one instance; later those that an older
/// version, still running beside this one, goes on writing.
/// </summary>
internal sealed partial class SearchIndexing(
    UpkeepCatalogue catalogue, CatalogueLock locks, ReconcilerOptions options, TimeProvider time, ILogger<SearchIndexing> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    // Longer than two versions run side by side.
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    // How much longer than the last time is ago rows are looked at that have changed.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private DateTimeOffset? _lookedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The schema may not be there yet.
        await Task.Yield();
        var end = time.GetUtcNow() + Overlap;
        using var timer = new PeriodicTimer(options.Interval, time);
        do
        {
            try
            {
                await IndexAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e))
            {
                LogPostponed(logger, e.Message);
            }
        }
        while (time.GetUtcNow() < end && await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task IndexAsync(CancellationToken cancellationToken)
    {
        await using var lead = await locks.LeadAsync("search-indexing", cancellationToken);
        if (lead is null)
        {
            return;
        }

        // All rows once; then what an older version writes, which says that it has changed.
        var now = time.GetUtcNow();
        var age = now - _lookedAt + Margin;
        await catalogue.FillShownTimesAsync(age, cancellationToken);
        await catalogue.ForgetStaleTextsAsync(age, cancellationToken);
        int count;
        while ((count = await catalogue.IndexTextsAsync(BatchSize, cancellationToken)) > 0)
        {
            LogIndexed(logger, count);
        }

        _lookedAt = now;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The texts of {Count} rows can be searched now")]
    private static partial void LogIndexed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Indexing of texts is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string reason);
}
