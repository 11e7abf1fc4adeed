namespace Aspire.Hosting.ApplicationModel;

/// <summary>A volume of a container.</summary>
public sealed class ContainerMountAnnotation(string source, string target) : IResourceAnnotation
{
    /// <summary>The volume's name.</summary>
    public string Source { get; } = source;

    /// <summary>The folder in the container.</summary>
    public string Target { get; } = target;
}
