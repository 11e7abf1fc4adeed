namespace ImageApp.LocalAws.Sns;

/// <summary>A topic, as it is kept on disk. Immutable: each change makes a new one.</summary>
internal sealed record Topic
{
    public const string PolicyAttribute = "Policy";
    public const string DisplayNameAttribute = "DisplayName";
    public const string DeliveryPolicyAttribute = "DeliveryPolicy";
    public const string SignatureVersionAttribute = "SignatureVersion";

    public required string Arn { get; init; }

    /// <summary>The attributes that were set; without <c>Policy</c> the default policy holds.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}
