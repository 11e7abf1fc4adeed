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

    /// <summary>Text metadata worth telling: camera, time, place.</summary>
    public required ImageMetadata Metadata { get; init; }

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What its first bytes tell.</param>
    /// <param name="limits">What is allowed.</param>
    /// <exception cref="ImageFailureException">The file cannot be read as an image, or would exceed a limit; the message names both numbers.</exception>
    public static ImageHeader Read(string path, ImageFormat format, ImageLimits limits)
    {
        ImagingRuntime.Initialize();
        try
        {
            using var image = Image.NewFromFile(path, access: Enums.Access.Sequential);
            var loader = image.Contains("vips-loader") ? (string)image.Get("vips-loader") : "";
            if (ImageFormat.All.All(known => known.Loader != loader))
            {
                throw new ImageFailureException(FailureReason.NotAnImage);
            }

            Check(image, format, limits);
            var turned = Orientation(image) >= 5;
            return new ImageHeader
            {
                Width = turned ? image.Height : image.Width,
                Height = turned ? image.Width : image.Height,
                Metadata = ImageMetadata.Read(image),
            };
        }
        catch (VipsException e)
        {
            throw new ImageFailureException(FailureReason.Unreadable(format), e);
        }
    }

    private static void Check(Image image, ImageFormat format, ImageLimits limits)
    {
        var (width, height) = (image.Width, image.PageHeight);
        if (Math.Max(width, height) > limits.MaxSide)
        {
            throw new ImageFailureException(FailureReason.SideTooLong(width, height, limits.MaxSide));
        }

        var pixels = (long)width * height;
        if (pixels > limits.MaxPixels)
        {
            throw new ImageFailureException(FailureReason.TooManyPixels(width, height, limits.MaxPixels));
        }

        var sampleBytes = image.Format is Enums.BandFormat.Ushort or Enums.BandFormat.Short ? 2 : 1;
        var memory = format.DecodeBytes(new DecodedFrame(pixels, image.Bands, sampleBytes, IsInterlaced(image)));
        if (memory > limits.MaxDecodeBytes)
        {
            var kind = IsInterlaced(image) ? $"progressive {format.Name}" : format.Name;
            throw new ImageFailureException(FailureReason.TooMuchMemory(kind, width, height, memory, limits.MaxDecodeBytes));
        }
    }

    private static bool IsInterlaced(Image image) => image.Contains("interlaced") && Convert.ToInt32(image.Get("interlaced"), CultureInfo.InvariantCulture) != 0;

    private static int Orientation(Image image) => image.Contains("orientation") ? Convert.ToInt32(image.Get("orientation"), CultureInfo.InvariantCulture) : 1;
}
