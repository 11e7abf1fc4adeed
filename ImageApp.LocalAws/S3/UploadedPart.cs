namespace ImageApp.LocalAws.S3;

/// <summary>One part of a multipart upload.</summary>
internal sealed record UploadedPart(string DataFile, long Size, string ETag, DateTimeOffset LastModified);
