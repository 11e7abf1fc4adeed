namespace ImageApp.LocalAws.Lambda;

/// <summary>Whether a function can run, in the words of the Lambda API (<c>GetFunctionConfiguration</c>, <c>State</c>).</summary>
public enum FunctionStatus
{
    /// <summary>A process of it has been asked for, or is expected after the start of local AWS, and has not polled yet.</summary>
    Pending,

    /// <summary>A process of it polls the Runtime API or runs an invocation.</summary>
    Active,

    /// <summary>No process of it polls, and no invocation waits for one.</summary>
    Inactive,

    /// <summary>A process of it was asked for and did not come to poll.</summary>
    Failed,

    /// <summary>Invocations wait, but a person has stopped it: that is left to a person.</summary>
    Stopped,
}

/// <summary>How a function's process is.</summary>
/// <param name="Status">Whether it can run.</param>
/// <param name="Attempts">How often in a row the host was asked to start it without a poll since.</param>
/// <param name="NextAttemptAt">When the host is asked again; null where that is not planned, since nothing waits or nobody can be
/// asked.</param>
/// <param name="Reason">Why it failed; null in every other state.</param>
/// <param name="Waiting">How many invocations wait for a person; told where nothing is started by itself any more.</param>
/// <param name="IsGivenUp">Whether it was started in vain so often that only a person starts it again.</param>
public sealed record FunctionState(
    FunctionStatus Status,
    int Attempts = 0,
    DateTimeOffset? NextAttemptAt = null,
    string? Reason = null,
    int Waiting = 0,
    bool IsGivenUp = false);
