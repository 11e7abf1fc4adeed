using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.LocalAws.S3;

/// <summary><c>AWS::S3::Bucket</c>.</summary>
internal sealed class BucketResource(BucketStore buckets, EventNotifier events) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::S3::Bucket";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string>
    {
        "BucketName", "Tags.*", "BucketEncryption.*", "PublicAccessBlockConfiguration.*", "OwnershipControls.*", "LifecycleConfiguration.*", "CorsConfiguration.*",
        "NotificationConfiguration.TopicConfigurations.Event", "NotificationConfiguration.TopicConfigurations.Topic", "NotificationConfiguration.TopicConfigurations.Filter.*",
    };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "BucketName" };

    /// <inheritdoc/>
    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var name = request.Properties.Text("BucketName") ?? request.GeneratedName.ToLowerInvariant();
        if (buckets.Buckets.Any(bucket => bucket.Name == name))
        {
            throw new AwsServiceException("AlreadyExists", $"{name} already exists");
        }

        await buckets.CreateAsync(name, cancellationToken);
        try
        {
            return await UpdateAsync(name, request, cancellationToken);
        }
        catch
        {
            // A bucket that could not be configured is no resource of the stack; nothing was put into it yet.
            buckets.Delete(name);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var contents = buckets.Get(physicalId);
        var properties = request.Properties;
        var changed = contents.Bucket with
        {
            CorsRules = [.. properties["CorsConfiguration"].Objects("CorsRules").Select(rule => new CorsRule(
                rule.Texts("AllowedOrigins"), rule.Texts("AllowedMethods"), rule.Texts("AllowedHeaders"), rule.Texts("ExposedHeaders"),
                rule.Text("MaxAge") is { } age ? int.Parse(age, CultureInfo.InvariantCulture) : null))],
            Notifications = [.. properties["NotificationConfiguration"].Objects("TopicConfigurations").Select((topic, i) =>
            {
                var rules = topic["Filter"]?["S3Key"].Objects("Rules").ToDictionary(rule => rule.Required("Name").ToLowerInvariant(), rule => rule.Required("Value")) ?? [];
                return new TopicNotification(
                    $"{request.LogicalId}-{i}", topic.Required("Topic"), topic.Texts("Event"), rules.GetValueOrDefault("prefix", ""), rules.GetValueOrDefault("suffix", ""));
            })],
            Documents = Documents(properties),
        };
        foreach (var notification in changed.Notifications.Except(contents.Bucket.Notifications))
        {
            await events.ValidateAsync(contents.Bucket, notification, cancellationToken);
        }

        await contents.SaveBucketAsync(changed, cancellationToken);
        return new ProvisionedResource(physicalId, new Dictionary<string, string>
        {
            ["Arn"] = contents.Bucket.Arn,
            ["DomainName"] = $"{physicalId}.s3.amazonaws.com",
            ["RegionalDomainName"] = $"{physicalId}.s3.amazonaws.com",
            ["WebsiteURL"] = $"http://{physicalId}.s3-website.amazonaws.com",
        });
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        if (buckets.Buckets.Any(bucket => bucket.Name == physicalId))
        {
            buckets.Delete(physicalId);
        }

        return Task.CompletedTask;
    }

    // The API's XML names differ from the template's in places; what the API answers must be its own.
    private static Dictionary<string, string> Documents(JsonObject properties)
    {
        var documents = new Dictionary<string, string>();
        Add("encryption", "ServerSideEncryptionConfiguration", properties["BucketEncryption"]?["ServerSideEncryptionConfiguration"] is JsonArray rules
            ? new JsonObject { ["Rule"] = Renamed(rules, "ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault") }
            : null);
        Add("publicAccessBlock", "PublicAccessBlockConfiguration", properties["PublicAccessBlockConfiguration"]);
        Add("ownershipControls", "OwnershipControls", properties["OwnershipControls"]?["Rules"] is { } ownership ? new JsonObject { ["Rule"] = ownership.DeepClone() } : null);
        Add("lifecycle", "LifecycleConfiguration", properties["LifecycleConfiguration"]?["Rules"] is JsonArray lifecycle ? new JsonObject { ["Rule"] = Renamed(lifecycle, "Id", "ID") } : null);
        Add("tagging", "Tagging", properties["Tags"] is JsonArray tags ? new JsonObject { ["TagSet"] = new JsonObject { ["Tag"] = tags.DeepClone() } } : null);
        return documents;

        void Add(string name, string root, JsonNode? content)
        {
            if (content is not null)
            {
                documents[name] = new XElement(root, Xml(content)).ToString(SaveOptions.DisableFormatting);
            }
        }

        static JsonArray Renamed(JsonArray items, string from, string to) => [.. items.OfType<JsonObject>().Select(item =>
            (JsonNode)new JsonObject(item.Select(field => KeyValuePair.Create(field.Key == from ? to : field.Key, field.Value?.DeepClone()))))];
    }

    private static object? Xml(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field.Value is JsonArray many
            ? many.Select(item => new XElement(field.Key, Xml(item)))
            : [new XElement(field.Key, Xml(field.Value))]),
        _ => node?.ToString(),
    };
}
