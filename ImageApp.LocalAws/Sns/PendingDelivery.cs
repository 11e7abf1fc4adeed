namespace ImageApp.LocalAws.Sns;

/// <summary>A message on its way to one subscription.</summary>
internal sealed record PendingDelivery(
    string SubscriptionArn, string MessageId, string? Subject, string Message, DateTimeOffset Timestamp, Dictionary<string, MessageAttribute> MessageAttributes, string? TraceParent)
{
    public int Attempts { get; init; }

    /// <summary>Set for the message that asks an HTTP endpoint to confirm.</summary>
    public string? ConfirmationToken { get; init; }
}
