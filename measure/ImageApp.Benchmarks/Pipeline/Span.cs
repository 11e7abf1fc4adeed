namespace ImageApp.Benchmarks.Pipeline;

/// <summary>A span as a process exported it.</summary>
/// <param name="TraceId">Its trace's id, in hexadecimal.</param>
/// <param name="ParentId">Its parent's id; empty where it has none.</param>
/// <param name="Service">Whose it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Start">When it began, in nanoseconds since 1970-01-01.</param>
/// <param name="End">When it ended, likewise.</param>
internal sealed record Span(string TraceId, string ParentId, string Service, string Name, ulong Start, ulong End);
