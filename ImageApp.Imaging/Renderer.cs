using ImageApp.Core.Formats;
using ImageApp.Core.Processing;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>Makes small versions: upright, in sRGB, on white, without metadata. Call <see cref="ImageHeader.Read"/> first: it keeps limits.</summary>
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
    /// <exception cref="PermanentImageException">Not even a part of the image can be decoded.</exception>
    public static Rendition Jpeg(string path, ImageFormat format, int side, int quality) =>
        Render(path, format, side, (image, damaged) => SaveJpeg(image, quality, damaged));

    /// <summary>Makes the gallery's versions of an image, from one decoding.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="header">What its header says.</param>
    /// <exception cref="PermanentImageException">Not even a part of the image can be decoded.</exception>
    public static ThumbnailSet Thumbnails(string path, ImageFormat format, ImageHeader header)
    {
        const int side = 200;
        const int previewSide = 400;
        return Render(path, format, previewSide, (image, damaged) =>
        {
            // Decoded once: both versions and the colour are made of this.
            using var decoded = image.CopyMemory();
            var scale = Math.Min(1, (double)side / Math.Max(header.Width, header.Height));
            using var small = scale < 1
                ? decoded.ThumbnailImage(
                    Scaled(header.Width, scale), height: Scaled(header.Height, scale), size: Enums.Size.Force, noRotate: true)
                : decoded.Copy();
            var thumbnail = SaveJpeg(small, quality: 85, damaged);
            var preview = scale < 1
                ? SaveWebP(decoded, quality: 78, damaged)
                : null;
            return new ThumbnailSet(thumbnail, preview, MeanColour(small));
        });
    }

    /// <summary>Samples an image for its colours.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The longest side of the sample in pixels.</param>
    /// <returns>Red, green and blue of each pixel, and whether the original could be read only in part.</returns>
    /// <exception cref="PermanentImageException">Not even a part of the image can be decoded.</exception>
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

        throw new PermanentImageException(
            $"The file looks like {format.Name} but cannot be decoded: it is damaged or incomplete.", remark!);
    }

    private static T Render<T>(Image small, Func<Image, T> encode)
    {
        using var colour = small.Interpretation == Enums.Interpretation.Srgb ? small.Copy() : small.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = colour.HasAlpha() ? colour.Flatten(background: White) : colour.Copy();
        return encode(opaque);
    }

    private static Rendition SaveJpeg(Image image, int quality, bool damaged)
    {
        var content = image.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None);
        return new Rendition(content, ImageFormat.Jpeg.ContentType, image.Width, image.Height, damaged);
    }

    private static Rendition SaveWebP(Image image, int quality, bool damaged)
    {
        var content = image.WebpsaveBuffer(q: quality, effort: 2, keep: Enums.ForeignKeep.None);
        return new Rendition(content, ImageFormat.WebP.ContentType, image.Width, image.Height, damaged);
    }

    private static int Scaled(int side, double scale) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));

    private static string MeanColour(Image image)
    {
        using var mean = image.Shrink(image.Width, image.Height);
        var colour = mean.WriteToMemory<byte>();
        return colour.Length >= 3
            ? Convert.ToHexStringLower(colour.AsSpan(0, 3))
            : Convert.ToHexStringLower([colour[0], colour[0], colour[0]]);
    }
}
