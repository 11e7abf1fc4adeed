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
