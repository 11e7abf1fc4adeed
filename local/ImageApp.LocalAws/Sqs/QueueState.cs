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
