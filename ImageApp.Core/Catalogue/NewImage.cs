namespace ImageApp.Core.Catalogue;

/// <summary>An image whose row is made before its object is.</summary>
/// <param name="Key">The key the object will get.</param>
/// <param name="FileName">The uploader's file name, already cleaned by <see cref="ImageApp.Core.FileNames"/>.</param>
/// <param name="ContentType">The media type found in the content.</param>
/// <param name="SizeBytes">The size in bytes; null while unknown.</param>
public sealed record NewImage(string Key, string FileName, string ContentType, long? SizeBytes);
