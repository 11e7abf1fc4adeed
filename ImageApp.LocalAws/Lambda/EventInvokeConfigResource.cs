using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Lambda;

/// <summary><c>AWS::Lambda::EventInvokeConfig</c>.</summary>
internal sealed class EventInvokeConfigResource(FunctionStore functions) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::Lambda::EventInvokeConfig";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string>
    {
        "FunctionName", "Qualifier", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig.OnFailure.Destination",
    };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "FunctionName", "Qualifier" };

    /// <inheritdoc/>
    public Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken) => UpdateAsync(request.GeneratedName, request, cancellationToken);

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        await functions.SetEventInvokeConfigAsync(functions.Get(request.Properties.Required("FunctionName")), LambdaApi.ReadConfig(request.Properties), cancellationToken);
        return new ProvisionedResource(physicalId, new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        functions.SetEventInvokeConfigAsync(functions.Get(request.Properties.Required("FunctionName")), new EventInvokeConfig(), cancellationToken);
}
