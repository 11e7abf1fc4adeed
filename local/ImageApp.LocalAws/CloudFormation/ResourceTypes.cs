namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The resource types that can be in a stack.</summary>
internal sealed class ResourceTypes(IEnumerable<IResourceTypeHandler> handlers)
{
    private readonly Dictionary<string, IResourceTypeHandler> _handlers = handlers.ToDictionary(
        handler => handler.TypeName,
        StringComparer.Ordinal);

    public IResourceTypeHandler this[string type] => _handlers[type];

    public bool Contains(string type) => _handlers.ContainsKey(type);

    /// <summary>The type where its resources can be read; null where they cannot.</summary>
    public IReadableResourceType? Readable(string type) => _handlers.GetValueOrDefault(type) as IReadableResourceType;

    /// <summary>The property by which resources of the type are imported; null where they cannot be.</summary>
    public string? ImportIdentifierOf(string type) => Readable(type)?.ImportIdentifier;

    /// <summary>Whether the type's resources have tags, and so get those of their stack.</summary>
    public bool HasTags(string type) => _handlers[type].Properties.Contains("Tags.Key");
}
