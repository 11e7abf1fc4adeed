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

    /// <summary>Whether the oldest come first.</summary>
    public bool OldestFirst { get; init; }
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
}

/// <summary>One page of the gallery.</summary>
/// <param name="Images">The page's images.</param>
/// <param name="NextCursor">Where the next page starts; null on the last.</param>
public sealed record ImagePage(IReadOnlyList<ImageRecord> Images, PageCursor? NextCursor);

/// <summary>The images before and after one in the gallery's order.</summary>
/// <param name="Newer">The id of the next newer one; null for the newest.</param>
/// <param name="Older">The id of the next older one; null for the oldest.</param>
public sealed record ImageNeighbours(long? Newer, long? Older);
