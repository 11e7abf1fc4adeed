namespace Aspire.Hosting.ApplicationModel;

/// <summary>A relation to another resource, for the dashboard.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>For example <c>Parent</c>.</summary>
    public string Type { get; } = type;
}
