namespace ImageApp.LocalAws.S3.Store;

/// <summary>A run of an object's bytes: one blob, or part of one. A multipart object has one for each of its parts.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="Length">How many bytes, all of the blob.</param>
internal readonly record struct Segment(Guid Blob, long Length);
