using ImageApp.Core;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>
/// Makes small versions: upright, in sRGB, without any metadata; those that are not WebP on white. Call <see cref="ImageHeader.Read"/>
/// first: it keeps the limits.
/// </summary>
public static class Renderer
{
    // Of a function's 512 MB the runtime has 110, and decoding to 2,560 pixels takes 90 beside what the header says.
    private const long MostBesideLargest = 256L * 1024 * 1024;

    private static readonly double[] White = [255, 255, 255];
    private static readonly Enums.FailOn[] Attempts = [Enums.FailOn.Truncated, Enums.FailOn.None];
    private static readonly Enums.FailOn[] JpegAttempts = [Enums.FailOn.Warning, Enums.FailOn.None];

    /// <summary>Makes a JPEG that fits within a square; an image that fits already is not enlarged.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The square's side in pixels.</param>
    /// <param name="quality">JPEG quality, 1 to 100.</param>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static Rendition Jpeg(string path, ImageFormat format, int side, int quality)
    {
        var (pixels, damaged) = Decode(path, format, (side, side), isDamaged: null);
        using (pixels)
        {
            return Opaque(pixels, opaque => EncodeJpeg(opaque, quality, damaged));
        }
    }

    /// <summary>Makes an image's thumbnail alone.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="header">What its header says.</param>
    /// <returns>
    /// The thumbnail, and whether the original could be read only in part: null where not all of it had to be read for that.
    /// </returns>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static (ThumbnailSet Made, bool? Damaged) Thumbnail(string path, ImageFormat format, ImageHeader header)
    {
        // Its very size: fitted into that, what is rounded twice may lose a row.
        var size = GalleryRendition.Thumbnail.Fit(header.Width, header.Height);
        var (pixels, damaged) = DecodeSmall(path, format, size, Enums.Size.Force);
        using (pixels)
        {
            return (Thumbnail(pixels, header, damaged ?? false), damaged);
        }
    }

    /// <summary>
    /// Makes the gallery's versions of an image: the thumbnail as early as can be, then the others, the largest first. What is decoded is
    /// held until the last.
    /// </summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="header">What its header says.</param>
    /// <returns>What there is by then: first with the thumbnail alone, then each time with one more.</returns>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static IEnumerable<ThumbnailSet> Thumbnails(string path, ImageFormat format, ImageHeader header)
    {
        // Whether there is something transparent in it is known only when it is decoded; sizes do not depend on that.
        var largest = RenditionsOf(format, header, hasAlpha: true)[^1].Fit(header.Width, header.Height);
        ThumbnailSet? made = null;
        bool? isDamaged = null;
        if (IsQuicklyDecodedSmall(format, header))
        {
            (made, isDamaged) = Thumbnail(path, format, header);
            yield return made;
        }

        var (current, damaged) = Decode(path, format, largest, isDamaged);
        try
        {
            var hasAlpha = IsTransparent(current);
            if (!hasAlpha && current.HasAlpha())
            {
                Replace(ref current, current.ExtractBand(0, n: current.Bands - 1));
            }

            var renditions = RenditionsOf(format, header, hasAlpha);
            if (made is null)
            {
                yield return made = Thumbnail(current, header, damaged) with { HasAlpha = hasAlpha, IsComplete = renditions.Count == 0 };
            }

            // Each from the next larger one, so that no more than two are in memory.
            foreach (var rendition in renditions.Reverse())
            {
                Shrink(ref current, rendition, header);
                yield return made = made with
                {
                    Thumbnail = made.Thumbnail with { Damaged = damaged },
                    Renditions = [(rendition, EncodeWebP(current, rendition, damaged)), .. made.Renditions],
                    HasAlpha = hasAlpha,
                    IsComplete = rendition == renditions[0],
                };
            }
        }
        finally
        {
            current.Dispose();
        }
    }

    /// <summary>Samples an image for its colours.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The longest side of the sample in pixels.</param>
    /// <returns>Red, green and blue of each pixel.</returns>
    /// <exception cref="ImageFailureException">Not even a part of the image can be decoded.</exception>
    public static byte[] Sample(string path, ImageFormat format, int side)
    {
        using var pixels = DecodeSmall(path, format, (side, side), Enums.Size.Down).Pixels;
        return Opaque(pixels, opaque => opaque.WriteToMemory<byte>());
    }

    // A JPEG's decoder makes an eighth of the pixels for little more than reading the bits takes; of every other format a small picture
    // costs as much as a large one, which then serves for all.
    private static bool IsQuicklyDecodedSmall(ImageFormat format, ImageHeader header) =>
        format == ImageFormat.Jpeg && Math.Max(header.Width, header.Height) > GalleryRendition.Thumbnail.Side;

    private static ThumbnailSet Thumbnail(Image pixels, ImageHeader header, bool damaged)
    {
        var current = pixels.Copy();
        try
        {
            Shrink(ref current, GalleryRendition.Thumbnail, header);
            return Opaque(current, thumbnail =>
                new ThumbnailSet(EncodeJpeg(thumbnail, GalleryRendition.Thumbnail.Quality, damaged), MeanColour(thumbnail)));
        }
        finally
        {
            current.Dispose();
        }
    }

    // Damage is null where not all had to be read.
    private static (Image Pixels, bool? Damaged) DecodeSmall(
        string path, ImageFormat format, (int Width, int Height) box, Enums.Size size)
    {
        ImagingRuntime.Initialize();
        if (format == ImageFormat.Jpeg && JpegEighth.Read(path, Original.MostReduced * Math.Max(box.Width, box.Height)) is { } eighth)
        {
            try
            {
                return (InMemory(Original.Thumbnail(eighth, box, size)), null);
            }
            catch (VipsException)
            {
                // What is wrong is told, and what there is is shown, when all of it is decoded.
            }
        }

        return Decode(path, format, box, isDamaged: null, size);
    }

    // What is known already of a file, that it is cut short or corrupt, is not asked again.
    private static (Image Pixels, bool Damaged) Decode(
        string path, ImageFormat format, (int Width, int Height) box, bool? isDamaged, Enums.Size size = Enums.Size.Down)
    {
        ImagingRuntime.Initialize();
        VipsException? remark = null;
        foreach (var failOn in format == ImageFormat.Jpeg ? JpegAttempts : Attempts)
        {
            if (isDamaged == true && failOn != Enums.FailOn.None)
            {
                continue;
            }

            try
            {
                // Cut short or corrupt: what can be read is better than nothing, and is marked.
                var damaged = isDamaged ?? (remark is not null && (format != ImageFormat.Jpeg || !JpegScans.AreComplete(path)));
                return (Decode(path, format, box, size, failOn), damaged);
            }
            catch (VipsException e)
            {
                remark = e;
            }
        }

        throw new ImageFailureException(FailureReason.Undecodable(format), remark!);
    }

    // A decoder that keeps all coefficients leaves too little for the largest: pages show the one before, enlarged the original.
    private static IReadOnlyList<GalleryRendition> RenditionsOf(ImageFormat format, ImageHeader header, bool hasAlpha)
    {
        var made = GalleryRendition.MadeOf(format, header.Width, header.Height, hasAlpha);
        var isTooMuch = format.IsShownByBrowsers && header.DecodeBytes > MostBesideLargest;
        return isTooMuch && made.Count > 1 && made[^1] == GalleryRendition.Sides[^1] ? [.. made.SkipLast(1)] : made;
    }

    // What decoding takes, all coefficients of a progressive JPEG, is given back before anything is encoded.
    private static Image Decode(
        string path, ImageFormat format, (int Width, int Height) box, Enums.Size size, Enums.FailOn failOn) =>
        InMemory(Original.Thumbnail(path, format, box, size, failOn));

    private static Image InMemory(Image small)
    {
        using (small)
        {
            using var colour = small.Interpretation == Enums.Interpretation.Srgb
                ? small.Copy()
                : small.Colourspace(Enums.Interpretation.Srgb);
            return colour.CopyMemory();
        }
    }

    private static T Opaque<T>(Image image, Func<Image, T> encode)
    {
        using var opaque = image.HasAlpha() ? image.Flatten(background: White) : image.Copy();
        return encode(opaque);
    }

    // Screenshots have an alpha channel with nothing in it.
    private static bool IsTransparent(Image image)
    {
        if (!image.HasAlpha())
        {
            return false;
        }

        using var alpha = image.ExtractBand(image.Bands - 1);
        return alpha.Min() < byte.MaxValue;
    }

    private static void Shrink(ref Image image, GalleryRendition rendition, ImageHeader header)
    {
        var (width, height) = rendition.Fit(header.Width, header.Height);
        if (image.Width > width || image.Height > height)
        {
            Replace(ref image, image.ThumbnailImage(width, height: height, size: Enums.Size.Force, noRotate: true));
        }
    }

    private static void Replace(ref Image image, Image by)
    {
        using (by)
        {
            var copy = by.CopyMemory();
            image.Dispose();
            image = copy;
        }
    }

    private static Rendition EncodeWebP(Image image, GalleryRendition rendition, bool damaged) => new(
        image.WebpsaveBuffer(q: rendition.Quality, effort: rendition.Effort, keep: Enums.ForeignKeep.None),
        rendition.Format.ContentType, image.Width, image.Height, damaged);

    private static Rendition EncodeJpeg(Image image, int quality, bool damaged) => new(
        image.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None),
        ImageFormat.Jpeg.ContentType, image.Width, image.Height, damaged);

    private static string MeanColour(Image image)
    {
        using var mean = image.Shrink(image.Width, image.Height);
        var colour = mean.WriteToMemory<byte>();
        return colour.Length >= 3
            ? Convert.ToHexStringLower(colour.AsSpan(0, 3))
            : Convert.ToHexStringLower([colour[0], colour[0], colour[0]]);
    }
}
