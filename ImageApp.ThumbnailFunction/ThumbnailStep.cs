using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;
using Microsoft.Extensions.Logging;

namespace ImageApp.ThumbnailFunction;

/// <summary>Makes every rendition of the gallery and stores them: the thumbnail first, then those that are sharper.</summary>
internal sealed partial class ThumbnailStep(
    ImageBucket bucket, ImageLimits limits, StepResults catalogue, ILogger<ThumbnailStep> logger) : IImageStep
{
    /// <inheritdoc/>
    public string Name => "thumbnail";

    /// <inheritdoc/>
    public bool IsDone(ImageRecord image) => image.IsThumbnailDone;

    /// <inheritdoc/>
    public bool MustEnd => DecodeBudget.HasRunaway;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(ImagingRuntime.Initialize, cancellationToken);

    /// <inheritdoc/>
    public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
    {
        ThumbnailResult? stored = null;
        ThumbnailResult? last = null;
        Task put = Task.CompletedTask;
        try
        {
            await foreach (var (header, made) in DecodeBudget.SpendEachAsync(
                image.Format, limits, budget => Decode(image, budget), cancellationToken))
            {
                await put;
                last = Describe(image.Key, header, made);
                if (stored is not null)
                {
                    // On its way while the next one is made.
                    var (rendition, content) = made.Renditions[0];
                    put = PutAsync(image.Key, rendition, content, cancellationToken);
                    continue;
                }

                // In the row before anything else is made: people see it while the larger ones are still to come.
                await PutAsync(image.Key, GalleryRendition.Thumbnail, made.Thumbnail, cancellationToken);
                if (!await catalogue.SaveThumbnailAsync(image.Key, image.ETag, last, cancellationToken))
                {
                    return await GiveUpAsync(image.Key, cancellationToken);
                }

                stored = last;
            }
        }
        catch (ImageFailureException e) when (stored is not null && (image.Format.IsShownByBrowsers || last!.RenditionSides.Count > 0))
        {
            // What there is, is shown; the same decode would fail the same way again.
            LogIncomplete(logger, image.Key, e.Message);
        }
        finally
        {
            await put;
        }

        return stored!.AreRenditionsPending
            && !await catalogue.SaveRenditionsAsync(image.Key, image.ETag, last!, cancellationToken)
                ? await GiveUpAsync(image.Key, cancellationToken)
                : last!.Damaged ? "stored-damaged" : "stored";
    }

    /// <inheritdoc/>
    public Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        catalogue.SaveThumbnailFailureAsync(imageKey, etag, reason, cancellationToken);

    /// <inheritdoc/>
    public Task DiscardAsync(string imageKey, ImageRecord? image, CancellationToken cancellationToken) =>
        bucket.DeleteRenditionsAsync(imageKey, image, cancellationToken);

    // Deleted or replaced in the meantime. Where there is still a row, its own event makes its own renditions under these keys.
    private async Task<string> GiveUpAsync(string imageKey, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(imageKey, cancellationToken) is null or { PurgedAt: not null })
        {
            await bucket.DeleteRenditionsAsync(imageKey, image: null, cancellationToken);
        }

        return "obsolete";
    }

    private IEnumerable<(ImageHeader Header, ThumbnailSet Made)> Decode(SourceImage image, DecodeBudget budget)
    {
        var header = ImageHeader.Read(image.Path, image.Format, limits);
        budget.Admit(header);
        foreach (var made in Renderer.Thumbnails(image.Path, image.Format, header))
        {
            yield return (header, made);
        }
    }

    private Task<string> PutAsync(string imageKey, GalleryRendition rendition, Rendition content, CancellationToken cancellationToken) =>
        bucket.PutRenditionAsync(
            rendition, imageKey, content.Content, content.Width, content.Height, content.Damaged, cancellationToken);

    private static ThumbnailResult Describe(string imageKey, ImageHeader header, ThumbnailSet made)
    {
        var metadata = header.Metadata;
        return new ThumbnailResult(GalleryRendition.Thumbnail.KeyFor(imageKey), header.Width, header.Height)
        {
            PreviewKey = made.Preview is null ? null : GalleryRendition.Preview.KeyFor(imageKey),
            RenditionSides = [.. made.Renditions.Select(one => one.Rendition.Side)],
            AreRenditionsPending = !made.IsComplete,
            IsAnimated = header.IsAnimated,
            HasAlpha = made.HasAlpha,
            Damaged = made.Thumbnail.Damaged,
            Placeholder = made.MeanColour,
            Camera = metadata.Camera,
            Lens = metadata.Lens,
            TakenAt = metadata.TakenAt,
            TakenAtOffset = metadata.TakenAtOffset,
            ExposureTime = metadata.ExposureTime,
            FNumber = metadata.FNumber,
            Iso = metadata.Iso,
            FocalLength = metadata.FocalLength,
            Latitude = metadata.Position?.Latitude,
            Longitude = metadata.Position?.Longitude,
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} has its thumbnail and not all of its renditions: {Reason}")]
    private static partial void LogIncomplete(ILogger logger, string key, string reason);
}
