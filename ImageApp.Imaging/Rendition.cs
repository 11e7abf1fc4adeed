namespace ImageApp.Imaging;

/// <summary>A small version of an image.</summary>
/// <param name="Content">The encoded file.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Damaged">Whether the original could be read only in part.</param>
public sealed record Rendition(byte[] Content, string ContentType, int Width, int Height, bool Damaged);
