namespace ImageApp.LocalAws.Lambda;

/// <summary>An event waiting for its function.</summary>
internal sealed record AsynchronousInvocation(string FunctionName, string RequestId, byte[] Payload, DateTimeOffset ReceivedAt, string? TraceParent)
{
    /// <summary>How often the function was invoked with it.</summary>
    public int Attempts { get; init; }
}
