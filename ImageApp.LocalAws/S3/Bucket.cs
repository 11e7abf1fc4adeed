namespace ImageApp.LocalAws.S3;

/// <summary>A bucket and its configuration; sub-resources are kept as the XML or JSON they came as.</summary>
internal sealed record Bucket(string Name, DateTimeOffset CreatedAt)
{
    public List<CorsRule> CorsRules { get; init; } = [];

    public List<TopicNotification> Notifications { get; init; } = [];

    public string? Policy { get; init; }

    /// <summary>XML documents by sub-resource name: encryption, publicAccessBlock, ownershipControls, lifecycle, tagging, versioning.</summary>
    public Dictionary<string, string> Documents { get; init; } = [];

    public string Arn => $"arn:aws:s3:::{Name}";
}
