using System.Text.Json.Serialization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Lambda;

/// <summary>An accepted asynchronous invocation, kept on disk until it succeeded or went to its destination.</summary>
internal sealed record AsynchronousInvocation : IOutboxItem
{
    public required string RequestId { get; init; }

    public required string FunctionName { get; init; }

    public required byte[] Payload { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Attempts made so far.</summary>
    public int Attempts { get; init; }

    /// <summary>The next attempt is not before this time.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>The trace that the caller was in, as a W3C <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>How the latest attempt since the start of local AWS ended.</summary>
    [JsonIgnore]
    public InvocationResult? LastResult { get; init; }

    string IOutboxItem.Id => RequestId;
}
