namespace ImageApp.Core.Catalogue;

/// <summary>What another gallery or program knows of a picture that is brought in.</summary>
/// <param name="Sha256">SHA-256 of its content.</param>
public sealed record ImportedDetails(byte[] Sha256)
{
    /// <summary>What it shows; null where nobody says.</summary>
    public string? Caption { get; init; }

    /// <summary>Which model wrote the caption; null where a person did.</summary>
    public string? CaptionModel { get; init; }

    /// <summary>The BCP 47 tag of the caption's language; null where it is not known.</summary>
    public string? CaptionLanguage { get; init; }

    /// <summary>When the caption was written; null where that is not known.</summary>
    public DateTimeOffset? CaptionAt { get; init; }

    /// <summary>Whether it has the owner's star.</summary>
    public bool IsFavourite { get; init; }

    /// <summary>When it was added to the gallery that it comes from; null where that is not known.</summary>
    public DateTimeOffset? AddedAt { get; init; }
}
