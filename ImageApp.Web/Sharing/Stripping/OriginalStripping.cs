using ImageApp.Core.Formats;

namespace ImageApp.Web.Sharing.Stripping;

/// <summary>
/// Originals without what they say of place, time, camera and owner. Lossless: what is needed to show the picture is copied as it is, and
/// of everything else only which way is up is kept.
/// </summary>
internal static class OriginalStripping
{
    /// <summary>What strips a format, from a stream that can seek into another; null where nothing here does.</summary>
    public static Action<Stream, Stream>? Find(ImageFormat? format) =>
        format == ImageFormat.Jpeg ? JpegStripping.Strip
        : format == ImageFormat.Png ? PngStripping.Strip
        : format == ImageFormat.WebP ? WebPStripping.Strip
        : format == ImageFormat.Gif ? GifStripping.Strip
        : null;
}
