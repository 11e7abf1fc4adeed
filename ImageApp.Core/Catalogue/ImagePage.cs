namespace ImageApp.Core.Catalogue;

/// <summary>One page of the gallery, newest first.</summary>
/// <param name="Images">The page's images.</param>
/// <param name="NextCursor">Where the next page starts; null on the last.</param>
public sealed record ImagePage(IReadOnlyList<ImageRecord> Images, PageCursor? NextCursor);
