namespace ImageApp.Core.Catalogue;

/// <summary>One image as the catalogue knows it: a row of table <c>captions</c>.</summary>
public sealed record ImageRecord
{
    /// <summary>The row's id, ascending in the order rows were made.</summary>
    public required long Id { get; init; }

    /// <summary>The original's key in the bucket.</summary>
    public required string Key { get; init; }

    /// <summary>The uploader's file name, for people; never used as a path.</summary>
    public required string FileName { get; init; }

    /// <summary>The media type found by looking at the content.</summary>
    public string? ContentType { get; init; }

    /// <summary>The original's size in bytes.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Width in pixels, orientation applied; null until a function has read the image.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels, orientation applied.</summary>
    public int? Height { get; init; }

    /// <summary>The eTag, without quotes, under which the object's content was first seen: results are stored for it.</summary>
    public string? ObjectETag { get; init; }

    /// <summary>When the object was there; null while it is still on its way.</summary>
    public DateTimeOffset? UploadedAt { get; init; }

    /// <summary>What the picture shows; also its alt text.</summary>
    public string? Caption { get; init; }

    /// <summary>Which model wrote the caption; <c>offline</c> for the built-in describer.</summary>
    public string? CaptionModel { get; init; }

    /// <summary>The BCP 47 tag of the caption's language; null where the model chose it, or a person wrote it.</summary>
    public string? CaptionLanguage { get; init; }

    /// <summary>Whether the model had more to say than fitted.</summary>
    public bool IsCaptionShortened { get; init; }

    /// <summary>Whether the caption stays only until the configured model has written another.</summary>
    public bool IsCaptionWantedAgain { get; init; }

    /// <summary>When the caption was stored.</summary>
    public DateTimeOffset? CaptionGeneratedAt { get; init; }

    /// <summary>Why there is no caption, in a person's words; never a caption.</summary>
    public string? CaptionError { get; init; }

    /// <summary>Why there is no caption, as one of <see cref="FailureCodes"/>; null also where an older version wrote the reason.</summary>
    public string? CaptionErrorCode { get; init; }

    /// <summary>The thumbnail's key in the bucket.</summary>
    public string? ThumbnailKey { get; init; }

    /// <summary>When the thumbnail was stored.</summary>
    public DateTimeOffset? ThumbnailGeneratedAt { get; init; }

    /// <summary>Why there is no thumbnail, in a person's words.</summary>
    public string? ThumbnailError { get; init; }

    /// <summary>
    /// Why there is no thumbnail, as one of <see cref="FailureCodes"/>; null also where an older version wrote the reason.
    /// </summary>
    public string? ThumbnailErrorCode { get; init; }

    /// <summary>Whether the file is cut short or corrupt, though enough of it could be read.</summary>
    public bool Damaged { get; init; }

    /// <summary>How often the pipeline failed and was started again.</summary>
    public int Attempts { get; init; }

    /// <summary>When anything in the row last changed, to the millisecond, by the database's clock.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When a person last wrote the caption; null where none did.</summary>
    public DateTimeOffset? CaptionEditedAt { get; init; }

    /// <summary>The camera, as the file tells.</summary>
    public string? Camera { get; init; }

    /// <summary>When the picture was taken, in the camera's local time.</summary>
    public DateTime? TakenAt { get; init; }

    /// <summary>The picture's mean colour, six hexadecimal digits.</summary>
    public string? Placeholder { get; init; }

    /// <summary>The key of the larger rendition for dense screens.</summary>
    public string? PreviewKey { get; init; }

    /// <summary>
    /// Local wall time by which it is sorted and headed: <see cref="TakenAt"/>, else <see cref="UploadedAt"/> in UTC; null while there is
    /// no object.
    /// </summary>
    public DateTime? ShownAt { get; init; }

    /// <summary>The difference of <see cref="TakenAt"/> to UTC; null where the file does not tell.</summary>
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

    /// <summary>Degrees north of the equator of where it was taken. Private: for the owner alone.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east of Greenwich of where it was taken. Private: for the owner alone.</summary>
    public double? Longitude { get; init; }

    /// <summary>Whether the file holds more than one picture, one after another.</summary>
    public bool IsAnimated { get; init; }

    /// <summary>Whether parts of it may be transparent.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>Whether it has the owner's star.</summary>
    public bool IsFavourite { get; init; }

    /// <summary>The sides of the renditions that there are beside the thumbnail, ascending, of 400, 800, 1600 and 2560.</summary>
    public IReadOnlyList<int> RenditionSides { get; init; } = [];

    /// <summary>Whether the thumbnail is there and renditions beside it are still to come.</summary>
    public bool AreRenditionsPending { get; init; }

    /// <summary>SHA-256 of the object; null until a function has read it.</summary>
    public byte[]? ContentHash { get; init; }

    /// <summary>
    /// When its deletion is final, which is ahead while it is in the trash; null where it is not deleted. Such a row is hidden everywhere
    /// but in the trash and the changes.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When its deletion became final, or its object was found to be removed.</summary>
    public DateTimeOffset? PurgedAt { get; init; }

    /// <summary>Whether the gallery itself has deleted its objects, or is about to once more.</summary>
    public bool IsDeletionFinal { get; init; }

    /// <summary>Changes with the caption: what somebody who corrects it says they have seen. Empty without a caption.</summary>
    public string CaptionTag => Caption is null ? "" : StableHash.Of(Caption);

    /// <summary>Whether there are a thumbnail and all renditions, or never will be.</summary>
    public bool IsThumbnailDone => (ThumbnailKey is not null && !AreRenditionsPending)
        || (ThumbnailError is not null && FailureCodes.IsFinal(ThumbnailErrorCode));

    /// <summary>Whether there is a caption, or never will be one.</summary>
    public bool IsCaptionDone => Caption is not null
        ? !IsCaptionWantedAgain
        : CaptionError is not null && FailureCodes.IsFinal(CaptionErrorCode);
}
