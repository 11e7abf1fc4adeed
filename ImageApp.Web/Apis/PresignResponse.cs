namespace ImageApp.Web.Apis;

/// <summary>Where and how to put the file: exactly these headers, before the time is over.</summary>
internal sealed record PresignResponse(long Id, string Key, string Url, string Method, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);
