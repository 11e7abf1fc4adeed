namespace ImageApp.Core;

/// <summary>The keys of originals in the bucket, and where everything made of them is.</summary>
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
}
