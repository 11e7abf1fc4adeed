using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sns;

/// <summary>What is delivered to one subscription, before it is put into the protocol's envelope.</summary>
internal sealed record Notification
{
    public const string NotificationType = "Notification";
    public const string ConfirmationType = "SubscriptionConfirmation";

    /// <summary><c>Notification</c> or <c>SubscriptionConfirmation</c>.</summary>
    public string Type { get; init; } = NotificationType;

    public required string MessageId { get; init; }

    public required string TopicArn { get; init; }

    public string? Subject { get; init; }

    public required string Message { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required IReadOnlyDictionary<string, MessageAttribute> Attributes { get; init; }

    /// <summary>The token of a confirmation.</summary>
    public string? Token { get; init; }

    /// <summary>What it is kept in order with; of a FIFO topic always there.</summary>
    public string? GroupId { get; init; }

    /// <summary>What tells its repetitions from other messages; of a FIFO topic always there.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>Its place among the messages of a FIFO topic.</summary>
    public string? SequenceNumber { get; init; }
}

/// <summary>A message to publish: a text, or where <paramref name="IsStructured"/> a JSON object with a text for each protocol.</summary>
internal sealed record PublishRequest(
    string TopicArn,
    string Message,
    string? Subject,
    bool IsStructured,
    IReadOnlyDictionary<string, MessageAttribute> Attributes,
    string? GroupId = null,
    string? DeduplicationId = null);

/// <summary>A notification that is on its way to a subscription, kept on disk until it is there or in the dead-letter queue.</summary>
internal sealed record PendingDelivery : IOutboxItem
{
    public required string Id { get; init; }

    public required string SubscriptionArn { get; init; }

    public required Notification Notification { get; init; }

    /// <summary>Attempts made so far.</summary>
    public int Attempts { get; init; }

    /// <summary>The next attempt is not before this time.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>The trace of the publish, as a W3C <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }
}
