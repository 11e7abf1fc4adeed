namespace ImageApp.LocalAws.Sns;

/// <summary>A topic, as it is kept on disk. Immutable: each change makes a new one.</summary>
internal sealed record Topic
{
    public const string PolicyAttribute = "Policy";
    public const string DisplayNameAttribute = "DisplayName";
    public const string DeliveryPolicyAttribute = "DeliveryPolicy";
    public const string SignatureVersionAttribute = "SignatureVersion";
    public const string TracingConfigAttribute = "TracingConfig";
    public const string KmsMasterKeyIdAttribute = "KmsMasterKeyId";
    public const string FifoTopicAttribute = "FifoTopic";
    public const string ContentBasedDeduplicationAttribute = "ContentBasedDeduplication";
    public const string FifoThroughputScopeAttribute = "FifoThroughputScope";

    /// <summary>What the name of a FIFO topic ends with.</summary>
    public const string FifoSuffix = ".fifo";

    public required string Arn { get; init; }

    /// <summary>The attributes that were set; without <c>Policy</c> the default policy holds.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Whether messages keep their order in each group and are there once.</summary>
    public bool IsFifo() => Attributes.GetValueOrDefault(FifoTopicAttribute) == "true";
}
