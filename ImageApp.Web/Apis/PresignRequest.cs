namespace ImageApp.Web.Apis;

/// <summary>A file that a browser wants to put straight into the bucket.</summary>
internal sealed record PresignRequest(string? FileName, string? ContentType, long SizeBytes);
