using System.Diagnostics;
using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Processing;
using ImageApp.Core.Storage;
using ImageApp.Imaging;

namespace ImageApp.ThumbnailFunction;

/// <summary>Makes the gallery's thumbnail, a JPEG within 200 x 200, quality 85, and beside it a WebP within 400 x 400 for dense screens.</summary>
internal sealed class ThumbnailStep(IAmazonS3 s3, BucketOptions bucket, ImageLimits limits, ImageCatalogue catalogue) : IImageStep
{
    /// <inheritdoc/>
    public PipelineStep Kind => PipelineStep.Thumbnail;

    /// <inheritdoc/>
    public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
    {
        var header = ImageHeader.Read(image.Path, image.Format, limits);
        var made = Render(image, header);
        var key = ImageKey.ThumbnailKeyFor(image.Key);
        await PutAsync(key, image.Key, made.Thumbnail, cancellationToken);
        var previewKey = made.Preview is null ? null : ImageKey.PreviewKeyFor(image.Key);
        if (previewKey is not null)
        {
            await PutAsync(previewKey, image.Key, made.Preview!, cancellationToken);
        }

        var result = new ThumbnailResult(key, header.Width, header.Height)
        {
            PreviewKey = previewKey,
            Damaged = made.Thumbnail.Damaged,
            Placeholder = made.MeanColour,
            Camera = header.Metadata.Camera,
            TakenAt = header.Metadata.TakenAt,
        };
        if (await catalogue.SaveThumbnailAsync(image.Key, image.ETag, result, cancellationToken))
        {
            return made.Thumbnail.Damaged ? "stored-damaged" : "stored";
        }

        // Deleted or replaced in the meantime. Where there is still a row, its own event makes its own thumbnail under this key.
        if (await catalogue.FindByKeyAsync(image.Key, cancellationToken) is null)
        {
            await s3.DeleteObjectAsync(bucket.BucketName, key, cancellationToken);
            await s3.DeleteObjectAsync(bucket.BucketName, ImageKey.PreviewKeyFor(image.Key), cancellationToken);
        }

        return "obsolete";
    }

    private static ThumbnailSet Render(SourceImage image, ImageHeader header)
    {
        using var span = ProcessingTelemetry.Source.StartActivity("render thumbnail");
        span?.SetTag("image.format", image.Format.Name);
        return Renderer.Thumbnails(image.Path, image.Format, header);
    }

    private async Task PutAsync(string key, string originalKey, Rendition thumbnail, CancellationToken cancellationToken)
    {
        var put = new PutObjectRequest
        {
            BucketName = bucket.BucketName,
            Key = key,
            InputStream = new MemoryStream(thumbnail.Content),
            ContentType = thumbnail.ContentType,
            Metadata =
            {
                // Header values are ASCII; keys need not be.
                ["original-key"] = Uri.EscapeDataString(originalKey).Replace("%2F", "/", StringComparison.Ordinal),
                ["thumbnail-size"] = string.Create(CultureInfo.InvariantCulture, $"{thumbnail.Width}x{thumbnail.Height}"),
            },
        };
        if (thumbnail.Damaged)
        {
            put.Metadata["damaged"] = "true";
        }

        if (Activity.Current?.Id is { } traceParent)
        {
            put.Metadata[ObjectStorage.TraceParentMetadata] = traceParent;
        }

        await s3.PutObjectAsync(put, cancellationToken);
    }
}
