using ImageApp.Core;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>Opens originals, each by the loader of its format, so that no other can come between.</summary>
internal static class Original
{
    /// <summary>
    /// By how much a JPEG has to be reduced for libvips to decode an eighth of it: it leaves half of the way to its own filter
    /// (libvips, <c>thumbnail.c</c>).
    /// </summary>
    public const int MostReduced = 2 * JpegEighth.Scale;

    /// <summary>Opens a file; its pixels are decoded when they are asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="failOn">What of it is an error.</param>
    /// <exception cref="VipsException">It cannot be read.</exception>
    public static Image Open(string path, ImageFormat format, Enums.FailOn failOn)
    {
        ImagingRuntime.Initialize();
        var options = new VOption { { "access", Enums.Access.Sequential }, { "fail_on", failOn } };
        return (Image)Operation.Call(format.Loader, options, path);
    }

    /// <summary>Checks that a HEIF file is coded in a way that there is a decoder for.</summary>
    /// <param name="coding">What its header says.</param>
    /// <exception cref="ImageFailureException">There is no decoder; the message says what to do.</exception>
    public static void CheckCoding(HeifCoding coding)
    {
        if (coding.Codec is not (HeifCoding.Av1 or HeifCoding.Hevc))
        {
            throw new ImageFailureException(FailureReason.UnsupportedCoding(
                coding.Codec is { } codec ? $"a HEIF picture coded as {codec}" : "a HEIF picture of unknown coding"));
        }
    }

    /// <summary>Decodes an original down to a size, upright and in sRGB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="box">Width and height of what it shall fit into.</param>
    /// <param name="size">Whether it may be enlarged, or has to be just as large as the box.</param>
    /// <param name="failOn">What of it is an error.</param>
    /// <exception cref="VipsException">It cannot be read.</exception>
    public static Image Thumbnail(string path, ImageFormat format, (int Width, int Height) box, Enums.Size size, Enums.FailOn failOn)
    {
        var (width, height) = box;
        if (!format.IsHeif)
        {
            // Of one scan, sizes are decoded; of libvips' loaders none but the right one can run.
            return Image.Thumbnail(
                path, width, height: height, size: size, noRotate: !format.IsTurnedByExif,
                outputProfile: ProfileFor(path, format), failOn: failOn);
        }

        using var image = Open(path, format, failOn);
        if (ReadCoding(path).Codec != HeifCoding.Hevc)
        {
            return image.ThumbnailImage(width, height: height, size: size, outputProfile: ProfileFor(image));
        }

        using var decoded = HeicDecoder.Decode(path);
        using var pixels = decoded.Pixels(image);
        using var small = pixels.ThumbnailImage(width, height: height, size: size, outputProfile: ProfileFor(pixels));

        // What was decoded is released with the decoder.
        return small.CopyMemory();
    }

    /// <summary>Decodes what <see cref="JpegEighth"/> takes of a JPEG down to a size, as the whole file would be.</summary>
    /// <param name="eighth">The file.</param>
    /// <param name="box">Width and height of what it shall fit into.</param>
    /// <param name="size">Whether it may be enlarged, or has to be just as large as the box.</param>
    /// <exception cref="VipsException">It is damaged.</exception>
    public static Image Thumbnail(byte[] eighth, (int Width, int Height) box, Enums.Size size)
    {
        using var image = Image.JpegloadBuffer(
            eighth, shrink: JpegEighth.Scale, access: Enums.Access.Sequential, failOn: Enums.FailOn.Warning);
        using var small = image.ThumbnailImage(box.Width, height: box.Height, size: size, outputProfile: ProfileFor(image));

        // It is read from an array that nothing else holds.
        return small.CopyMemory();
    }

    private const string Srgb = "srgb";

    // GIF has no colours but sRGB's, and opening one reads all of its frames.
    private static string? ProfileFor(string path, ImageFormat format)
    {
        if (format == ImageFormat.Gif)
        {
            return null;
        }

        using var image = Open(path, format, Enums.FailOn.None);
        return ProfileFor(image);
    }

    // What is in sRGB already would only be carried there and back, which for a small picture takes as long as its decoding.
    private static string? ProfileFor(Image image) =>
        image.Contains("icc-profile-data") || image.Interpretation is not (Enums.Interpretation.Srgb or Enums.Interpretation.Bw)
            ? Srgb
            : null;

    private static HeifCoding ReadCoding(string path)
    {
        using var file = File.OpenRead(path);
        return HeifCoding.Read(file);
    }
}
