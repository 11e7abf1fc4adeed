namespace ImageApp.Core.Catalogue;

/// <summary>What the thumbnail function made and learned of an image.</summary>
/// <param name="ThumbnailKey">The thumbnail's key.</param>
/// <param name="Width">The original's width in pixels, orientation applied.</param>
/// <param name="Height">The original's height in pixels, orientation applied.</param>
public sealed record ThumbnailResult(string ThumbnailKey, int Width, int Height)
{
    /// <summary>The key of the larger rendition for dense screens; null where there is none.</summary>
    public string? PreviewKey { get; init; }

    /// <summary>Whether the original could be read only in part.</summary>
    public bool Damaged { get; init; }

    /// <summary>The picture's mean colour, six hexadecimal digits; null where unknown.</summary>
    public string? Placeholder { get; init; }

    /// <summary>The camera, as the file tells.</summary>
    public string? Camera { get; init; }

    /// <summary>When the picture was taken, in the camera's local time.</summary>
    public DateTime? TakenAt { get; init; }
}
