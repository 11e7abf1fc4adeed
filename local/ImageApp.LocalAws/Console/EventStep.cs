namespace ImageApp.LocalAws.Console;

/// <summary>One step of an event on its way: from a bucket to a topic, from there to a function or queue, and the function's run.</summary>
internal sealed record EventStep
{
    /// <summary>The trace that the event is in, as a W3C <c>traceparent</c>: its steps together are one way.</summary>
    public required string? TraceParent { get; init; }

    /// <summary>Tells the step from the others of its way; each state takes the place of the one before.</summary>
    public required string Id { get; init; }

    /// <summary>ARN of where it comes from.</summary>
    public required string From { get; init; }

    /// <summary>ARN or URL of where it goes.</summary>
    public required string To { get; init; }

    public required EventOutcome Outcome { get; init; }

    /// <summary>The attempt that this is the state of, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Why it failed, or has to be tried again.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The bucket's notification message, with the object's key; null for what does not come from a bucket.</summary>
    public string? BucketMessage { get; init; }

    /// <summary>When the step began.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>The state of an <see cref="EventStep"/>.</summary>
internal enum EventOutcome
{
    /// <summary>It is being attempted, or waits for whoever takes it.</summary>
    UnderWay,

    /// <summary>An attempt failed, and another one follows.</summary>
    Retrying,

    Delivered,

    /// <summary>It failed for good.</summary>
    Failed,
}
