namespace Aspire.Hosting.ApplicationModel;

/// <summary>A fact to show.</summary>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether it is shown only on demand.</summary>
    public bool IsSensitive { get; init; }
}
