using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sqs;

/// <summary><c>AWS::SQS::QueuePolicy</c>.</summary>
internal sealed class QueuePolicyHandler(SqsStore queues) : IReadableResourceType
{
    public string TypeName => "AWS::SQS::QueuePolicy";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Queues", "PolicyDocument.*" };

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string>();

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "Id" };

    public string? ImportIdentifier => null;

    public Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken) =>
        UpdateAsync(request.GeneratedName, request, cancellationToken);

    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var policy =
            request.Properties.Document("PolicyDocument")
            ?? throw new AwsServiceException("InvalidRequest", "The property PolicyDocument is required.");
        foreach (var url in request.Properties.RequiredTexts("Queues"))
        {
            await queues.SetAttributesAsync(
                queues.GetByUrl(url),
                new Dictionary<string, string> { [QueueAttributes.Policy] = policy },
                cancellationToken);
        }

        return new ProvisionedResource(physicalId, new Dictionary<string, string> { ["Id"] = physicalId });
    }

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        foreach (var queue in request.Properties.RequiredTexts("Queues").Select(queues.FindByUrl).OfType<Queue>())
        {
            await queues.SetAttributesAsync(queue, new Dictionary<string, string> { [QueueAttributes.Policy] = "" }, cancellationToken);
        }
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken)
    {
        var policies = properties.RequiredTexts("Queues")
            .Select(url => queues.FindByUrl(url)?.State.Attributes.GetValueOrDefault(QueueAttributes.Policy));
        return Task.FromResult(PropertyValues.PolicyOf(physicalId, properties, policies));
    }
}
