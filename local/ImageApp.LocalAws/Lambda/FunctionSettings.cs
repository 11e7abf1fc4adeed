namespace ImageApp.LocalAws.Lambda;

/// <summary>What of a function is kept on disk.</summary>
internal sealed record FunctionSettings
{
    public required string Name { get; init; }

    public required int MemorySize { get; init; }

    public required double TimeoutSeconds { get; init; }

    /// <summary>What the registration said of the memory; while it says so, <see cref="MemorySize"/> holds over restarts.</summary>
    public int? RegisteredMemorySize { get; init; }

    /// <summary>What the registration said of the time-out; while it says so, <see cref="TimeoutSeconds"/> holds over restarts.</summary>
    public double? RegisteredTimeoutSeconds { get; init; }

    public string? Description { get; init; }

    /// <summary>Environment variables, for the next start of a process; null where none were ever set.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The resource policy as JSON; null without any permission.</summary>
    public string? Policy { get; init; }

    public EventInvokeConfig? EventInvokeConfig { get; init; }

    /// <summary>ARN of the queue or topic that gets the payload of each asynchronous invocation that failed for good.</summary>
    public string? DeadLetterTargetArn { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public required string RevisionId { get; init; }
}
