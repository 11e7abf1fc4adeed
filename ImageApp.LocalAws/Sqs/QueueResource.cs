using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.Sqs;

/// <summary><c>AWS::SQS::Queue</c>.</summary>
internal sealed class QueueResource(QueueStore queues) : IResourceTypeHandler
{
    private static readonly string[] Settable =
    [
        "VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "ReceiveMessageWaitTimeSeconds", "MaximumMessageSize", "RedrivePolicy", "RedriveAllowPolicy",
        "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled",
    ];

    /// <inheritdoc/>
    public string TypeName => "AWS::SQS::Queue";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string>([.. Settable, "RedrivePolicy.*", "RedriveAllowPolicy.*", "QueueName", "Tags.*"]);

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "QueueName" };

    /// <inheritdoc/>
    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken) => Provisioned(await queues.CreateAsync(
        request.Properties.Text("QueueName") ?? request.GeneratedName, Attributes(request), request.Properties.Tags(), cancellationToken));

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var queue = queues.GetByUrl(physicalId);
        await queues.SetAttributesAsync(queue, Attributes(request), cancellationToken);
        return Provisioned(queue);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        if (queues.Queues.FirstOrDefault(queue => physicalId.EndsWith("/" + queue.Queue.Name, StringComparison.Ordinal)) is { } queue)
        {
            queues.Delete(queue);
        }

        return Task.CompletedTask;
    }

    private ProvisionedResource Provisioned(QueueContents queue) => new(queues.UrlOf(queue.Queue), new Dictionary<string, string>
    {
        ["Arn"] = queue.Queue.Arn,
        ["QueueName"] = queue.Queue.Name,
        ["QueueUrl"] = queues.UrlOf(queue.Queue),
    });

    private static Dictionary<string, string> Attributes(ResourceRequest request) => Settable
        .Select(name => (Name: name, Value: request.Properties.Document(name)))
        .Where(attribute => attribute.Value is not null)
        .ToDictionary(attribute => attribute.Name, attribute => attribute.Value!);
}
