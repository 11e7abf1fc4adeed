using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;

namespace ImageApp.ThumbnailFunction;

/// <summary>Makes every rendition of the gallery from one decoding and stores them.</summary>
internal sealed class ThumbnailStep(ImageBucket bucket, ImageLimits limits, StepResults catalogue) : IImageStep
{
    /// <inheritdoc/>
    public string Name => "thumbnail";

    /// <inheritdoc/>
    public bool IsDone(ImageRecord image) => image.IsThumbnailDone;

    /// <inheritdoc/>
    public bool MustEnd => DecodeBudget.HasRunaway;

    /// <inheritdoc/>
    public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
    {
        var (header, made) = await DecodeBudget.SpendAsync(image.Format, limits, budget => Decode(image, budget), cancellationToken);
        string? previewKey = null;
        foreach (var (rendition, content) in made.Renditions)
        {
            var key = await PutAsync(rendition, content);
            previewKey = rendition == GalleryRendition.Preview ? key : previewKey;
        }

        var metadata = header.Metadata;
        var result = new ThumbnailResult(await PutAsync(GalleryRendition.Thumbnail, made.Thumbnail), header.Width, header.Height)
        {
            PreviewKey = previewKey,
            RenditionSides = [.. made.Renditions.Select(one => one.Rendition.Side)],
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
        if (await catalogue.SaveThumbnailAsync(image.Key, image.ETag, result, cancellationToken))
        {
            return made.Thumbnail.Damaged ? "stored-damaged" : "stored";
        }

        // Deleted or replaced in the meantime. Where there is still a row, its own event makes its own thumbnail under this key.
        if (await catalogue.FindAsync(image.Key, cancellationToken) is null or { PurgedAt: not null })
        {
            await bucket.DeleteRenditionsAsync(image.Key, image: null, cancellationToken);
        }

        return "obsolete";

        Task<string> PutAsync(GalleryRendition rendition, Rendition content) => bucket.PutRenditionAsync(
            rendition, image.Key, content.Content, content.Width, content.Height, content.Damaged, cancellationToken);
    }

    /// <inheritdoc/>
    public Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        catalogue.SaveThumbnailFailureAsync(imageKey, etag, reason, cancellationToken);

    /// <inheritdoc/>
    public Task DiscardAsync(string imageKey, ImageRecord? image, CancellationToken cancellationToken) =>
        bucket.DeleteRenditionsAsync(imageKey, image, cancellationToken);

    private (ImageHeader Header, ThumbnailSet Made) Decode(SourceImage image, DecodeBudget budget)
    {
        using var span = ImageAppTelemetry.Source.StartActivity("decode");
        span?.SetTag("image.format", image.Format.Name);
        var header = ImageHeader.Read(image.Path, image.Format, limits);
        budget.Admit(header);
        return (header, Renderer.Thumbnails(image.Path, image.Format, header));
    }
}
