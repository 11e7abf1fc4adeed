using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Upkeep;

/// <summary>
/// Finds rows that should have been finished and starts their pipeline again. What waits in Lambda's queue or for a reason to pass is left
/// to wait, and then goes on slowly: a few at first, twice as many as got a caption since then. One instance at a time does so.
/// </summary>
internal sealed partial class Reconciler(
    UpkeepCatalogue catalogue,
    PipelineRestart restart,
    CaptioningState captioning,
    CatalogueLock locks,
    ImageBucket bucket,
    OriginalRemoval removal,
    ReconcilerOptions options,
    TimeProvider time,
    ILogger<Reconciler> logger) : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly string[] Steps = ["thumbnail", "caption"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReconcileAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e) || e is BucketUnavailableException)
            {
                LogPostponed(logger, e.Message);
            }
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await using var lead = await locks.LeadAsync("reconciler", cancellationToken);
        if (lead is null)
        {
            return;
        }

        var stuck = new Dictionary<long, StuckImage>();
        var described = await catalogue.CountCaptionsAsync(options.Interval * 2, cancellationToken);
        var rules = options.ToRules() with { Resumed = (int)Math.Clamp(described * 2, options.Probes, BatchSize) };
        foreach (var step in Steps)
        {
            foreach (var image in await catalogue.ListStuckAsync(step, rules, BatchSize, cancellationToken))
            {
                stuck.TryAdd(image.Image.Id, image);
            }
        }

        // New pictures first.
        if (stuck.Count == 0 && await captioning.FindPauseAsync(cancellationToken) is null)
        {
            foreach (var image in await catalogue.ListToDescribeAgainAsync(rules, cancellationToken))
            {
                stuck.TryAdd(image.Id, new StuckImage(image, IsFailure: false));
            }
        }

        foreach (var image in stuck.Values)
        {
            if (await bucket.FindOriginalAsync(image.Image.Key, cancellationToken) is { } original)
            {
                await restart.SendAsync(image, original, cancellationToken);
            }
            else if (await removal.MarkAsync(image.Image.Key, cancellationToken))
            {
                await bucket.DeleteRenditionsAsync(image.Image.Key, image.Image, cancellationToken);
                LogRemoved(logger, image.Image.Id, image.Image.Key);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Id} leaves the gallery: its object {Key} is gone")]
    private static partial void LogRemoved(ILogger logger, long id, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reconciliation is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string reason);
}
