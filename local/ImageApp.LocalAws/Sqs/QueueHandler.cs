using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sqs;

/// <summary><c>AWS::SQS::Queue</c>.</summary>
internal sealed class QueueHandler(SqsStore queues, ServiceEndpoint endpoint) : IReadableResourceType
{
    private const int MaximumNameLength = 80;

    private static readonly string[] s_scalars = [.. QueueAttributes.Numbers, "SqsManagedSseEnabled"];
    private static readonly string[] s_documents = ["RedrivePolicy", "RedriveAllowPolicy"];

    public string TypeName => "AWS::SQS::Queue";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string>(
        [.. s_scalars, .. s_documents, .. s_documents.Select(name => name + ".*"), "QueueName", "Tags.Key", "Tags.Value"]);

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "QueueName" };

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "Arn", "QueueName", "QueueUrl" };

    public string? ImportIdentifier => "QueueUrl";

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var name = request.Properties.Text("QueueName") ?? Shortened(request.GeneratedName);
        if (!request.IsRetry && queues.Queues.Any(queue => queue.Name == name))
        {
            throw new AwsServiceException("AlreadyExists", $"Resource of type 'AWS::SQS::Queue' with identifier '{name}' already exists.");
        }

        return Provisioned(await queues.CreateAsync(name, AttributesOf(request.Properties), request.Properties.Tags(), cancellationToken));
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

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken) =>
        Task.FromResult(
            queues.FindByUrl(physicalId) is { } queue
                ? new PresentResource(Provisioned(queue).Attributes, Read(queue))
                : null);

    private static JsonObject Read(Queue queue)
    {
        var properties = new JsonObject { ["QueueName"] = queue.Name, ["Tags"] = PropertyValues.TagList(queue.State.Tags) };
        foreach (var name in QueueAttributes.Numbers)
        {
            properties[name] = queue.Number(name);
        }

        return properties.With(queue.State.Attributes, s_scalars.Except(QueueAttributes.Numbers), s_documents);
    }

    private static Dictionary<string, string> AttributesOf(JsonObject properties) => properties.Attributes(s_scalars, s_documents);

    // The end of a generated name is what makes it unique.
    private static string Shortened(string name) =>
        name.Length <= MaximumNameLength ? name : name[..(MaximumNameLength - 20)] + name[^20..];

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
