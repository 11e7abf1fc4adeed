namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The resource types that can be in a stack.</summary>
internal sealed class ResourceTypes(IEnumerable<IResourceTypeHandler> handlers)
{
    private readonly Dictionary<string, IResourceTypeHandler> _handlers = handlers.ToDictionary(
        handler => handler.TypeName,
        StringComparer.Ordinal);

    public IResourceTypeHandler this[string type] => _handlers[type];

    public bool Contains(string type) => _handlers.ContainsKey(type);
}
