namespace ImageApp.LocalAws.Sqs;

/// <summary>A task that moves the messages of a dead-letter queue to where they came from, or to another queue.</summary>
/// <param name="Handle">What it is cancelled by.</param>
/// <param name="Source">The dead-letter queue.</param>
/// <param name="Destination">The queue that was asked for; null moves each message to where it came from.</param>
/// <param name="MaximumPerSecond">The rate that was asked for.</param>
/// <param name="ToMove">How many messages there were at its start.</param>
/// <param name="StartedAt">When it started.</param>
internal sealed record MessageMoveTask(
    string Handle,
    Queue Source,
    Queue? Destination,
    int? MaximumPerSecond,
    int ToMove,
    DateTimeOffset StartedAt) : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
    private int _moved;

    /// <summary>How many messages it has moved.</summary>
    public int Moved => Volatile.Read(ref _moved);

    /// <summary><c>RUNNING</c>, <c>COMPLETED</c>, <c>CANCELLED</c> or <c>FAILED</c>.</summary>
    public string Status { get; private set; } = MessageMoveStatus.Running;

    /// <summary>Why it failed.</summary>
    public string? FailureReason { get; private set; }

    /// <summary>Is cancelled with the task.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    public void Count() => Interlocked.Increment(ref _moved);

    public void Cancel() => _cancelled.Cancel();

    public void End(string status, string? failureReason)
    {
        FailureReason = failureReason;
        Status = status;
    }

    public void Dispose() => _cancelled.Dispose();
}

/// <summary>The states of a task, as SQS names them.</summary>
internal static class MessageMoveStatus
{
    public const string Running = "RUNNING";
    public const string Completed = "COMPLETED";
    public const string Cancelled = "CANCELLED";
    public const string Failed = "FAILED";
}
