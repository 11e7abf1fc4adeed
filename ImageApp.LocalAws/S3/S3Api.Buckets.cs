using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using ImageApp.LocalAws.Policies;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

// Buckets and their sub-resources.
internal sealed partial class S3Api
{
    private Task ListBucketsAsync(S3Request request) => WriteAsync(request, new XElement("ListAllMyBucketsResult",
        new XElement("Owner", new XElement("ID", options.AccountId), new XElement("DisplayName", "local")),
        new XElement("Buckets", buckets.Buckets.Select(bucket => new XElement("Bucket", new XElement("Name", bucket.Name), new XElement("CreationDate", Iso(bucket.CreatedAt)))))));

    private async Task CreateBucketAsync(S3Request request)
    {
        await buckets.CreateAsync(request.Bucket, request.Cancelled);
        request.Response.Headers.Location = "/" + request.Bucket;
    }

    private Task DeleteBucketAsync(S3Request request)
    {
        buckets.Delete(request.Bucket);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task HeadBucketAsync(S3Request request)
    {
        buckets.Get(request.Bucket);
        request.Response.Headers["x-amz-bucket-region"] = options.Region;
        return Task.CompletedTask;
    }

    private Task GetLocationAsync(S3Request request)
    {
        buckets.Get(request.Bucket);
        return WriteAsync(request, new XElement("LocationConstraint", options.Region == "us-east-1" ? null : options.Region));
    }

    private async Task BucketDocumentAsync(S3Request request)
    {
        var name = BucketDocuments.Names.Keys.Single(request.Query.ContainsKey);
        var contents = buckets.Get(request.Bucket);
        switch (request.Http.Request.Method)
        {
            case "GET":
                await GetDocumentAsync(request, name, contents.Bucket);
                break;
            case "PUT":
                await PutDocumentAsync(request, name, contents);
                break;
            default:
                await contents.SaveBucketAsync(Without(contents.Bucket, name), request.Cancelled);
                request.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }

    private static async Task GetDocumentAsync(S3Request request, string name, Bucket bucket)
    {
        switch (name)
        {
            case "policy":
                request.Response.ContentType = "application/json";
                await request.Response.WriteAsync(bucket.Policy ?? throw Missing("NoSuchBucketPolicy", "The bucket policy does not exist"), request.Cancelled);
                break;
            case "cors":
                await WriteAsync(request, bucket.CorsRules.Count > 0 ? CorsXml(bucket) : throw Missing("NoSuchCORSConfiguration", "The CORS configuration does not exist"));
                break;
            case "notification":
                await WriteAsync(request, NotificationXml(bucket));
                break;
            case "versioning":
                await WriteAsync(request, bucket.Documents.TryGetValue(name, out var versioning) ? XElement.Parse(versioning) : new XElement("VersioningConfiguration"));
                break;
            default:
                await WriteAsync(request, XElement.Parse(bucket.Documents.GetValueOrDefault(name) ?? throw Missing(
                    name switch
                    {
                        "encryption" => "ServerSideEncryptionConfigurationNotFoundError",
                        "publicAccessBlock" => "NoSuchPublicAccessBlockConfiguration",
                        "ownershipControls" => "OwnershipControlsNotFoundError",
                        "lifecycle" => "NoSuchLifecycleConfiguration",
                        _ => "NoSuchTagSet",
                    },
                    $"The bucket has no {name} configuration")));
                break;
        }
    }

    private async Task PutDocumentAsync(S3Request request, string name, BucketContents contents)
    {
        if (name == "policy")
        {
            var received = await ReceiveAsync(request, contents);
            var path = Path.Combine(contents.DataFolder, received.DataFile);
            var policy = await File.ReadAllTextAsync(path, Encoding.UTF8, request.Cancelled);
            File.Delete(path);
            ResourcePolicy.Validate(policy);
            await contents.SaveBucketAsync(contents.Bucket with { Policy = policy }, request.Cancelled);
            request.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var document = await ReadXmlAsync(request);
        var bucket = contents.Bucket;
        var changed = name switch
        {
            "cors" => bucket with { CorsRules = ParseCors(document) },
            "notification" => bucket with { Notifications = ParseNotifications(document) },
            "versioning" when Child(document, "Status") == "Enabled" => throw new AwsServiceException("NotImplemented", "Local AWS keeps one version of an object; versioning cannot be enabled.", HttpStatusCode.NotImplemented),
            _ => bucket with { Documents = new Dictionary<string, string>(bucket.Documents) { [name] = document.ToString(SaveOptions.DisableFormatting) } },
        };
        if (name == "notification")
        {
            foreach (var notification in changed.Notifications)
            {
                await events.ValidateAsync(bucket, notification, request.Cancelled);
            }
        }

        await contents.SaveBucketAsync(changed, request.Cancelled);
    }

    private static Bucket Without(Bucket bucket, string name) => name switch
    {
        "policy" => bucket with { Policy = null },
        "cors" => bucket with { CorsRules = [] },
        "notification" => bucket with { Notifications = [] },
        _ => bucket with { Documents = bucket.Documents.Where(document => document.Key != name).ToDictionary() },
    };

    private static List<CorsRule> ParseCors(XElement document) => [.. Children(document, "CORSRule").Select(rule => new CorsRule(
        Values(rule, "AllowedOrigin"), Values(rule, "AllowedMethod"), Values(rule, "AllowedHeader"), Values(rule, "ExposeHeader"),
        Child(rule, "MaxAgeSeconds") is { } age ? int.Parse(age, CultureInfo.InvariantCulture) : null))];

    private static XElement CorsXml(Bucket bucket) => new("CORSConfiguration", bucket.CorsRules.Select(rule => new XElement("CORSRule",
        rule.AllowedOrigins.Select(value => new XElement("AllowedOrigin", value)), rule.AllowedMethods.Select(value => new XElement("AllowedMethod", value)),
        rule.AllowedHeaders.Select(value => new XElement("AllowedHeader", value)), rule.ExposeHeaders.Select(value => new XElement("ExposeHeader", value)),
        rule.MaxAgeSeconds is { } age ? new XElement("MaxAgeSeconds", age) : null)));

    private static List<TopicNotification> ParseNotifications(XElement document)
    {
        if (document.Elements().FirstOrDefault(element => element.Name.LocalName != "TopicConfiguration") is { } other)
        {
            throw new AwsServiceException("NotImplemented", $"Local AWS delivers bucket events to topics; {other.Name.LocalName} is not implemented.", HttpStatusCode.NotImplemented);
        }

        return [.. Children(document, "TopicConfiguration").Select(topic =>
        {
            var rules = topic.Descendants().Where(element => element.Name.LocalName == "FilterRule").ToDictionary(rule => Child(rule, "Name")!.ToLowerInvariant(), rule => Child(rule, "Value") ?? "");
            return new TopicNotification(
                Child(topic, "Id") ?? Guid.NewGuid().ToString("N"), Child(topic, "Topic") ?? throw new AwsServiceException("MalformedXML", "A TopicConfiguration lacks its Topic."),
                Values(topic, "Event"), rules.GetValueOrDefault("prefix", ""), rules.GetValueOrDefault("suffix", ""));
        })];
    }

    private static XElement NotificationXml(Bucket bucket) => new("NotificationConfiguration", bucket.Notifications.Select(notification => new XElement("TopicConfiguration",
        new XElement("Id", notification.Id), new XElement("Topic", notification.TopicArn), notification.Events.Select(name => new XElement("Event", name)),
        new XElement("Filter", new XElement("S3Key", new[] { ("prefix", notification.Prefix), ("suffix", notification.Suffix) }.Where(rule => rule.Item2.Length > 0)
            .Select(rule => new XElement("FilterRule", new XElement("Name", rule.Item1), new XElement("Value", rule.Item2))))))));

    private static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements().Where(element => element.Name.LocalName == name);

    private static string? Child(XElement parent, string name) => Children(parent, name).FirstOrDefault()?.Value;

    private static List<string> Values(XElement parent, string name) => [.. Children(parent, name).Select(element => element.Value)];

    private static AwsServiceException Missing(string code, string message) => new(code, message, HttpStatusCode.NotFound);
}
