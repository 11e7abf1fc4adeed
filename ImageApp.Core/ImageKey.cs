namespace ImageApp.Core;

/// <summary>The keys of originals in the bucket, and where everything made of them is.</summary>
public static class ImageKey
{
    /// <summary>Every original is below this prefix, and only objects below it trigger work.</summary>
    public const string Prefix = "images/";

    /// <summary>Every thumbnail is below this prefix; nothing below it ever triggers work.</summary>
    public const string ThumbnailPrefix = "thumbnails/";

    /// <summary>The longest key that S3 takes and the catalogue holds, in bytes of UTF-8.</summary>
    public const int MaxBytes = 1024;

    private const string DefaultExtension = "jpg";

    // RFC 9562, 5.8: version 8, whose three digits after the version are the maker's own.
    private const int VersionIndex = 14;
    private const int MarkLength = 3;

    /// <summary>Makes the key of a new original: time-ordered, unique, and free of anything the uploader typed.</summary>
    /// <param name="extension">The format's extension without a dot, for example <c>jpg</c>.</param>
    public static string New(string extension)
    {
        var id = Guid.CreateVersion7().ToString("D");
        return extension == DefaultExtension
            ? $"{Prefix}{id}.{extension}"
            : $"{Prefix}{id.AsSpan(0, VersionIndex)}8{MarkOf(extension)}{id.AsSpan(VersionIndex + 1 + MarkLength)}.{extension}";
    }

    /// <summary>
    /// The name under which everything made of an original is kept, no two originals' the same: its UUID where the key is
    /// <c>images/&lt;uuid&gt;.jpg</c>, or where the UUID itself names the extension, as in every key that <see cref="New"/> makes; else a
    /// hash of the whole key.
    /// </summary>
    /// <param name="imageKey">The key of an original.</param>
    /// <exception cref="ArgumentException"><paramref name="imageKey"/> is not the key of an original.</exception>
    public static string UniqueName(string imageKey)
    {
        if (!IsImageKey(imageKey))
        {
            throw new ArgumentException($"'{imageKey}' is not below '{Prefix}'.", nameof(imageKey));
        }

        var parts = imageKey[Prefix.Length..].Split('.');
        if (parts is [var name, var extension] && Guid.TryParseExact(name, "D", out var id) && id.ToString("D") == name)
        {
            var isMarked = name[VersionIndex] == '8';
            if (isMarked ? name.AsSpan(VersionIndex + 1).StartsWith(MarkOf(extension)) : extension == DefaultExtension)
            {
                return name;
            }
        }

        return StableHash.Of(imageKey);
    }

    /// <summary>Whether <paramref name="key"/> is that of an original.</summary>
    public static bool IsImageKey(string key) =>
        key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.Ordinal) && !key.EndsWith('/');

    private static string MarkOf(string extension) => StableHash.Of(extension)[..MarkLength];
}
