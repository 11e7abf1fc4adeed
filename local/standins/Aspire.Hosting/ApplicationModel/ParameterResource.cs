namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from configuration: <c>Parameters:name</c>.</summary>
public class ParameterResource(string name, Func<string> callback, bool secret = false) : Resource(name), IValueProvider, IManifestExpressionProvider
{
    /// <summary>Whether it is kept from view.</summary>
    public bool Secret { get; } = secret;

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(callback());
}
