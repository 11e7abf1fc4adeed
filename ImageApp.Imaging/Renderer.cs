using ImageApp.Core.Formats;
using ImageApp.Core.Processing;
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
    /// <exception cref="PermanentImageException">Not even a part of the image can be decoded.</exception>
    public static Rendition Jpeg(string path, ImageFormat format, int side, int quality) => Render(path, format, side, image => new Rendition(
        image.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None), ImageFormat.Jpeg.ContentType, image.Width, image.Height, Damaged: false));

    /// <summary>Samples an image for its colours.</summary>
    /// <param name="path">The original.</param>
    /// <param name="format">Its format, for messages.</param>
    /// <param name="side">The longest side of the sample in pixels.</param>
    /// <returns>Red, green and blue of each pixel, and whether the original could be read only in part.</returns>
    /// <exception cref="PermanentImageException">Not even a part of the image can be decoded.</exception>
    public static (byte[] Pixels, bool Damaged) Sample(string path, ImageFormat format, int side)
    {
        var sample = Render(path, format, side, image => new Rendition(image.WriteToMemory<byte>(), "", image.Width, image.Height, Damaged: false));
        return (sample.Content, sample.Damaged);
    }

    private static Rendition Render(string path, ImageFormat format, int side, Func<Image, Rendition> encode)
    {
        ImagingRuntime.Initialize();
        try
        {
            return Render(path, side, Enums.FailOn.Truncated, encode);
        }
        catch (VipsException)
        {
            try
            {
                // Cut short or corrupt: what can be read is better than nothing, and is marked.
                return Render(path, side, Enums.FailOn.None, encode) with { Damaged = true };
            }
            catch (VipsException e)
            {
                throw new PermanentImageException($"The file looks like {format.Name} but cannot be decoded: it is damaged or incomplete.", e);
            }
        }
    }

    private static Rendition Render(string path, int side, Enums.FailOn failOn, Func<Image, Rendition> encode)
    {
        using var small = Image.Thumbnail(path, side, height: side, size: Enums.Size.Down, outputProfile: "srgb", failOn: failOn);
        using var colour = small.Interpretation == Enums.Interpretation.Srgb ? small.Copy() : small.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = colour.HasAlpha() ? colour.Flatten(background: White) : colour.Copy();
        return encode(opaque);
    }
}
