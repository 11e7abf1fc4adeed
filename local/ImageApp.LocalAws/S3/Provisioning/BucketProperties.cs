using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3.Provisioning;

/// <summary>A bucket as the properties of <c>AWS::S3::Bucket</c>: the reverse of what <see cref="BucketHandler"/> reads.</summary>
internal static class BucketProperties
{
    /// <summary>What is not configured is left out.</summary>
    public static JsonObject Of(Bucket bucket)
    {
        var properties = new JsonObject { ["BucketName"] = bucket.Name };
        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                properties[name] = value;
            }
        }

        Add(
            "NotificationConfiguration",
            bucket.Notifications is { Count: > 0 } notifications
                ? Notifications(notifications)
                : null);
        Add("CorsConfiguration", bucket.Cors is { } cors ? new JsonObject { ["CorsRules"] = List(cors.Select(Cors)) } : null);
        Add(
            "PublicAccessBlockConfiguration",
            bucket.PublicAccessBlock is { } block
                ? new JsonObject
                {
                    ["BlockPublicAcls"] = block.BlockPublicAcls,
                    ["BlockPublicPolicy"] = block.BlockPublicPolicy,
                    ["IgnorePublicAcls"] = block.IgnorePublicAcls,
                    ["RestrictPublicBuckets"] = block.RestrictPublicBuckets,
                }
                : null);
        Add("BucketEncryption", bucket.Encryption is { } encryption ? Encryption(encryption) : null);
        Add(
            "LifecycleConfiguration",
            bucket.Lifecycle is { } lifecycle ? new JsonObject { ["Rules"] = List(lifecycle.Select(Lifecycle)) } : null);
        Add(
            "OwnershipControls",
            bucket.ObjectOwnership is { } ownership
                ? new JsonObject { ["Rules"] = List([new JsonObject { ["ObjectOwnership"] = ownership }]) }
                : null);
        Add(
            "VersioningConfiguration",
            bucket.TellsVersions ? new JsonObject { ["Status"] = bucket.VersioningEnabled ? "Enabled" : "Suspended" } : null);
        Add("Tags", bucket.Tags is { } tags ? PropertyValues.TagList(tags) : null);
        return properties;
    }

    private static JsonArray List(IEnumerable<JsonObject> items) => new([.. items]);

    private static JsonObject Notifications(IReadOnlyList<NotificationConfiguration> configurations)
    {
        var properties = new JsonObject();
        foreach (var kind in NotificationKind.All)
        {
            var ofKind = configurations.Where(one => kind.IsOf(one.DestinationArn)).ToList();
            if (ofKind.Count > 0)
            {
                properties[kind.Property] = List(ofKind.SelectMany(configuration => Notifications(configuration, kind.ArnProperty)));
            }
        }

        return properties;
    }

    /// <summary>A template gives each event a configuration of its own.</summary>
    private static IEnumerable<JsonObject> Notifications(
        NotificationConfiguration configuration,
        string arn) => configuration.Events.Select(happened =>
    {
        var notification = new JsonObject { ["Event"] = happened, [arn] = configuration.DestinationArn };
        var rules = new[] { (Name: "prefix", Value: configuration.Prefix), (Name: "suffix", Value: configuration.Suffix) }
            .Where(rule => rule.Value.Length > 0)
            .Select(rule => new JsonObject { ["Name"] = rule.Name, ["Value"] = rule.Value })
            .ToList();
        if (rules.Count > 0)
        {
            notification["Filter"] = new JsonObject { ["S3Key"] = new JsonObject { ["Rules"] = List(rules) } };
        }

        return notification;
    });

    private static JsonObject Cors(CorsRule rule)
    {
        var properties = new JsonObject
        {
            ["AllowedMethods"] = Texts(rule.AllowedMethods),
            ["AllowedOrigins"] = Texts(rule.AllowedOrigins),
            ["AllowedHeaders"] = Texts(rule.AllowedHeaders),
            ["ExposedHeaders"] = Texts(rule.ExposeHeaders),
        };
        if (rule.Id is not null)
        {
            properties["Id"] = rule.Id;
        }

        if (rule.MaxAgeSeconds is { } age)
        {
            properties["MaxAge"] = age;
        }

        return properties;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonObject Encryption(BucketEncryption encryption) => new()
    {
        ["ServerSideEncryptionConfiguration"] = List(
        [
            new JsonObject
            {
                ["BucketKeyEnabled"] = encryption.BucketKeyEnabled,
                ["ServerSideEncryptionByDefault"] = new JsonObject { ["SSEAlgorithm"] = BucketEncryption.Algorithm },
            },
        ]),
    };

    private static JsonObject Lifecycle(LifecycleRule rule)
    {
        var properties = new JsonObject
        {
            ["Id"] = rule.Id,
            ["Status"] = rule.IsEnabled ? "Enabled" : "Disabled",
            ["Prefix"] = rule.Prefix,
        };
        if (rule.ExpirationDays is { } days)
        {
            properties["ExpirationInDays"] = days;
        }

        if (rule.ExpiresLoneMarkers)
        {
            properties["ExpiredObjectDeleteMarker"] = true;
        }

        if (rule.NoncurrentDays is not null || rule.NewerNoncurrentVersions is not null)
        {
            var noncurrent = new JsonObject();
            if (rule.NoncurrentDays is { } noncurrentDays)
            {
                noncurrent["NoncurrentDays"] = noncurrentDays;
            }

            if (rule.NewerNoncurrentVersions is { } kept)
            {
                noncurrent["NewerNoncurrentVersions"] = kept;
            }

            properties["NoncurrentVersionExpiration"] = noncurrent;
        }

        if (rule.AbortUploadsAfterDays is { } after)
        {
            properties["AbortIncompleteMultipartUpload"] = new JsonObject { ["DaysAfterInitiation"] = after };
        }

        return properties;
    }
}
