namespace ImageApp.Core;

/// <summary>The keys of originals and thumbnails in the bucket.</summary>
public static class ImageKey
{
    /// <summary>Every original is below this prefix, and only objects below it trigger work.</summary>
    public const string Prefix = "images/";

    /// <summary>Every thumbnail is below this prefix; nothing below it ever triggers work.</summary>
    public const string ThumbnailPrefix = "thumbnails/";

    /// <summary>The longest key the catalogue's <c>image_key</c> column holds, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>Makes the key of a new original: time-ordered, unique, and free of anything the uploader typed.</summary>
    /// <param name="extension">The format's extension without a dot, for example <c>jpg</c>.</param>
    public static string New(string extension) => $"{Prefix}{Guid.CreateVersion7():D}.{extension}";

    /// <summary>Whether <paramref name="key"/> is that of an original.</summary>
    public static bool IsImageKey(string key) =>
        key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.Ordinal) && !key.EndsWith('/');

    /// <summary>
    /// The key of an original's thumbnail: <c>thumbnails/thumb_&lt;name without extension&gt;.jpg</c>. For a key the app did not
    /// make itself, folders and anything else that could make two originals share a thumbnail are folded into a hash.
    /// </summary>
    /// <param name="imageKey">The key of an original.</param>
    /// <exception cref="ArgumentException"><paramref name="imageKey"/> is not the key of an original.</exception>
    public static string ThumbnailKeyFor(string imageKey)
    {
        if (!IsImageKey(imageKey))
        {
            throw new ArgumentException($"'{imageKey}' is not below '{Prefix}'.", nameof(imageKey));
        }

        var name = imageKey.AsSpan(Prefix.Length);
        var dot = name.LastIndexOf('.');
        return dot > 0 && Guid.TryParseExact(name[..dot], "D", out var id)
            ? $"{ThumbnailPrefix}thumb_{id:D}.jpg"
            : $"{ThumbnailPrefix}thumb_{StableHash.Of(imageKey)}.jpg";
    }

    /// <summary>The key of an original's larger rendition for dense screens, a WebP beside the thumbnail.</summary>
    /// <exception cref="ArgumentException"><paramref name="imageKey"/> is not the key of an original.</exception>
    public static string PreviewKeyFor(string imageKey) =>
        ThumbnailKeyFor(imageKey).Replace("/thumb_", "/preview_", StringComparison.Ordinal).Replace(".jpg", ".webp", StringComparison.Ordinal);
}
