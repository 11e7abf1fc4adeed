using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using ImageMagick;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Processing;
using SkiaSharp;

namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>The libraries that are measured in this process, each used as its own documentation advises for thumbnails.</summary>
internal static class Libraries
{
    private const int Side = 200;
    private const int Quality = 85;

    /// <summary>
    /// The thumbnail alone, with the function's limits checked before: as the function makes it of a JPEG, and would of any other format
    /// if it made no larger renditions.
    /// </summary>
    public static IThumbnailMaker ImageApp() => new InProcessMaker("ImageApp", _ => true, picture =>
    {
        var header = ImageHeader.Read(picture.Path, picture.Format, new ImageLimits());
        return Renderer.Thumbnail(picture.Path, picture.Format, header).Made.Thumbnail.Content;
    });

    /// <summary>
    /// SkiaSharp: a decode at the codec's next larger scale, then a resize. It has no AVIF decoder and turns nothing upright.
    /// </summary>
    public static IThumbnailMaker Skia() => new InProcessMaker("SkiaSharp", picture => picture.Format != ImageFormat.Avif, picture =>
    {
        using var codec = SKCodec.Create(picture.Path);
        var full = codec.Info;
        var fit = Math.Min(1, (float)Side / Math.Max(full.Width, full.Height));
        var scaled = codec.GetScaledDimensions(fit);
        using var decoded = SKBitmap.Decode(codec, new SKImageInfo(scaled.Width, scaled.Height));
        using var small = decoded.Resize(
            new SKSizeI((int)Math.Round(full.Width * fit), (int)Math.Round(full.Height * fit)),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var data = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    });

    /// <summary>Magick.NET: with a hint to libjpeg of the size that is wanted.</summary>
    public static IThumbnailMaker Magick() => new InProcessMaker("Magick.NET", _ => true, picture =>
    {
        var settings = new MagickReadSettings { FrameIndex = 0, FrameCount = 1 };
        settings.SetDefine(MagickFormat.Jpeg, "size", "400x400");
        using var image = new MagickImage(picture.Path, settings);
        image.AutoOrient();
        image.Thumbnail(Side, Side);
        image.BackgroundColor = MagickColors.White;
        image.Alpha(AlphaAction.Remove);
        image.Strip();
        image.Quality = Quality;
        return image.ToByteArray(MagickFormat.Jpeg);
    });

    /// <summary>ImageSharp 2, the last one under the Apache licence. It reads no AVIF.</summary>
    public static IThumbnailMaker ImageSharp() => new InProcessMaker("ImageSharp", picture => picture.Format != ImageFormat.Avif, picture =>
    {
        using var image = SixLabors.ImageSharp.Image.Load(picture.Path);
        while (image.Frames.Count > 1)
        {
            image.Frames.RemoveFrame(1);
        }

        image.Mutate(context => context.AutoOrient()
            .Resize(new ResizeOptions { Mode = ResizeMode.Max, Size = new SixLabors.ImageSharp.Size(Side, Side) })
            .BackgroundColor(SixLabors.ImageSharp.Color.White));
        using var stream = new MemoryStream();
        image.Save(stream, new JpegEncoder { Quality = Quality });
        return stream.ToArray();
    });
}
