namespace ImageApp.LocalAws.Lambda;

/// <summary>One invocation on its way through the Runtime API.</summary>
internal sealed class Invocation(string requestId, ReadOnlyMemory<byte> payload, string? traceParent)
{
    public string RequestId => requestId;

    public ReadOnlyMemory<byte> Payload => payload;

    /// <summary>The trace it belongs to.</summary>
    public string? TraceParent => traceParent;

    /// <summary>Completed once, with the first outcome: a response, an error, a time-out or the end of the process.</summary>
    public TaskCompletionSource<InvocationResult> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when a runtime has taken it.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
