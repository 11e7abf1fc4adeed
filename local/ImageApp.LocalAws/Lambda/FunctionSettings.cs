namespace ImageApp.LocalAws.Lambda;

/// <summary>What of a function is kept on disk.</summary>
internal sealed record FunctionSettings
{
    public required string Name { get; init; }

    public required int MemorySize { get; init; }

    public required double TimeoutSeconds { get; init; }

    /// <summary>The resource policy as JSON; null without any permission.</summary>
    public string? Policy { get; init; }

    public EventInvokeConfig? EventInvokeConfig { get; init; }

    /// <summary>ARN of the queue or topic that gets the payload of each asynchronous invocation that failed for good.</summary>
    public string? DeadLetterTargetArn { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public required string RevisionId { get; init; }
}
