namespace ImageApp.Imaging;

/// <summary>The small versions of an image that the gallery shows.</summary>
/// <param name="Thumbnail"><see cref="Core.Formats.GalleryRendition.Thumbnail"/>.</param>
/// <param name="Preview"><see cref="Core.Formats.GalleryRendition.Preview"/>; null where the original is no larger than the thumbnail.</param>
/// <param name="MeanColour">Six hexadecimal digits, red first: what to show until a picture is there.</param>
public sealed record ThumbnailSet(Rendition Thumbnail, Rendition? Preview, string MeanColour);
