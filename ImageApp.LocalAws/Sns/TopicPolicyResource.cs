using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sns;

/// <summary><c>AWS::SNS::TopicPolicy</c>.</summary>
internal sealed class TopicPolicyResource(TopicStore topics) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::SNS::TopicPolicy";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Topics", "PolicyDocument.*" };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string>();

    /// <inheritdoc/>
    public Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken) => UpdateAsync(request.GeneratedName, request, cancellationToken);

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var policy = request.Properties.Document("PolicyDocument") ?? throw new AwsServiceException("ValidationError", "Properties validation failed: required key [PolicyDocument] not found");
        foreach (var arn in request.Properties.Texts("Topics"))
        {
            await topics.SaveAsync(TopicStore.With(topics.Get(arn), "Policy", policy), cancellationToken);
        }

        return new ProvisionedResource(physicalId, new Dictionary<string, string> { ["Id"] = physicalId });
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        foreach (var topic in topics.Topics.Where(topic => request.Properties.Texts("Topics").Contains(topic.Arn)).ToList())
        {
            await topics.SaveAsync(topic with { Policy = null }, cancellationToken);
        }
    }
}
