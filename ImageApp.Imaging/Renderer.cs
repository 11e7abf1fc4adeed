using ImageApp.Core;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>Makes small versions: upright, in sRGB, on white, without any metadata. Call <see cref="ImageHeader.Read"/> first: it keeps the limits.</summary>
public static class Renderer
{
    private static readonly double[] White = [255, 255, 255];

    /// <summary>Makes a JPEG that fits within a square; an image that fits already is not enlarged.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The square's side in pixels.</param>
    /// <param name="quality">JPEG quality, 1 to 100.</param>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static Rendition Jpeg(string path, ImageFormat format, int side, int quality) => Render(path, format, side, (image, damaged) => new Rendition(
        image.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None), ImageFormat.Jpeg.ContentType, image.Width, image.Height, damaged));

    /// <summary>Makes the gallery's versions of an image, from one decoding.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="header">What its header says.</param>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static ThumbnailSet Thumbnails(string path, ImageFormat format, ImageHeader header)
    {
        return Render(path, format, GalleryRendition.Preview.Side, (image, damaged) =>
        {
            // Decoded once: both versions and the colour are made of this.
            using var decoded = image.CopyMemory();
            var (width, height) = GalleryRendition.Thumbnail.Fit(header.Width, header.Height);
            var isSmaller = width < header.Width || height < header.Height;
            using var small = isSmaller ? decoded.ThumbnailImage(width, height: height, size: Enums.Size.Force) : decoded.Copy();
            var thumbnail = new Rendition(
                small.JpegsaveBuffer(q: GalleryRendition.Thumbnail.Quality, optimizeCoding: true, keep: Enums.ForeignKeep.None),
                GalleryRendition.Thumbnail.Format.ContentType,
                small.Width,
                small.Height,
                damaged);
            var preview = isSmaller
                ? new Rendition(
                    decoded.WebpsaveBuffer(q: GalleryRendition.Preview.Quality, effort: 2, keep: Enums.ForeignKeep.None),
                    GalleryRendition.Preview.Format.ContentType,
                    decoded.Width,
                    decoded.Height,
                    damaged)
                : null;
            return new ThumbnailSet(thumbnail, preview, MeanColour(small));
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
        try
        {
            return Render(path, side, Enums.FailOn.Truncated, image => encode(image, false));
        }
        catch (VipsException)
        {
            try
            {
                // Cut short or corrupt: what can be read is better than nothing, and is marked.
                return Render(path, side, Enums.FailOn.None, image => encode(image, true));
            }
            catch (VipsException e)
            {
                throw new ImageFailureException(FailureReason.Undecodable(format), e);
            }
        }
    }

    private static T Render<T>(string path, int side, Enums.FailOn failOn, Func<Image, T> encode)
    {
        using var small = Image.Thumbnail(path, side, height: side, size: Enums.Size.Down, outputProfile: "srgb", failOn: failOn);
        using var colour = small.Interpretation == Enums.Interpretation.Srgb ? small.Copy() : small.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = colour.HasAlpha() ? colour.Flatten(background: White) : colour.Copy();
        return encode(opaque);
    }

    private static string MeanColour(Image image)
    {
        using var mean = image.Shrink(image.Width, image.Height);
        var colour = mean.WriteToMemory<byte>();
        return colour.Length >= 3 ? Convert.ToHexStringLower(colour.AsSpan(0, 3)) : Convert.ToHexStringLower([colour[0], colour[0], colour[0]]);
    }
}
