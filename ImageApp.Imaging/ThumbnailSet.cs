namespace ImageApp.Imaging;

/// <summary>The small versions of an image that the gallery shows.</summary>
/// <param name="Thumbnail">The JPEG within 200 x 200.</param>
/// <param name="Preview">The WebP within 400 x 400 for dense screens; null where the original is no larger than the thumbnail.</param>
/// <param name="MeanColour">Six hexadecimal digits, red first: what to show until a picture is there.</param>
public sealed record ThumbnailSet(Rendition Thumbnail, Rendition? Preview, string MeanColour);
