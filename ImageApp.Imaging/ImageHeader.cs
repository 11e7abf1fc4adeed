using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Core.Processing;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>What a file's header says, checked against the limits before a single pixel is decoded.</summary>
public sealed record ImageHeader
{
    private const int MegaByte = 1024 * 1024;

    /// <summary>Width in pixels, orientation applied.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, orientation applied.</summary>
    public required int Height { get; init; }

    /// <summary>The most memory that decoding it takes, in bytes.</summary>
    public required long DecodeBytes { get; init; }

    /// <summary>What the camera or an editor wrote into it.</summary>
    public required ImageMetadata Metadata { get; init; }

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What its first bytes tell.</param>
    /// <param name="limits">What is allowed.</param>
    /// <exception cref="PermanentImageException">The file cannot be read as an image, or would exceed a limit; the message names both
    /// numbers.</exception>
    public static ImageHeader Read(string path, ImageFormat format, ImageLimits limits)
    {
        var jpeg = ReadStart(path, format == ImageFormat.Jpeg, JpegFrame.Read);
        if (jpeg?.Unsupported is { } kind)
        {
            throw new PermanentImageException(
                $"The file is {kind}, which neither browsers nor this gallery can show. "
                + "Open it in a photo program, export it as an ordinary JPEG or PNG, and upload that.");
        }

        var heif = ReadStart(path, format == ImageFormat.Heic || format == ImageFormat.Avif, HeifCoding.Read);
        if (heif is not null)
        {
            Original.CheckCoding(heif);
        }

        try
        {
            using var image = Original.Open(path, format, Enums.FailOn.None);
            var metadata = ImageMetadata.Read(image, format);
            var cost = DecodeCost.Of(image, format, jpeg, heif);
            Check(image, format, cost, limits);
            var turned = metadata.Orientation >= 5;
            return new ImageHeader
            {
                Width = turned ? image.PageHeight : image.Width,
                Height = turned ? image.Width : image.PageHeight,
                DecodeBytes = cost.Bytes,
                Metadata = metadata,
            };
        }
        catch (VipsException e)
        {
            throw new PermanentImageException($"The file looks like {format.Name} but cannot be read: it is damaged or incomplete.", e);
        }
    }

    private static T? ReadStart<T>(string path, bool applies, Func<Stream, T?> read)
        where T : class
    {
        if (!applies)
        {
            return null;
        }

        using var file = File.OpenRead(path);
        return read(file);
    }

    // What is needed is rounded up and what is allowed down, so that the numbers never contradict the refusal.
    private static void Check(Image image, ImageFormat format, DecodeCost cost, ImageLimits limits)
    {
        var (width, height) = (image.Width, image.PageHeight);
        if (Math.Max(width, height) > limits.MaxSide)
        {
            throw new PermanentImageException(Text(
                $"The image is {width} × {height} pixels; no side may be longer than {limits.MaxSide:N0}."));
        }

        var pixels = (long)width * height;
        if (pixels > limits.MaxPixels)
        {
            var (has, most) = (Math.Ceiling(pixels / 1e5) / 10, Math.Floor(limits.MaxPixels / 1e5) / 10);
            throw new PermanentImageException(Text($"The image is {width} × {height} = {has:0.0} megapixels; at most {most:0.0} are allowed."));
        }

        if (cost.Bytes > limits.MaxDecodeBytes)
        {
            var (needed, most) = ((cost.Bytes + MegaByte - 1) / MegaByte, limits.MaxDecodeBytes / MegaByte);
            throw new PermanentImageException(Text(
                $"Decoding this {cost.Reason}{format.Name} of {width} × {height} pixels would take {needed} MB of memory; ")
                + Text($"at most {most} MB are allowed. {cost.Advice}"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
