namespace ImageApp.LocalAws.S3.Store;

/// <summary>A part of a multipart upload.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="Segment">Its bytes.</param>
/// <param name="ETag">Its MD5 in hexadecimal.</param>
/// <param name="Checksum">Its checksum, where one was given.</param>
/// <param name="LastModified">When it was uploaded.</param>
internal sealed record UploadedPart(int Number, Segment Segment, string ETag, Checksum? Checksum, DateTimeOffset LastModified);
