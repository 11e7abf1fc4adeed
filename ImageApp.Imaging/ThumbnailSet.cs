using ImageApp.Core.Formats;

namespace ImageApp.Imaging;

/// <summary>The small versions of an image that the gallery shows.</summary>
/// <param name="Thumbnail"><see cref="GalleryRendition.Thumbnail"/>.</param>
/// <param name="MeanColour">Six hexadecimal digits, red first: what to show until a picture is there.</param>
public sealed record ThumbnailSet(Rendition Thumbnail, string MeanColour)
{
    /// <summary><see cref="GalleryRendition.Preview"/>; null where the original is no larger than the thumbnail.</summary>
    public Rendition? Preview { get; init; }

    /// <summary><see cref="GalleryRendition.View"/>; null where browsers show the original.</summary>
    public Rendition? View { get; init; }
}
