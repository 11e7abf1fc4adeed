using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Core.Processing;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>What a file's header says, checked against the limits before a single pixel is decoded.</summary>
public sealed record ImageHeader
{
    private static readonly HashSet<string> Loaders = ["jpegload", "pngload", "gifload", "webpload", "heifload"];

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
    /// <exception cref="PermanentImageException">The file cannot be read as an image, or would exceed a limit; the message names both numbers.</exception>
    public static ImageHeader Read(string path, ImageFormat format, ImageLimits limits)
    {
        ImagingRuntime.Initialize();
        try
        {
            using var image = Image.NewFromFile(path, access: Enums.Access.Sequential);
            var loader = image.Contains("vips-loader") ? (string)image.Get("vips-loader") : "";
            if (!Loaders.Contains(loader))
            {
                throw new PermanentImageException($"The file is not {ImageFormat.AllNames}, whatever its name says.");
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
            throw new PermanentImageException($"The file looks like {format.Name} but cannot be read: it is damaged or incomplete.", e);
        }
    }

    private static void Check(Image image, ImageFormat format, ImageLimits limits)
    {
        var (width, height) = (image.Width, image.PageHeight);
        if (Math.Max(width, height) > limits.MaxSide)
        {
            throw new PermanentImageException(Text($"The image is {width} × {height} pixels; no side may be longer than {limits.MaxSide:N0}."));
        }

        var pixels = (long)width * height;
        if (pixels > limits.MaxPixels)
        {
            throw new PermanentImageException(Text($"The image is {width} × {height} = {pixels / 1e6:0.#} megapixels; at most {limits.MaxPixels / 1e6:0.#} are allowed."));
        }

        var memory = DecodeBytes(image, format, pixels);
        if (memory > limits.MaxDecodeBytes)
        {
            throw new PermanentImageException(Text(
                $"Decoding this {(IsInterlaced(image) ? "progressive " : "")}{format.Name} of {width} × {height} pixels would take {memory / 1024 / 1024} MB of memory; at most {limits.MaxDecodeBytes / 1024 / 1024} MB are allowed. A non-progressive or smaller version would do."));
        }
    }

    // What the decoder must hold at once: a baseline JPEG or a plain PNG streams by; a progressive JPEG keeps two bytes a coefficient of every
    // component, an interlaced PNG all its samples, and the others the whole frame.
    private static long DecodeBytes(Image image, ImageFormat format, long pixels)
    {
        var sample = image.Format is Enums.BandFormat.Ushort or Enums.BandFormat.Short ? 2 : 1;
        return format.Name switch
        {
            "JPEG" => IsInterlaced(image) ? pixels * image.Bands * 2 : 0,
            "PNG" => IsInterlaced(image) ? pixels * image.Bands * sample : 0,
            "AVIF" => pixels * (3 + (4 * sample)) / 2,
            _ => pixels * 4,
        };
    }

    private static bool IsInterlaced(Image image) => image.Contains("interlaced") && Convert.ToInt32(image.Get("interlaced"), CultureInfo.InvariantCulture) != 0;

    private static int Orientation(Image image) => image.Contains("orientation") ? Convert.ToInt32(image.Get("orientation"), CultureInfo.InvariantCulture) : 1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
