using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sns;

/// <summary><c>AWS::SNS::Topic</c>.</summary>
internal sealed class TopicResource(TopicStore topics) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::SNS::Topic";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "TopicName", "DisplayName", "KmsMasterKeyId", "Tags.*" };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "TopicName" };

    /// <inheritdoc/>
    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var name = request.Properties.Text("TopicName") ?? request.GeneratedName;
        return Provisioned(await topics.CreateAsync(name, Attributes(request), request.Properties.Tags(), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(physicalId) with { Attributes = Attributes(request), Tags = request.Properties.Tags() };
        await topics.SaveAsync(topic, cancellationToken);
        return Provisioned(topic);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        topics.Delete(physicalId);
        return Task.CompletedTask;
    }

    private static Dictionary<string, string> Attributes(ResourceRequest request) => new[] { "DisplayName", "KmsMasterKeyId" }
        .Select(name => (Name: name, Value: request.Properties.Text(name)))
        .Where(attribute => attribute.Value is not null)
        .ToDictionary(attribute => attribute.Name, attribute => attribute.Value!);

    private static ProvisionedResource Provisioned(Topic topic) => new(topic.Arn, new Dictionary<string, string> { ["TopicArn"] = topic.Arn, ["TopicName"] = topic.Name });
}
