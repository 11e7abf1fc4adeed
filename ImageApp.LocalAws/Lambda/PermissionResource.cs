using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Lambda;

/// <summary><c>AWS::Lambda::Permission</c>.</summary>
internal sealed class PermissionResource(FunctionStore functions) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::Lambda::Permission";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "FunctionName", "Action", "Principal", "SourceArn", "SourceAccount" };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties => Properties;

    /// <inheritdoc/>
    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var properties = request.Properties;
        await functions.AddPermissionAsync(
            functions.Get(properties.Required("FunctionName")), request.GeneratedName, properties.Required("Action"), properties.Required("Principal"),
            properties.Text("SourceArn"), properties.Text("SourceAccount"), cancellationToken);
        return new ProvisionedResource(request.GeneratedName, new Dictionary<string, string> { ["Id"] = request.GeneratedName });
    }

    /// <inheritdoc/>
    public Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Every property of a permission asks for a new one.");

    /// <inheritdoc/>
    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        if (functions.Functions.FirstOrDefault(function => function.State.Permissions.ContainsKey(physicalId)) is { } function)
        {
            await functions.RemovePermissionAsync(function, physicalId, cancellationToken);
        }
    }
}
