using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sns;

/// <summary><c>AWS::SNS::Subscription</c>.</summary>
internal sealed class SubscriptionHandler(SnsStore topics) : IReadableResourceType
{
    private static readonly string[] s_scalars = [Subscription.RawMessageDeliveryAttribute, Subscription.FilterPolicyScopeAttribute];

    private static readonly string[] s_documents =
        [Subscription.FilterPolicyAttribute, Subscription.RedrivePolicyAttribute, Subscription.DeliveryPolicyAttribute];

    public string TypeName => "AWS::SNS::Subscription";

    public IReadOnlySet<string> Properties { get; } =
        new HashSet<string>
        {
            "TopicArn",
            "Protocol",
            "Endpoint",
            "FilterPolicy",
            "FilterPolicy.*",
            "FilterPolicyScope",
            "RawMessageDelivery",
            "RedrivePolicy",
            "RedrivePolicy.*",
            "DeliveryPolicy",
            "DeliveryPolicy.*",
        };

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "TopicArn", "Protocol", "Endpoint" };

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "Arn" };

    public string? ImportIdentifier => "Arn";

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var properties = request.Properties;
        var subscription = await topics.SubscribeAsync(
            properties.RequiredText("TopicArn"),
            properties.RequiredText("Protocol"),
            properties.RequiredText("Endpoint"),
            AttributesOf(properties),
            cancellationToken);
        return Provisioned(subscription.Arn);
    }

    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        await topics.SetSubscriptionAttributesAsync(physicalId, AttributesOf(request.Properties), replaces: true, cancellationToken);
        return Provisioned(physicalId);
    }

    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        topics.UnsubscribeAsync(physicalId, cancellationToken);

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken) =>
        Task.FromResult(
            topics.Find(physicalId) is (_, var found)
                ? new PresentResource(
                    Provisioned(physicalId).Attributes,
                    new JsonObject { ["TopicArn"] = found.TopicArn, ["Protocol"] = found.Protocol, ["Endpoint"] = found.Endpoint }
                        .With(found.Attributes, s_scalars, s_documents))
                : null);

    private static ProvisionedResource Provisioned(string arn) => new(arn, new Dictionary<string, string> { ["Arn"] = arn });

    private static Dictionary<string, string> AttributesOf(JsonObject properties) => properties.Attributes(s_scalars, s_documents);
}
