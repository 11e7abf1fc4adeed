namespace ImageApp.Core.Formats;

/// <summary>A small version that is kept of every image. Everything that is true of one stands here, and nothing else lists them.</summary>
public sealed record GalleryRendition
{
    // Of a panorama that is fitted into a square nothing is left to see; WebP takes 16,383 pixels a side (RFC 9649, 2.7.1.1).
    private const int ShortestSide = 150;
    private const int LongestSide = 16_383;

    private GalleryRendition()
    {
    }

    /// <summary>The thumbnail: a documented contract, the same for every image.</summary>
    public static GalleryRendition Thumbnail { get; } = new()
    {
        Name = "thumbnail",
        KeyPrefix = "thumb_",
        Format = ImageFormat.Jpeg,
        Side = 200,
        Quality = 85,
    };

    /// <summary>The grid's on a phone; kept of every image that the thumbnail does not do for.</summary>
    public static GalleryRendition Preview { get; } = Scaled(400, "preview_", quality: 78) with { Effort = 2 };

    /// <summary>Every rendition beside the thumbnail, the smallest first.</summary>
    public static IReadOnlyList<GalleryRendition> Sides { get; } =
        [Preview, Scaled(800, "w800_", quality: 78), Scaled(1600, "w1600_", quality: 80), Scaled(2560, "w2560_", quality: 80)];

    /// <summary>What an older version made of originals that browsers do not show. It is shown where it is, and no longer made.</summary>
    public static GalleryRendition View { get; } = new()
    {
        Name = "view",
        KeyPrefix = "view_",
        Format = ImageFormat.Jpeg,
        Side = 2048,
        Quality = 85,
    };

    /// <summary>Every rendition that there may be of an image.</summary>
    public static IReadOnlyList<GalleryRendition> All { get; } = [Thumbnail, .. Sides, View];

    /// <summary>What it is called in spans and logs.</summary>
    public required string Name { get; init; }

    /// <summary>How the last part of its keys begins.</summary>
    public required string KeyPrefix { get; init; }

    /// <summary>How it is encoded.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>The side, in pixels, of the square it fits into.</summary>
    public required int Side { get; init; }

    /// <summary>The encoder's quality, 1 to 100.</summary>
    public required int Quality { get; init; }

    /// <summary>How much work the encoder does for a smaller file, 0 to 6.</summary>
    public int Effort { get; private init; } = 1;

    /// <summary>Whether it is wider than its square rather than too low to see.</summary>
    public bool IsWideOfPanoramas { get; private init; }

    /// <summary>Finds a rendition of <see cref="Sides"/> by its side; null where there is none.</summary>
    public static GalleryRendition? OfSide(int side) => Sides.FirstOrDefault(rendition => rendition.Side == side);

    /// <summary>
    /// Which of <see cref="Sides"/> are made of an original, the smallest first: those that are smaller than it, each larger than the one
    /// before. Where browsers do not show the original there is always one as large as it, or of the last side; where the thumbnail is
    /// smaller than it, or is not transparent as it is, there is always the first.
    /// </summary>
    /// <param name="format">The original's format.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="hasAlpha">Whether parts of it may be transparent.</param>
    public static IReadOnlyList<GalleryRendition> MadeOf(ImageFormat format, int width, int height, bool hasAlpha)
    {
        var made = new List<GalleryRendition>();
        var last = Thumbnail.Fit(width, height);
        foreach (var rendition in Sides)
        {
            var size = rendition.Fit(width, height);
            var isSmaller = rendition.Side < Math.Max(width, height) || !format.IsShownByBrowsers;
            var isFirst = rendition == Preview;
            if ((size != last && (isSmaller || isFirst)) || (isFirst && (hasAlpha || !format.IsShownByBrowsers)))
            {
                made.Add(rendition);
                last = size;
            }
        }

        return made;
    }

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

    /// <summary>
    /// Its size for an original: fitted into the square, in the original's proportions, never enlarged; where it is wide of panoramas its
    /// shorter side has 150 pixels at least, if the original's has.
    /// </summary>
    /// <param name="width">The original's width in pixels.</param>
    /// <param name="height">The original's height in pixels.</param>
    public (int Width, int Height) Fit(int width, int height)
    {
        var longer = (double)Math.Max(width, height);
        var scale = Side / longer;
        if (IsWideOfPanoramas)
        {
            scale = Math.Min(Math.Max(scale, (double)ShortestSide / Math.Min(width, height)), LongestSide / longer);
        }

        scale = Math.Min(1, scale);
        return (Scaled(width), Scaled(height));

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));
    }

    private static GalleryRendition Scaled(int side, string keyPrefix, int quality) => new()
    {
        Name = $"rendition of {side}",
        KeyPrefix = keyPrefix,
        Format = ImageFormat.WebP,
        Side = side,
        Quality = quality,
        IsWideOfPanoramas = true,
    };
}
