using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3.Provisioning;

/// <summary>The resource type <c>AWS::S3::Bucket</c> (CloudFormation Template Reference).</summary>
internal sealed class BucketHandler(S3Store store, NotificationTargets targets, LocalAwsOptions options) : IReadableResourceType
{
    private const int MaximumNameLength = 63;

    public string TypeName => "AWS::S3::Bucket";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string>(
    [
        "BucketName",
        .. NotificationKind.All.SelectMany(kind =>
            new[] { "Event", kind.ArnProperty, "Filter.S3Key.Rules.Name", "Filter.S3Key.Rules.Value" }
                .Select(property => $"NotificationConfiguration.{kind.Property}.{property}")),
        "CorsConfiguration.CorsRules.AllowedHeaders",
        "CorsConfiguration.CorsRules.AllowedMethods",
        "CorsConfiguration.CorsRules.AllowedOrigins",
        "CorsConfiguration.CorsRules.ExposedHeaders",
        "CorsConfiguration.CorsRules.Id",
        "CorsConfiguration.CorsRules.MaxAge",
        "PublicAccessBlockConfiguration.BlockPublicAcls",
        "PublicAccessBlockConfiguration.BlockPublicPolicy",
        "PublicAccessBlockConfiguration.IgnorePublicAcls",
        "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        "BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled",
        "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.SSEAlgorithm",
        "LifecycleConfiguration.Rules.Id",
        "LifecycleConfiguration.Rules.Status",
        "LifecycleConfiguration.Rules.Prefix",
        "LifecycleConfiguration.Rules.ExpirationInDays",
        "LifecycleConfiguration.Rules.ExpiredObjectDeleteMarker",
        "LifecycleConfiguration.Rules.NoncurrentVersionExpiration.NoncurrentDays",
        "LifecycleConfiguration.Rules.NoncurrentVersionExpiration.NewerNoncurrentVersions",
        "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload.DaysAfterInitiation",
        "OwnershipControls.Rules.ObjectOwnership",
        "VersioningConfiguration.Status",
        "Tags.Key",
        "Tags.Value",
    ]);

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "BucketName" };

    public IReadOnlySet<string> Attributes { get; } = new HashSet<string> { "Arn", "DomainName", "RegionalDomainName" };

    public string? ImportIdentifier => "BucketName";

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var name = request.Properties.Text("BucketName") ?? GeneratedName(request.GeneratedName);
        S3Address.RequireBucketName(name);
        var bucket = await ConfigureAsync(new Bucket { Name = name }, request.Properties, cancellationToken);
        if (await store.CreateBucketAsync(bucket))
        {
            return Provisioned(name);
        }

        return request.IsRetry || options.TakesOverKeptBuckets
            ? await UpdateAsync(name, request, cancellationToken)
            : throw new AwsServiceException("AlreadyExists", $"{name} already exists", System.Net.HttpStatusCode.Conflict);
    }

    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var configured = await ConfigureAsync(store.GetBucket(physicalId), request.Properties, cancellationToken);
        // The policy is a resource of its own, and may have changed meanwhile.
        await store.UpdateBucketAsync(physicalId, present => configured with { Policy = present.Policy, CreatedAt = present.CreatedAt });
        return Provisioned(physicalId);
    }

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteBucketAsync(physicalId);
        }
        catch (AwsServiceException exception) when (exception.Code == "NoSuchBucket")
        {
        }
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken) =>
        Task.FromResult(
            store.FindBucket(physicalId) is { } bucket
                ? new PresentResource(Provisioned(physicalId).Attributes, BucketProperties.Of(bucket))
                : null);

    private ProvisionedResource Provisioned(string name) => new(name, new Dictionary<string, string>
    {
        ["Arn"] = Bucket.ArnOf(name),
        ["DomainName"] = $"{name}.s3.amazonaws.com",
        ["RegionalDomainName"] = $"{name}.s3.{options.Region}.amazonaws.com",
    });

    private static string GeneratedName(string generated)
    {
        // The suffix at the end is what makes it unique.
        var name = new string([.. generated.ToLowerInvariant().Select(unit => char.IsAsciiLetterOrDigit(unit) ? unit : '-')]);
        var cut = name.LastIndexOf('-');
        return name.Length <= MaximumNameLength ? name : name[..(MaximumNameLength - (name.Length - cut))].TrimEnd('-') + name[cut..];
    }

    private async Task<Bucket> ConfigureAsync(Bucket bucket, JsonObject properties, CancellationToken cancellationToken)
    {
        var notification = properties.Object("NotificationConfiguration");
        var notifications = NotificationConfiguration.Validate([
            .. NotificationKind.All.SelectMany(kind =>
                (notification?.Objects(kind.Property) ?? []).Select(one => Notification(one, kind.ArnProperty))),
        ]);
        if (properties.Object("VersioningConfiguration")?.Text("Status") is { } versioning)
        {
            bucket = BucketConfigurationOperations.WithVersioning(bucket, versioning);
        }
        else if (bucket.VersioningEnabled)
        {
            // A template that says nothing of it any more leaves the versions that there are.
            bucket = BucketConfigurationOperations.WithVersioning(bucket, "Suspended");
        }

        var ownership = properties.Object("OwnershipControls")?.Objects("Rules").FirstOrDefault()?.RequiredText("ObjectOwnership");
        if (ownership is not null)
        {
            BucketConfigurationOperations.RequireOwnership(ownership);
        }

        var configured = bucket with
        {
            Notifications = notifications,
            Cors = properties.Object("CorsConfiguration") is { } cors
                ? CorsRule.Validate([.. cors.Objects("CorsRules").Select(Cors)])
                : null,
            PublicAccessBlock = properties.Object("PublicAccessBlockConfiguration") is { } block
                ? new PublicAccessBlock(
                    block.Flag("BlockPublicAcls"),
                    block.Flag("IgnorePublicAcls"),
                    block.Flag("BlockPublicPolicy"),
                    block.Flag("RestrictPublicBuckets"))
                : null,
            Encryption = properties.Object("BucketEncryption") is { } encryption ? Encryption(encryption) : null,
            Lifecycle = properties.Object("LifecycleConfiguration") is { } lifecycle
                ? LifecycleRule.Validate([.. lifecycle.Objects("Rules").Select(Lifecycle)])
                : null,
            ObjectOwnership = ownership,
            Tags = properties["Tags"] is null
                ? null
                : properties.Objects("Tags").ToDictionary(tag => tag.RequiredText("Key"), tag => tag.Text("Value") ?? ""),
        };
        if (!notifications.Select(Route).SequenceEqual((bucket.Notifications ?? []).Select(Route)))
        {
            // Validation sends each topic a test event, which an update of something else must not.
            await targets.ValidateAsync(bucket.Name, notifications, Guid.NewGuid().ToString("N"), "", cancellationToken);
        }

        return configured;
    }

    private static (string, string, string, string) Route(NotificationConfiguration notification) =>
        (notification.DestinationArn, notification.Prefix, notification.Suffix, string.Join(',', notification.Events));

    private static NotificationConfiguration Notification(JsonObject properties, string destination)
    {
        var rules = properties.Object("Filter")?.Object("S3Key")?.Objects("Rules").ToList() ?? [];
        string Rule(string name) =>
            rules.FirstOrDefault(rule => rule.RequiredText("Name").Equals(name, StringComparison.OrdinalIgnoreCase))?.Text("Value") ?? "";
        if (rules.FirstOrDefault(rule => rule.RequiredText("Name").ToLowerInvariant() is not ("prefix" or "suffix")) is { } unknown)
        {
            throw S3Errors.InvalidArgument($"filter rule name must be either prefix or suffix, not '{unknown.Text("Name")}'.");
        }

        return new NotificationConfiguration
        {
            Id = "",
            DestinationArn = properties.RequiredText(destination),
            Events = [properties.RequiredText("Event")],
            Prefix = Rule("prefix"),
            Suffix = Rule("suffix"),
        };
    }

    private static CorsRule Cors(JsonObject properties) => new()
    {
        Id = properties.Text("Id"),
        AllowedHeaders = properties.Texts("AllowedHeaders"),
        AllowedMethods = properties.Texts("AllowedMethods"),
        AllowedOrigins = properties.Texts("AllowedOrigins"),
        ExposeHeaders = properties.Texts("ExposedHeaders"),
        MaxAgeSeconds = properties.Number("MaxAge"),
    };

    private static BucketEncryption Encryption(JsonObject properties)
    {
        var rule =
            properties.Objects("ServerSideEncryptionConfiguration").FirstOrDefault()
            ?? throw new AwsServiceException("ValidationError", "The property ServerSideEncryptionConfiguration needs one rule.");
        BucketEncryption.Require(rule.Object("ServerSideEncryptionByDefault")?.RequiredText("SSEAlgorithm") ?? BucketEncryption.Algorithm);
        return new BucketEncryption(rule.Flag("BucketKeyEnabled"));
    }

    private static LifecycleRule Lifecycle(JsonObject properties) => new()
    {
        Id = properties.Text("Id") ?? "",
        IsEnabled = LifecycleRule.ParseStatus(properties.RequiredText("Status")),
        Prefix = properties.Text("Prefix") ?? "",
        ExpirationDays = properties.Number("ExpirationInDays"),
        ExpiresLoneMarkers = properties.Flag("ExpiredObjectDeleteMarker"),
        NoncurrentDays = properties.Object("NoncurrentVersionExpiration")?.Number("NoncurrentDays"),
        NewerNoncurrentVersions = properties.Object("NoncurrentVersionExpiration")?.Number("NewerNoncurrentVersions"),
        AbortUploadsAfterDays = properties.Object("AbortIncompleteMultipartUpload")?.Number("DaysAfterInitiation"),
    };
}
