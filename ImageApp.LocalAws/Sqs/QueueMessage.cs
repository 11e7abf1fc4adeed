using ImageApp.LocalAws.Sns;

namespace ImageApp.LocalAws.Sqs;

/// <summary>A message in a queue.</summary>
internal sealed record QueueMessage(string MessageId, string Body, DateTimeOffset SentAt)
{
    public Dictionary<string, MessageAttribute> MessageAttributes { get; init; } = [];

    /// <summary>System attributes that came with it, for example AWSTraceHeader.</summary>
    public Dictionary<string, string> SystemAttributes { get; init; } = [];

    public int ReceiveCount { get; init; }

    public DateTimeOffset? FirstReceivedAt { get; init; }

    /// <summary>When it may be received; later than now while it is in flight or delayed.</summary>
    public DateTimeOffset VisibleAt { get; init; }

    /// <summary>What the latest receiver deletes it with.</summary>
    public string? ReceiptHandle { get; init; }
}
