using ImageApp.LocalAws.Sqs;

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
}
