namespace ImageApp.LocalAws.S3.Store;

/// <summary>What is to be listed.</summary>
/// <param name="Prefix">What keys start with.</param>
/// <param name="Delimiter">What rolls keys up into common prefixes; empty for none.</param>
/// <param name="After">The key or common prefix that the list begins after; empty for the beginning.</param>
/// <param name="Maximum">How many keys and common prefixes together.</param>
internal sealed record ListQuery(string Prefix, string Delimiter, string After, int Maximum);
