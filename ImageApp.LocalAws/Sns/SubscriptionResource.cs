using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sns;

/// <summary><c>AWS::SNS::Subscription</c>.</summary>
internal sealed class SubscriptionResource(TopicStore topics, SnsDelivery delivery) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::SNS::Subscription";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string>
    {
        "TopicArn", "Protocol", "Endpoint", "FilterPolicy.*", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy.*", "DeliveryPolicy.*", "Region",
    };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "TopicArn", "Protocol", "Endpoint" };

    /// <inheritdoc/>
    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var properties = request.Properties;
        var subscription = await topics.SubscribeAsync(
            properties.Required("TopicArn"), properties.Required("Protocol"), properties.Required("Endpoint"), Attributes(request), cancellationToken);
        if (!subscription.IsConfirmed)
        {
            await delivery.RequestConfirmationAsync(subscription, cancellationToken);
        }

        return new ProvisionedResource(subscription.Arn, new Dictionary<string, string> { ["Arn"] = subscription.Arn });
    }

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        await topics.SaveAsync(topics.GetSubscription(physicalId) with { Attributes = Attributes(request) }, cancellationToken);
        return new ProvisionedResource(physicalId, new Dictionary<string, string> { ["Arn"] = physicalId });
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        topics.DeleteSubscription(physicalId);
        return Task.CompletedTask;
    }

    private static Dictionary<string, string> Attributes(ResourceRequest request) => new[] { "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "DeliveryPolicy" }
        .Select(name => (Name: name, Value: request.Properties.Document(name)))
        .Where(attribute => attribute.Value is not null)
        .ToDictionary(attribute => attribute.Name, attribute => attribute.Value!);
}
