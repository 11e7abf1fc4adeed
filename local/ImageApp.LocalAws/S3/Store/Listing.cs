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

/// <summary>What versions are to be listed (S3 API Reference, ListObjectVersions).</summary>
/// <param name="Prefix">What keys start with.</param>
/// <param name="Delimiter">What rolls keys up into common prefixes; empty for none.</param>
/// <param name="KeyMarker">The key or common prefix that the list begins after; empty for the beginning.</param>
/// <param name="VersionIdMarker">
/// The version of <paramref name="KeyMarker"/> that the list begins after; empty for after all of them.
/// </param>
/// <param name="Maximum">How many versions and common prefixes together.</param>
internal sealed record VersionQuery(string Prefix, string Delimiter, string KeyMarker, string VersionIdMarker, int Maximum);

/// <summary>A version in a listing.</summary>
/// <param name="Version">The version, which may be a delete marker.</param>
/// <param name="IsLatest">Whether it is the newest of its key.</param>
internal sealed record ListedVersion(StoredObject Version, bool IsLatest);

/// <summary>A page of a listing of versions.</summary>
/// <param name="Versions">The versions.</param>
/// <param name="CommonPrefixes">What was rolled up.</param>
/// <param name="NextKey">The last key or common prefix of the page, where more follow; else null.</param>
/// <param name="NextVersionId">The last version of the page, where more follow and it is no common prefix; else null.</param>
/// <param name="IsTruncated">Whether more follow.</param>
internal sealed record VersionPage(
    IReadOnlyList<ListedVersion> Versions,
    IReadOnlyList<string> CommonPrefixes,
    string? NextKey,
    string? NextVersionId,
    bool IsTruncated);
