using System.Diagnostics;

namespace ImageApp.LocalAws.Lambda;

/// <summary>One attempt to run a function: waits for a poller, is taken by it, ends with one outcome.</summary>
internal sealed class Invocation(string requestId, byte[] payload, ActivityContext trace)
{
    private readonly TaskCompletionSource<RuntimePoller> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<InvocationOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string RequestId { get; } = requestId;

    public byte[] Payload { get; } = payload;

    public ActivityContext Trace { get; } = trace;

    /// <summary>When the function must have answered; known once it is taken.</summary>
    public DateTimeOffset Deadline { get; private set; }

    /// <summary>Completes with the poller that runs it.</summary>
    public Task<RuntimePoller> Taken => _taken.Task;

    public Task<InvocationOutcome> Ended => _ended.Task;

    public void Take(RuntimePoller poller, DateTimeOffset deadline)
    {
        Deadline = deadline;
        _taken.TrySetResult(poller);
    }

    /// <summary>Ends it; false where something else ended it before.</summary>
    public bool TryEnd(InvocationOutcome outcome) => _ended.TrySetResult(outcome);
}
