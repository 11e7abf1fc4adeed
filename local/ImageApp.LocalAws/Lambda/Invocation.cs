using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Lambda;

/// <summary>One attempt to run a function: waits for a poller, is taken by it, ends with one outcome.</summary>
internal sealed class Invocation(string requestId, byte[] payload)
{
    private readonly TaskCompletionSource<RuntimePoller> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<InvocationOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string RequestId { get; } = requestId;

    public byte[] Payload { get; } = payload;

    /// <summary>What the caller tells of itself, JSON; null where it tells nothing.</summary>
    public string? ClientContext { get; init; }

    /// <summary>The trace that it runs in; known once it waits.</summary>
    public ActivityContext Trace { get; set; }

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

/// <summary>What ended an invocation: the function's answer, or what Lambda found instead of one.</summary>
/// <param name="Payload">The response, or the error as JSON.</param>
/// <param name="ErrorType">Null after a success.</param>
/// <param name="NeedsRestart">Whether the execution environment is not fit for another invocation.</param>
internal sealed record InvocationOutcome(byte[] Payload, string? ErrorType, bool NeedsRestart = false)
{
    /// <summary>The error document that Lambda makes where the function gave none.</summary>
    public static InvocationOutcome Failed(string errorType, string errorMessage, bool needsRestart) =>
        new(
            System.Text.Encoding.UTF8.GetBytes(
                new JsonObject { ["errorType"] = errorType, ["errorMessage"] = errorMessage }.ToJsonString()),
            errorType,
            needsRestart);
}

/// <summary>How one invocation ended.</summary>
/// <param name="RequestId">The invocation's id.</param>
/// <param name="Payload">The function's response, or the error as JSON with <c>errorMessage</c> and <c>errorType</c>.</param>
/// <param name="ErrorType">For example <c>Sandbox.Timedout</c>; null after a success.</param>
/// <param name="LogTail">The lines that Lambda itself writes: START, END, REPORT.</param>
internal sealed record InvocationResult(string RequestId, byte[] Payload, string? ErrorType, string LogTail)
{
    public bool Succeeded => ErrorType is null;
}

/// <summary>A connection on which a function's process asks for invocations.</summary>
/// <param name="Process">The process at the other end; null where it cannot be told.</param>
/// <param name="ConnectionClosed">Is cancelled when the connection ends.</param>
internal sealed record RuntimePoller(FunctionProcess? Process, CancellationToken ConnectionClosed);
