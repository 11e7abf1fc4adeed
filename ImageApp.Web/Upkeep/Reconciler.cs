using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Upkeep;

/// <summary>
/// Finds rows that should have been finished and starts their pipeline again; rows whose object never came are removed.
/// One instance at a time does so.
/// </summary>
internal sealed partial class Reconciler(
    UpkeepCatalogue catalogue,
    UploadCatalogue uploads,
    CatalogueLock locks,
    ImageBucket bucket,
    ReconcilerOptions options,
    TimeProvider time,
    ILogger<Reconciler> logger) : BackgroundService
{
    private const int BatchSize = 100;

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

        foreach (var image in await catalogue.ListUnfinishedAsync(options.Quiet, options.MaxAttempts, BatchSize, cancellationToken))
        {
            if (await bucket.FindOriginalAsync(image.Key, cancellationToken) is { } original)
            {
                await uploads.MarkUploadedAsync(image.Id, original.ETag, original.SizeBytes, cancellationToken);
                await catalogue.CountAttemptAsync(image.Id, cancellationToken);
                await bucket.TouchOriginalAsync(image.Key, image.ContentType, image.FileName, cancellationToken);
                LogRestarted(logger, image.Id, image.Key);
            }
            else if (image.UploadedAt is null)
            {
                await uploads.WithdrawAsync(image.Id, cancellationToken);
                LogAbandoned(logger, image.Id, image.Key);
            }
            else
            {
                await catalogue.GiveUpAsync(image.Id, FailureReason.OriginalMissing, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {Id} was left unfinished; its pipeline starts again with {Key}")]
    private static partial void LogRestarted(ILogger logger, long id, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Row {Id} is removed: its object {Key} never came")]
    private static partial void LogAbandoned(ILogger logger, long id, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reconciliation is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string reason);
}
