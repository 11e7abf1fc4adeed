using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sns;

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
