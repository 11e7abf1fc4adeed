using ImageApp.Core.Formats;

namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>A file that thumbnails are made of.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Format">Its format.</param>
internal sealed record TestPicture(string Name, string Path, ImageFormat Format);
