namespace Aspire.Hosting.ApplicationModel;

/// <summary>A health check that must pass before a resource counts as healthy.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The check's name.</summary>
    public string Key { get; } = key;
}
