using ImageApp.Core.Catalogue;

namespace ImageApp.Tests.Fuzzing;

/// <summary>What became of one file in the thumbnail function.</summary>
/// <param name="Error">The invocation's error; null where it succeeded, as it does with a file that is refused.</param>
/// <param name="Image">The file's row.</param>
/// <param name="Bytes">The most memory that the process had beyond what it had before.</param>
/// <param name="Seconds">The processor time it took.</param>
internal sealed record FuzzedDecode(string? Error, ImageRecord? Image, long Bytes, double Seconds);
