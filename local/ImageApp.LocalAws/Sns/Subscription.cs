namespace ImageApp.LocalAws.Sns;

/// <summary>A subscription, as it is kept on disk. Immutable: each change makes a new one.</summary>
internal sealed record Subscription
{
    public const string FilterPolicyAttribute = "FilterPolicy";
    public const string FilterPolicyScopeAttribute = "FilterPolicyScope";
    public const string RawMessageDeliveryAttribute = "RawMessageDelivery";
    public const string RedrivePolicyAttribute = "RedrivePolicy";
    public const string DeliveryPolicyAttribute = "DeliveryPolicy";

    public required string Arn { get; init; }

    public required string TopicArn { get; init; }

    /// <summary><c>lambda</c>, <c>sqs</c>, <c>http</c> or <c>https</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>ARN of the function or queue, or the URL.</summary>
    public required string Endpoint { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Whether messages are delivered; an HTTP endpoint must ask for that first, with <see cref="Token"/>.</summary>
    public required bool IsConfirmed { get; init; }

    /// <summary>Proves that whoever confirms has got the confirmation message.</summary>
    public required string Token { get; init; }

    /// <summary>Whether who confirmed it had signed that; null in the state of earlier versions, for no.</summary>
    public bool? WasAuthenticated { get; init; }

    /// <summary>Whether it is ended by signed requests only; null for no.</summary>
    public bool? AuthenticatesUnsubscribe { get; init; }

    public bool IsRaw => Attributes.GetValueOrDefault(RawMessageDeliveryAttribute) == "true";
}
