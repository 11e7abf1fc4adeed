using System.Globalization;

namespace ImageApp.LocalAws.Sqs;

/// <summary>What of a queue, apart from its messages, is kept on disk.</summary>
internal sealed record QueueState
{
    public required string Name { get; init; }

    /// <summary>The attributes that were set; the others have their defaults.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastModifiedAt { get; init; }
}

/// <summary>A message in a queue, as it is kept on disk. Immutable: each receive makes a new one.</summary>
internal sealed record QueuedMessage
{
    private const ulong SequenceNumberBase = 10_000_000_000_000_000_000;

    public required string MessageId { get; init; }

    /// <summary>Order of arrival in this queue.</summary>
    public required long Sequence { get; init; }

    public required string Body { get; init; }

    public required IReadOnlyDictionary<string, MessageAttribute> Attributes { get; init; }

    /// <summary>The X-Ray trace header that came with it.</summary>
    public string? TraceHeader { get; init; }

    /// <summary>Account id of an owner, or the service principal that sent it.</summary>
    public required string SenderId { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    /// <summary>Not received before this time: after a delay, or while somebody works on it.</summary>
    public required DateTimeOffset VisibleAt { get; init; }

    public int ReceiveCount { get; init; }

    public DateTimeOffset? FirstReceivedAt { get; init; }

    /// <summary>The handle of the latest receive.</summary>
    public string? ReceiptHandle { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>By which id the caller may repeat that receive; only in a FIFO queue.</summary>
    public string? ReceiveAttemptId { get; init; }

    /// <summary>What it is kept in order with; in a FIFO queue always there.</summary>
    public string? GroupId { get; init; }

    /// <summary>What tells its repetitions from other messages; only in a FIFO queue.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>
    /// When it was deleted: nobody receives it any more, but for five minutes its <see cref="DeduplicationId"/> still tells repetitions.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The queue it failed in, where this is a dead-letter queue.</summary>
    public string? DeadLetterSourceArn { get; init; }

    /// <summary>
    /// The order as a FIFO queue's clients see it: 20 digits (SQS API Reference, <c>SendMessage</c>: "a large, non-consecutive number").
    /// </summary>
    public string SequenceNumberText() => (SequenceNumberBase + (ulong)Sequence).ToString(CultureInfo.InvariantCulture);
}
