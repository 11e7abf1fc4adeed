namespace ImageApp.LocalAws.S3.Store;

/// <summary>What is to be listed.</summary>
/// <param name="Prefix">What keys start with.</param>
/// <param name="Delimiter">What rolls keys up into common prefixes; empty for none.</param>
/// <param name="After">The key or common prefix that the list begins after; empty for the beginning.</param>
/// <param name="Maximum">How many keys and common prefixes together.</param>
internal sealed record ListQuery(string Prefix, string Delimiter, string After, int Maximum);

/// <summary>A page of a listing.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="CommonPrefixes">What was rolled up.</param>
/// <param name="Next">The last key or common prefix of the page, where more follow; else null.</param>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes, string? Next);
