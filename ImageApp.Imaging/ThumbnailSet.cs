using ImageApp.Core.Formats;

namespace ImageApp.Imaging;

/// <summary>The small versions of an image that the gallery shows, as far as they are made.</summary>
/// <param name="Thumbnail"><see cref="GalleryRendition.Thumbnail"/>.</param>
/// <param name="MeanColour">Six hexadecimal digits, red first: what to show until a picture is there.</param>
public sealed record ThumbnailSet(Rendition Thumbnail, string MeanColour)
{
    /// <summary>Those beside the thumbnail, the smallest first.</summary>
    public IReadOnlyList<(GalleryRendition Rendition, Rendition Content)> Renditions { get; init; } = [];

    /// <summary>The smallest of them, <see cref="GalleryRendition.Preview"/>; null where there is none.</summary>
    public Rendition? Preview => Renditions is [var (_, content), ..] ? content : null;

    /// <summary>Whether there is nothing more to come.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Whether a part of the picture is transparent.</summary>
    public bool HasAlpha { get; init; }
}
