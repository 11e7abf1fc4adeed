using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>What a file's header says, checked against the limits before a single pixel is decoded.</summary>
public sealed record ImageHeader
{
    /// <summary>Width in pixels, orientation applied.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, orientation applied.</summary>
    public required int Height { get; init; }

    /// <summary>The most memory that decoding it takes, in bytes.</summary>
    public required long DecodeBytes { get; init; }

    /// <summary>Whether it holds more than one picture, one after another.</summary>
    public bool IsAnimated { get; init; }

    /// <summary>What the camera or an editor wrote into it.</summary>
    public required ImageMetadata Metadata { get; init; }

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What its first bytes tell.</param>
    /// <param name="limits">What is allowed.</param>
    /// <exception cref="ImageFailureException">
    /// The file cannot be read as an image, or would exceed a limit; the message names both numbers.
    /// </exception>
    public static ImageHeader Read(string path, ImageFormat format, ImageLimits limits)
    {
        var jpeg = ReadStart(path, format == ImageFormat.Jpeg, JpegFrame.Read);
        if (jpeg?.Unsupported is { } kind)
        {
            throw new ImageFailureException(FailureReason.UnsupportedCoding(kind));
        }

        var heif = ReadStart(path, format.IsHeif, HeifCoding.Read);
        if (heif is not null)
        {
            Original.CheckCoding(heif);
        }

        try
        {
            using var image = Original.Open(path, format, Enums.FailOn.None);
            var metadata = ImageMetadata.Read(image, format);
            var cost = format.CostOf(Frame(image, jpeg, heif));
            Check(image.Width, image.PageHeight, format, cost, limits);
            var turned = metadata.Orientation >= 5;
            return new ImageHeader
            {
                Width = turned ? image.PageHeight : image.Width,
                Height = turned ? image.Width : image.PageHeight,
                DecodeBytes = cost.Bytes,
                IsAnimated = !format.IsHeif && (Number(image, "n-pages") > 1
                    || ReadStart(path, format == ImageFormat.Png, PngAnimation.Read) is { Frames: > 1 }),
                Metadata = metadata,
            };
        }
        catch (VipsException e)
        {
            throw new ImageFailureException(FailureReason.Unreadable(format), e);
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

    private static DecodedFrame Frame(Image image, JpegFrame? jpeg, HeifCoding? heif) => new()
    {
        Pixels = (long)image.Width * image.PageHeight,
        Bands = image.Bands,
        HasAlpha = image.HasAlpha(),
        SampleBytes = heif?.SampleBytes ?? (image.Format is Enums.BandFormat.Ushort or Enums.BandFormat.Short ? 2 : 1),
        IsInterlaced = jpeg?.IsProgressive ?? Number(image, "interlaced") != 0,
        IsAnimated = Number(image, "n-pages") > 1,
        CoefficientBytes = jpeg is { ManyScans: true } ? jpeg.CoefficientBytes : 0,
        PlaneBytes = heif?.PlaneBytes ?? 0,
    };

    private static int Number(Image image, string field) =>
        image.Contains(field) ? Convert.ToInt32(image.Get(field), CultureInfo.InvariantCulture) : 0;

    private static void Check(int width, int height, ImageFormat format, DecodeCost cost, ImageLimits limits)
    {
        var reason = Math.Max(width, height) > limits.MaxSide ? FailureReason.SideTooLong(width, height, limits.MaxSide)
            : (long)width * height > limits.MaxPixels ? FailureReason.TooManyPixels(width, height, limits.MaxPixels)
            : cost.Bytes > limits.MaxDecodeBytes ? FailureReason.TooMuchMemory(format, width, height, cost, limits.MaxDecodeBytes)
            : null;
        if (reason is not null)
        {
            throw new ImageFailureException(reason);
        }
    }
}
