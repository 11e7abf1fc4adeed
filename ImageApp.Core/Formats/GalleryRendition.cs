namespace ImageApp.Core.Formats;

/// <summary>A small version that is kept of every image. Everything that is true of one stands here, and nothing else lists them.</summary>
public sealed record GalleryRendition
{
    private GalleryRendition()
    {
    }

    /// <summary>The gallery's thumbnail.</summary>
    public static GalleryRendition Thumbnail { get; } = new()
    {
        Name = "thumbnail",
        KeyPrefix = "thumb_",
        Format = ImageFormat.Jpeg,
        Side = 200,
        Quality = 85,
    };

    /// <summary>The larger one for dense screens.</summary>
    public static GalleryRendition Preview { get; } = new()
    {
        Name = "preview",
        KeyPrefix = "preview_",
        Format = ImageFormat.WebP,
        Side = 400,
        Quality = 78,
    };

    /// <summary>What a picture's page shows of an original that browsers do not show.</summary>
    public static GalleryRendition View { get; } = new()
    {
        Name = "view",
        KeyPrefix = "view_",
        Format = ImageFormat.Jpeg,
        Side = 2048,
        Quality = 85,
        OnlyOfUnshown = true,
    };

    /// <summary>Every rendition.</summary>
    public static IReadOnlyList<GalleryRendition> All { get; } = [Thumbnail, Preview, View];

    /// <summary>What it is called in addresses, spans and logs.</summary>
    public required string Name { get; init; }

    /// <summary>How the last part of its keys begins.</summary>
    public required string KeyPrefix { get; init; }

    /// <summary>How it is encoded.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>The side, in pixels, of the square it fits into.</summary>
    public required int Side { get; init; }

    /// <summary>The encoder's quality, 1 to 100.</summary>
    public required int Quality { get; init; }

    /// <summary>Whether it is made only of originals that browsers do not show.</summary>
    public bool OnlyOfUnshown { get; private init; }

    /// <summary>Whether it is made of originals of a format.</summary>
    public bool IsMadeOf(ImageFormat? format) => !OnlyOfUnshown || format is { IsShownByBrowsers: false };

    /// <summary>
    /// Its key for an original, which no other original shares: <c>thumbnails/thumb_&lt;uuid&gt;.jpg</c> for a key the app made itself
    /// (<see cref="ImageKey.UniqueName"/>).
    /// </summary>
    /// <param name="imageKey">The key of an original.</param>
    /// <exception cref="ArgumentException"><paramref name="imageKey"/> is not the key of an original.</exception>
    public string KeyFor(string imageKey) => $"{ImageKey.ThumbnailPrefix}{KeyPrefix}{ImageKey.UniqueName(imageKey)}.{Format.Extension}";

    /// <summary>Its key beside a thumbnail, whatever version made that.</summary>
    /// <param name="thumbnailKey">The key of <see cref="Thumbnail"/> of the same original.</param>
    public string KeyBeside(string thumbnailKey)
    {
        var name = Path.GetFileNameWithoutExtension(thumbnailKey);
        var unique = name.StartsWith(Thumbnail.KeyPrefix, StringComparison.Ordinal) ? name[Thumbnail.KeyPrefix.Length..] : name;
        return $"{ImageKey.ThumbnailPrefix}{KeyPrefix}{unique}.{Format.Extension}";
    }

    /// <summary>Its size for an original: fitted into the square, in the original's proportions, never enlarged.</summary>
    /// <param name="width">The original's width in pixels.</param>
    /// <param name="height">The original's height in pixels.</param>
    public (int Width, int Height) Fit(int width, int height)
    {
        var scale = Math.Min(1, (double)Side / Math.Max(width, height));
        return (Scaled(width), Scaled(height));

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));
    }
}
