using ImageApp.Core.Formats;

namespace ImageApp.FunctionDefaults;

/// <summary>An original on its way through a step.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="ETag">The object's eTag without quotes.</param>
/// <param name="Path">The local file its content was copied to.</param>
/// <param name="Format">The format its first bytes tell.</param>
public sealed record SourceImage(string Key, string ETag, string Path, ImageFormat Format);
