using ImageApp.Core;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>
/// Makes small versions: upright, in sRGB, on white, without any metadata. Call <see cref="ImageHeader.Read"/> first: it keeps the limits.
/// </summary>
public static class Renderer
{
    private static readonly double[] White = [255, 255, 255];
    private static readonly Enums.FailOn[] Attempts = [Enums.FailOn.Truncated, Enums.FailOn.None];
    private static readonly Enums.FailOn[] JpegAttempts = [Enums.FailOn.Warning, Enums.FailOn.None];

    /// <summary>Makes a JPEG that fits within a square; an image that fits already is not enlarged.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The square's side in pixels.</param>
    /// <param name="quality">JPEG quality, 1 to 100.</param>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static Rendition Jpeg(string path, ImageFormat format, int side, int quality) =>
        Render(path, format, side, (image, damaged) => Encode(image, ImageFormat.Jpeg, quality, damaged));

    /// <summary>Makes the gallery's versions of an image, from one decoding.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="header">What its header says.</param>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static ThumbnailSet Thumbnails(string path, ImageFormat format, ImageHeader header)
    {
        var hasView = GalleryRendition.View.IsMadeOf(format);
        var largest = hasView ? GalleryRendition.View : GalleryRendition.Preview;
        return Render(path, format, largest.Side, (image, damaged) =>
        {
            // Decoded once: all versions and the colour are made of this.
            using var decoded = image.CopyMemory();
            using var preview = Shrink(decoded, GalleryRendition.Preview, header);
            using var thumbnail = Shrink(preview, GalleryRendition.Thumbnail, header);
            return new ThumbnailSet(Encode(thumbnail, GalleryRendition.Thumbnail, damaged), MeanColour(thumbnail))
            {
                Preview = thumbnail.Width < preview.Width || thumbnail.Height < preview.Height
                    ? Encode(preview, GalleryRendition.Preview, damaged)
                    : null,
                View = hasView ? Encode(decoded, GalleryRendition.View, damaged) : null,
            };
        });
    }

    /// <summary>Samples an image for its colours.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The longest side of the sample in pixels.</param>
    /// <returns>Red, green and blue of each pixel, and whether the original could be read only in part.</returns>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static (byte[] Pixels, bool Damaged) Sample(string path, ImageFormat format, int side) =>
        Render(path, format, side, (image, damaged) => (image.WriteToMemory<byte>(), damaged));

    private static T Render<T>(string path, ImageFormat format, int side, Func<Image, bool, T> encode)
    {
        ImagingRuntime.Initialize();
        VipsException? remark = null;
        foreach (var failOn in format == ImageFormat.Jpeg ? JpegAttempts : Attempts)
        {
            try
            {
                // Cut short or corrupt: what can be read is better than nothing, and is marked.
                var damaged = remark is not null && (format != ImageFormat.Jpeg || !JpegScans.AreComplete(path));
                using var small = Original.Thumbnail(path, format, side, failOn);
                return Render(small, image => encode(image, damaged));
            }
            catch (VipsException e)
            {
                remark = e;
            }
        }

        throw new ImageFailureException(FailureReason.Undecodable(format), remark!);
    }

    private static T Render<T>(Image small, Func<Image, T> encode)
    {
        using var colour = small.Interpretation == Enums.Interpretation.Srgb ? small.Copy() : small.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = colour.HasAlpha() ? colour.Flatten(background: White) : colour.Copy();
        return encode(opaque);
    }

    private static Image Shrink(Image image, GalleryRendition rendition, ImageHeader header)
    {
        if (Math.Max(image.Width, image.Height) <= rendition.Side)
        {
            return image.Copy();
        }

        var (width, height) = rendition.Fit(header.Width, header.Height);
        return image.ThumbnailImage(width, height: height, size: Enums.Size.Force, noRotate: true);
    }

    private static Rendition Encode(Image image, GalleryRendition rendition, bool damaged) =>
        Encode(image, rendition.Format, rendition.Quality, damaged);

    private static Rendition Encode(Image image, ImageFormat format, int quality, bool damaged)
    {
        var content = format == ImageFormat.Jpeg
            ? image.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None)
            : format == ImageFormat.WebP
            ? image.WebpsaveBuffer(q: quality, effort: 2, keep: Enums.ForeignKeep.None)
            : throw new ArgumentException($"Nothing is encoded as {format.Name}.", nameof(format));
        return new Rendition(content, format.ContentType, image.Width, image.Height, damaged);
    }

    private static string MeanColour(Image image)
    {
        using var mean = image.Shrink(image.Width, image.Height);
        var colour = mean.WriteToMemory<byte>();
        return colour.Length >= 3
            ? Convert.ToHexStringLower(colour.AsSpan(0, 3))
            : Convert.ToHexStringLower([colour[0], colour[0], colour[0]]);
    }
}
