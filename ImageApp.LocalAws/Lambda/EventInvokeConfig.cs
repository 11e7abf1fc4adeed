namespace ImageApp.LocalAws.Lambda;

/// <summary>How asynchronous invocations are retried (Lambda API Reference, "PutFunctionEventInvokeConfig").</summary>
internal sealed record EventInvokeConfig
{
    /// <summary>0 to 2.</summary>
    public int MaximumRetryAttempts { get; init; } = 2;

    /// <summary>60 to 21600.</summary>
    public int MaximumEventAgeInSeconds { get; init; } = 21_600;

    /// <summary>The queue or topic that gets events that could not be processed.</summary>
    public string? OnFailure { get; init; }
}
