namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address.</summary>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal);
