using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sqs;

/// <summary><c>AWS::SQS::QueuePolicy</c>.</summary>
internal sealed class QueuePolicyResource(QueueStore queues) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::SQS::QueuePolicy";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Queues", "PolicyDocument.*" };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string>();

    /// <inheritdoc/>
    public Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken) => UpdateAsync(request.GeneratedName, request, cancellationToken);

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        await SetAsync(request, request.Properties.Document("PolicyDocument") ?? throw new AwsServiceException("ValidationError", "Properties validation failed: required key [PolicyDocument] not found"), cancellationToken);
        return new ProvisionedResource(physicalId, new Dictionary<string, string> { ["Id"] = physicalId });
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) => SetAsync(request, "", cancellationToken);

    private async Task SetAsync(ResourceRequest request, string policy, CancellationToken cancellationToken)
    {
        foreach (var url in request.Properties.Texts("Queues"))
        {
            // On deletion the queue may be gone already.
            if (policy.Length > 0 || queues.Queues.Any(queue => url.EndsWith("/" + queue.Queue.Name, StringComparison.Ordinal)))
            {
                await queues.SetAttributesAsync(queues.GetByUrl(url), new Dictionary<string, string> { ["Policy"] = policy }, cancellationToken);
            }
        }
    }
}
