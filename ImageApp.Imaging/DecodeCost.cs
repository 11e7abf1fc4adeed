using System.Globalization;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>What decoding takes, known from the header.</summary>
/// <param name="Bytes">The most memory that the decoder holds at once beyond a few rows of pixels, measured and rounded up.</param>
/// <param name="Reason">What makes it so much, as an adjective before the format's name with a space behind it, or nothing.</param>
/// <param name="Advice">What would take less, as a sentence.</param>
internal readonly record struct DecodeCost(long Bytes, string Reason, string Advice)
{
    private const string Smaller = "A smaller version would do.";

    // libaom keeps what it knows of each block of 4 x 4 pixels.
    private const double Av1ModeBytes = 13.7;

    /// <summary>Reckons it.</summary>
    /// <param name="image">The image, not decoded.</param>
    /// <param name="format">Its format.</param>
    /// <param name="jpeg">A JPEG's frame.</param>
    /// <param name="heif">A HEIC's or AVIF's coding.</param>
    public static DecodeCost Of(Image image, ImageFormat format, JpegFrame? jpeg, HeifCoding? heif)
    {
        var pixels = (long)image.Width * image.PageHeight;
        var alpha = image.HasAlpha() ? 1 : 0;
        if (jpeg is not null)
        {
            // A JPEG of one scan streams by. One of many keeps all coefficients, whatever size is wanted of it.
            return jpeg.ManyScans
                ? new(
                    jpeg.CoefficientBytes, jpeg.IsProgressive ? "progressive " : "multi-scan ",
                    "A non-progressive or smaller version would do.")
                : new(0, "", Smaller);
        }

        if (heif is not null)
        {
            var output = (3 + alpha) * heif.SampleBytes;
            return format == ImageFormat.Heic
                ? new((long)(pixels * (Math.Max(heif.PlaneBytes + alpha + output, output + 3 + alpha) + 0.6)), "", Smaller)
                : new(
                    (long)(pixels * (Av1ModeBytes + (2 * (heif.PlaneBytes + (alpha * heif.SampleBytes))) + alpha)), "",
                    "A smaller version, or a JPEG, would do.");
        }

        if (format == ImageFormat.Png)
        {
            // The passes of an interlaced PNG are put together in a whole picture; others stream by.
            var sample = image.Format is Enums.BandFormat.Ushort or Enums.BandFormat.Short ? 2 : 1;
            return IsInterlaced(image)
                ? new(pixels * image.Bands * sample, "interlaced ", "A non-interlaced or smaller version would do.")
                : new(0, "", Smaller);
        }

        // A GIF's frame is drawn on a canvas and copied from it, four bytes a pixel each.
        if (format == ImageFormat.Gif)
        {
            return new((long)(pixels * 8.5), "", Smaller);
        }

        // Lossless WebP is a whole frame of four bytes a pixel; an animation is drawn on a canvas of the same size.
        var animated = image.Contains("n-pages") && Convert.ToInt32(image.Get("n-pages"), CultureInfo.InvariantCulture) > 1;
        return animated ? new(pixels * 8, "animated ", "A still or smaller version would do.") : new(pixels * 4, "", Smaller);
    }

    private static bool IsInterlaced(Image image) =>
        image.Contains("interlaced") && Convert.ToInt32(image.Get("interlaced"), CultureInfo.InvariantCulture) != 0;
}
