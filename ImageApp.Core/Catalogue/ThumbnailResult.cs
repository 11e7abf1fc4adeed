namespace ImageApp.Core.Catalogue;

/// <summary>What the thumbnail function made and learned of an image.</summary>
/// <param name="ThumbnailKey">The thumbnail's key.</param>
/// <param name="Width">The original's width in pixels, orientation applied.</param>
/// <param name="Height">The original's height in pixels, orientation applied.</param>
public sealed record ThumbnailResult(string ThumbnailKey, int Width, int Height)
{
    /// <summary>The key of <see cref="Formats.GalleryRendition.Preview"/>; null where there is none.</summary>
    public string? PreviewKey { get; init; }

    /// <summary>The sides of the renditions that there are beside the thumbnail.</summary>
    public IReadOnlyList<int> RenditionSides { get; init; } = [];

    /// <summary>Whether others are still to come.</summary>
    public bool AreRenditionsPending { get; init; }

    /// <summary>Whether the original could be read only in part.</summary>
    public bool Damaged { get; init; }

    /// <summary>The picture's mean colour, six hexadecimal digits; null where unknown.</summary>
    public string? Placeholder { get; init; }

    /// <summary>The camera, as the file tells.</summary>
    public string? Camera { get; init; }

    /// <summary>When the picture was taken, in the camera's local time.</summary>
    public DateTime? TakenAt { get; init; }

    /// <summary>The difference of <see cref="TakenAt"/> to UTC.</summary>
    public TimeSpan? TakenAtOffset { get; init; }

    /// <summary>The lens, as the file tells.</summary>
    public string? Lens { get; init; }

    /// <summary>The exposure time in seconds.</summary>
    public double? ExposureTime { get; init; }

    /// <summary>The aperture: the 2.8 of f/2.8.</summary>
    public double? FNumber { get; init; }

    /// <summary>The sensitivity (ISO 12232).</summary>
    public int? Iso { get; init; }

    /// <summary>The focal length in millimetres.</summary>
    public double? FocalLength { get; init; }

    /// <summary>Degrees north of the equator of where it was taken.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east of Greenwich of where it was taken.</summary>
    public double? Longitude { get; init; }

    /// <summary>Whether the file holds more than one picture, one after another.</summary>
    public bool IsAnimated { get; init; }

    /// <summary>Whether parts of it may be transparent.</summary>
    public bool HasAlpha { get; init; }
}
