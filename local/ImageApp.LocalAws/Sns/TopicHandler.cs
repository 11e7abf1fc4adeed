using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sns;

/// <summary><c>AWS::SNS::Topic</c>.</summary>
internal sealed class TopicHandler(SnsStore topics, LocalAwsOptions options) : IReadableResourceType
{
    private static readonly string[] s_scalars =
    [
        Topic.DisplayNameAttribute,
        Topic.SignatureVersionAttribute,
        Topic.TracingConfigAttribute,
        Topic.KmsMasterKeyIdAttribute,
        Topic.ContentBasedDeduplicationAttribute,
        Topic.FifoThroughputScopeAttribute,
    ];

    private static readonly string[] s_fifoOnly = [Topic.ContentBasedDeduplicationAttribute, Topic.FifoThroughputScopeAttribute];

    public string TypeName => "AWS::SNS::Topic";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string>(
    [
        .. s_scalars,
        "TopicName",
        Topic.FifoTopicAttribute,
        "Subscription.Endpoint",
        "Subscription.Protocol",
        "Tags.Key",
        "Tags.Value",
    ]);

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "TopicName", Topic.FifoTopicAttribute };

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "TopicArn", "TopicName" };

    public string? ImportIdentifier => "TopicArn";

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var isFifo = request.Properties.Flag(Topic.FifoTopicAttribute);
        var name = request.Properties.Text("TopicName") ?? request.GeneratedName + (isFifo ? Topic.FifoSuffix : "");
        if (!request.IsRetry && topics.Topics.Any(topic => topic.Arn == $"arn:aws:sns:{options.Region}:{options.AccountId}:{name}"))
        {
            throw new AwsServiceException("AlreadyExists", $"Resource of type 'AWS::SNS::Topic' with identifier '{name}' already exists.");
        }

        var attributes = request.Properties.Attributes(s_scalars, []);
        if (isFifo)
        {
            attributes[Topic.FifoTopicAttribute] = "true";
        }

        var topic = await topics.CreateAsync(
            name,
            attributes,
            request.Properties.Tags(),
            cancellationToken);
        await SubscribeAsync(topic.Arn, request.Properties, cancellationToken);
        return Provisioned(topic.Arn);
    }

    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var attributes = request.Properties.Attributes(s_scalars, []);
        foreach (var name in request.Properties.Flag(Topic.FifoTopicAttribute) ? s_scalars : s_scalars.Except(s_fifoOnly))
        {
            // An empty value takes back what the template no longer has.
            attributes.TryAdd(name, "");
        }

        await topics.SetAttributesAsync(physicalId, attributes, cancellationToken);
        await topics.SetTagsAsync(physicalId, _ => request.Properties.Tags(), cancellationToken);
        await SubscribeAsync(physicalId, request.Properties, cancellationToken);
        return Provisioned(physicalId);
    }

    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        topics.DeleteAsync(physicalId, cancellationToken);

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken)
    {
        if (topics.Topics.FirstOrDefault(topic => topic.Arn == physicalId) is not { } found)
        {
            return Task.FromResult<PresentResource?>(null);
        }

        // Other subscriptions of the topic are resources of their own.
        var own = properties.Objects("Subscription").Where(subscription => topics.SubscriptionsOf(physicalId)
            .Any(item => item.Protocol == subscription.Text("Protocol") && item.Endpoint == subscription.Text("Endpoint")));
        var provisioned = Provisioned(physicalId);
        var present = new JsonObject
        {
            ["TopicName"] = provisioned.Attributes["TopicName"],
            ["Tags"] = PropertyValues.TagList(found.Tags),
            ["Subscription"] = new JsonArray([.. own.Select(subscription => subscription.DeepClone())]),
        };
        return Task.FromResult<PresentResource?>(
            new PresentResource(provisioned.Attributes, present.With(found.Attributes, s_scalars, [])));
    }

    private static ProvisionedResource Provisioned(string arn) =>
        new(arn, new Dictionary<string, string> { ["TopicArn"] = arn, ["TopicName"] = arn[(arn.LastIndexOf(':') + 1)..] });

    private async Task SubscribeAsync(string topicArn, JsonObject properties, CancellationToken cancellationToken)
    {
        foreach (var subscription in (properties["Subscription"] as JsonArray ?? []).OfType<JsonObject>())
        {
            await topics.SubscribeAsync(
                topicArn,
                subscription.RequiredText("Protocol"),
                subscription.RequiredText("Endpoint"),
                new Dictionary<string, string>(),
                cancellationToken);
        }
    }
}
