using Amazon.Runtime;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Uploads;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Reconciliation;

/// <summary>
/// Finds rows that should have been finished and starts their pipeline again; rows whose object never came are removed.
/// One instance at a time does so.
/// </summary>
internal sealed partial class Reconciler(ImageCatalogue catalogue, ImagePipeline pipeline, IOptions<ReconcilerOptions> options, ILogger<Reconciler> logger) : BackgroundService
{
    private const int BatchSize = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReconcileAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e) || e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
            {
                LogPostponed(logger, e.Message);
            }
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await using var lead = await catalogue.LeadReconciliationAsync(cancellationToken);
        if (lead is null)
        {
            return;
        }

        foreach (var image in await catalogue.ListUnfinishedAsync(options.Value.Quiet, options.Value.MaxAttempts, BatchSize, cancellationToken))
        {
            if (await pipeline.FindOriginalAsync(image.Key, cancellationToken) is { } original)
            {
                await catalogue.MarkUploadedAsync(image.Id, original.ETag, original.Size, cancellationToken);
                await catalogue.CountAttemptAsync(image.Id, cancellationToken);
                await pipeline.RestartAsync(image, cancellationToken);
                LogRestarted(logger, image.Id, image.Key);
            }
            else if (image.UploadedAt is null)
            {
                await catalogue.RemoveAsync(image.Id, cancellationToken);
                LogAbandoned(logger, image.Id, image.Key);
            }
            else
            {
                const string reason = "The original is no longer in the bucket.";
                await catalogue.SaveThumbnailErrorAsync(image.Key, image.ObjectETag!, reason, cancellationToken);
                await catalogue.SaveCaptionErrorAsync(image.Key, image.ObjectETag!, reason, cancellationToken);
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
