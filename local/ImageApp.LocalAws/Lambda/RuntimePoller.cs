namespace ImageApp.LocalAws.Lambda;

/// <summary>A connection on which a function's process asks for invocations.</summary>
/// <param name="Process">The process at the other end; null where it cannot be told.</param>
/// <param name="ConnectionClosed">Is cancelled when the connection ends.</param>
internal sealed record RuntimePoller(FunctionProcess? Process, CancellationToken ConnectionClosed);
