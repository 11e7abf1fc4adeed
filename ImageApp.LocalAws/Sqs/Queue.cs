using System.Globalization;

namespace ImageApp.LocalAws.Sqs;

/// <summary>A queue.</summary>
internal sealed record Queue(string Name, string Arn, DateTimeOffset CreatedAt)
{
    public Dictionary<string, string> Attributes { get; init; } = [];

    public Dictionary<string, string> Tags { get; init; } = [];

    public string? Policy => Attributes.GetValueOrDefault("Policy") is { Length: > 0 } policy ? policy : null;

    /// <summary>An attribute that counts seconds, or its default.</summary>
    public TimeSpan Seconds(string attribute, int otherwise) =>
        TimeSpan.FromSeconds(Attributes.TryGetValue(attribute, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise);
}
