using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sns;

/// <summary><c>AWS::SNS::TopicPolicy</c>; without it a topic has its default policy.</summary>
internal sealed class TopicPolicyHandler(SnsStore topics) : IReadableResourceType
{
    public string TypeName => "AWS::SNS::TopicPolicy";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Topics", "PolicyDocument.*" };

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
        foreach (var topic in request.Properties.RequiredTexts("Topics"))
        {
            await topics.SetAttributesAsync(topic, new Dictionary<string, string> { [Topic.PolicyAttribute] = policy }, cancellationToken);
        }

        return new ProvisionedResource(physicalId, new Dictionary<string, string> { ["Id"] = physicalId });
    }

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        foreach (var arn in request.Properties.RequiredTexts("Topics").Where(arn => topics.Topics.Any(topic => topic.Arn == arn)))
        {
            await topics.SetAttributesAsync(arn, new Dictionary<string, string> { [Topic.PolicyAttribute] = "" }, cancellationToken);
        }
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken)
    {
        var policies = properties.RequiredTexts("Topics")
            .Select(arn => topics.Topics.FirstOrDefault(topic => topic.Arn == arn)?.Attributes.GetValueOrDefault(Topic.PolicyAttribute));
        return Task.FromResult(PropertyValues.PolicyOf(physicalId, properties, policies));
    }
}
