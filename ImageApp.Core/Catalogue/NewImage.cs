namespace ImageApp.Core.Catalogue;

/// <summary>An image whose row is made before its object is.</summary>
/// <param name="Key">The key the object will get.</param>
/// <param name="FileName">The uploader's file name, already cleaned by <see cref="PlainText.FileName"/>.</param>
/// <param name="ContentType">The media type found in the content.</param>
/// <param name="SizeBytes">The size in bytes; null while unknown.</param>
public sealed record NewImage(string Key, string FileName, string ContentType, long? SizeBytes)
{
    /// <summary>SHA-256 of the bytes that will be put; null where they are not known yet.</summary>
    public byte[]? ContentHash { get; init; }
}

/// <summary>An object that a function found in the bucket; its row may not be there yet.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="ETag">Its eTag without quotes, as the object itself reports it.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="ContentType">The media type found in its content; null where it is none the app knows.</param>
/// <param name="FileName">The name to show if the row does not have one.</param>
public sealed record ObservedObject(string Key, string ETag, long SizeBytes, string? ContentType, string FileName)
{
    /// <summary>SHA-256 of its bytes; null where they were not read.</summary>
    public byte[]? ContentHash { get; init; }

    /// <summary>The step that takes it up; null where none does.</summary>
    public string? Step { get; init; }
}
