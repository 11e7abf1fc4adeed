using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sqs;

/// <summary><c>AWS::SQS::Queue</c>.</summary>
internal sealed class QueueHandler(SqsStore queues, ServiceEndpoint endpoint) : IReadableResourceType
{
    private const int MaximumNameLength = 80;

    private static readonly string[] s_scalars = [.. QueueAttributes.Scalars];
    private static readonly string[] s_documents = ["RedrivePolicy", "RedriveAllowPolicy"];

    public string TypeName => "AWS::SQS::Queue";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string>(
        [.. s_scalars, .. s_documents, .. s_documents.Select(name => name + ".*"), "QueueName", "Tags.Key", "Tags.Value"]);

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "QueueName", QueueAttributes.FifoQueue };

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "Arn", "QueueName", "QueueUrl" };

    public string? ImportIdentifier => "QueueUrl";

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var attributes = AttributesOf(request.Properties);
        var name = request.Properties.Text("QueueName")
            ?? Shortened(request.GeneratedName, attributes.ContainsKey(QueueAttributes.FifoQueue) ? SqsStore.FifoSuffix : "");
        if (!request.IsRetry && queues.Queues.Any(queue => queue.Name == name))
        {
            throw new AwsServiceException("AlreadyExists", $"Resource of type 'AWS::SQS::Queue' with identifier '{name}' already exists.");
        }

        return Provisioned(await queues.CreateAsync(name, attributes, request.Properties.Tags(), cancellationToken));
    }

    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var queue = queues.GetByUrl(physicalId);
        await queues.ReplaceAttributesAsync(queue, AttributesOf(request.Properties), cancellationToken);
        await queues.SetTagsAsync(queue, _ => request.Properties.Tags(), cancellationToken);
        return Provisioned(queue);
    }

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        if (queues.FindByUrl(physicalId) is { } queue)
        {
            await queues.DeleteAsync(queue);
        }
    }

    private static Dictionary<string, string> AttributesOf(JsonObject properties)
    {
        var attributes = properties.Attributes(s_scalars, s_documents);
        if (attributes.GetValueOrDefault(QueueAttributes.FifoQueue) == QueueAttributes.False)
        {
            // In a template it may be written out; the API knows only queues with the attribute and without.
            attributes.Remove(QueueAttributes.FifoQueue);
        }

        return attributes;
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken) =>
        Task.FromResult(
            queues.FindByUrl(physicalId) is { } queue
                ? new PresentResource(Provisioned(queue).Attributes, Read(queue))
                : null);

    private static JsonObject Read(Queue queue)
    {
        var properties = new JsonObject { ["QueueName"] = queue.Name, ["Tags"] = PropertyValues.TagList(queue.State.Tags) };
        var attributes = QueueAttributes.Effective(queue.State.Attributes);
        attributes.TryAdd(QueueAttributes.FifoQueue, QueueAttributes.False);
        foreach (var name in QueueAttributes.Numbers.Where(attributes.ContainsKey))
        {
            properties[name] = QueueAttributes.Number(attributes, name);
        }

        return properties.With(attributes, s_scalars.Except(QueueAttributes.Numbers), s_documents);
    }

    // The end of a generated name is what makes it unique.
    private static string Shortened(string name, string suffix) =>
        (name.Length + suffix.Length <= MaximumNameLength ? name : name[..(MaximumNameLength - 20 - suffix.Length)] + name[^20..]) + suffix;

    private ProvisionedResource Provisioned(Queue queue)
    {
        var url = queues.UrlOf(queue, endpoint.Uri);
        return new ProvisionedResource(
            url,
            new Dictionary<string, string>
            {
                ["Arn"] = queue.Arn,
                ["QueueName"] = queue.Name,
                ["QueueUrl"] = url,
            });
    }
}
