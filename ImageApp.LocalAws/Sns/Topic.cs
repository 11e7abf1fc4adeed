namespace ImageApp.LocalAws.Sns;

/// <summary>A topic.</summary>
internal sealed record Topic(string Arn)
{
    /// <summary>Attributes that were set, for example DisplayName.</summary>
    public Dictionary<string, string> Attributes { get; init; } = [];

    public Dictionary<string, string> Tags { get; init; } = [];

    /// <summary>The access policy; null for the default, which lets the owner's account do everything.</summary>
    public string? Policy { get; init; }

    public string Name => Arn[(Arn.LastIndexOf(':') + 1)..];
}
