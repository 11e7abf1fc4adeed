namespace ImageApp.LocalAws.Sns;

/// <summary>A subscription of an endpoint to a topic.</summary>
/// <param name="Arn">The topic's ARN with a unique part.</param>
/// <param name="TopicArn">The topic.</param>
/// <param name="Protocol"><c>lambda</c>, <c>sqs</c>, <c>http</c> or <c>https</c>.</param>
/// <param name="Endpoint">A function's or queue's ARN, or a URL.</param>
/// <param name="Token">What an HTTP endpoint must send back to confirm; null once confirmed.</param>
internal sealed record Subscription(string Arn, string TopicArn, string Protocol, string Endpoint, string? Token)
{
    /// <summary>FilterPolicy, FilterPolicyScope, RawMessageDelivery and RedrivePolicy, where set.</summary>
    public Dictionary<string, string> Attributes { get; init; } = [];

    public bool IsConfirmed => Token is null;

    public bool IsRaw => Attributes.GetValueOrDefault("RawMessageDelivery") == "true";
}
