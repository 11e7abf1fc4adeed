namespace ImageApp.LocalAws.S3.Store;

/// <summary>A page of a listing.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="CommonPrefixes">What was rolled up.</param>
/// <param name="Next">The last key or common prefix of the page, where more follow; else null.</param>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes, string? Next);
