namespace ImageApp.Core.Catalogue;

/// <summary>Which images to list.</summary>
/// <param name="Limit">How many at most.</param>
public sealed record ImageQuery(int Limit)
{
    /// <summary>Where the previous page ended; null for the first.</summary>
    public PageCursor? Cursor { get; init; }

    /// <summary>Words to find in captions and file names; null for all images.</summary>
    public SearchTerms? Search { get; init; }

    /// <summary>Which images, by what became of them.</summary>
    public ImageFilter Filter { get; init; }

    /// <summary>By what they are sorted.</summary>
    public ImageOrder Order { get; init; }

    /// <summary>Whether the order is turned round: the oldest come first, or the last ones of an album.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>The album whose images to list; null for all.</summary>
    public long? AlbumId { get; init; }

    /// <summary>Whether to list the trash instead: what was deleted and can be brought back, the latest deletion first.</summary>
    public bool IsTrash { get; init; }
}

/// <summary>Images by what became of them.</summary>
public enum ImageFilter
{
    /// <summary>Every image.</summary>
    All,

    /// <summary>Images without a caption, for whatever reason.</summary>
    NoCaption,

    /// <summary>Images whose thumbnail or caption failed.</summary>
    Failed,

    /// <summary>Images with the owner's star.</summary>
    Favourites,
}

/// <summary>By what images are sorted.</summary>
public enum ImageOrder
{
    /// <summary>By when they were taken, in local time; where that is not known by when they were added.</summary>
    Taken,

    /// <summary>By when they were added.</summary>
    Added,

    /// <summary>By hand, as <see cref="ImageQuery.AlbumId"/> has them, which is needed.</summary>
    Album,
}

/// <summary>How many images of a query are of one month.</summary>
/// <param name="Year">The year.</param>
/// <param name="Month">The month, 1 to 12.</param>
/// <param name="Count">How many.</param>
public sealed record ImageMonth(int Year, int Month, int Count);

/// <summary>One page of the gallery.</summary>
/// <param name="Images">The page's images.</param>
/// <param name="NextCursor">Where the next page starts; null on the last.</param>
public sealed record ImagePage(IReadOnlyList<ImageRecord> Images, PageCursor? NextCursor);

/// <summary>The images before and after one in a query's order.</summary>
/// <param name="Newer">The id of the next newer one, in an album's own order of the one before; null for the first.</param>
/// <param name="Older">The id of the next older one, in an album's own order of the one after; null for the last.</param>
public sealed record ImageNeighbours(long? Newer, long? Older);
