using System.Net;
using System.Text;
using System.Xml.Linq;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.S3.Store;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>Operations on a bucket's configuration: one trio of get, put and delete for each sub-resource.</summary>
internal sealed class BucketConfigurationOperations(S3Store store, NotificationTargets targets)
{
    private const string Enabled = "Enabled";
    private const string Suspended = "Suspended";

    /// <summary>What every new bucket has: no ACLs.</summary>
    public const string OwnerEnforced = "BucketOwnerEnforced";

    private static readonly string[] Ownerships = [OwnerEnforced];

    public Task GetCorsAsync(S3Request request, CancellationToken cancellationToken) =>
        WriteAsync(
            request,
            CorsRule.Render(Configured(request).Cors ?? throw Missing("NoSuchCORSConfiguration", "The CORS configuration does not exist")),
            cancellationToken);

    public async Task PutCorsAsync(S3Request request, CancellationToken cancellationToken)
    {
        var rules = CorsRule.Parse(await request.ReadRequiredXmlAsync("CORSConfiguration", cancellationToken));
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { Cors = rules });
    }

    public Task DeleteCorsAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { Cors = null });

    public Task GetNotificationAsync(S3Request request, CancellationToken cancellationToken) =>
        WriteAsync(request, NotificationConfiguration.Render(Configured(request).Notifications ?? []), cancellationToken);

    public async Task PutNotificationAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        var document = await request.ReadRequiredXmlAsync("NotificationConfiguration", cancellationToken);
        var configurations = NotificationConfiguration.Parse(document);
        if (request.Header("x-amz-skip-destination-validation") is not "true")
        {
            await targets.ValidateAsync(
                request.Bucket,
                configurations,
                request.RequestId,
                request.Response.Headers["x-amz-id-2"].ToString(),
                cancellationToken);
        }

        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { Notifications = configurations });
    }

    public async Task GetPolicyAsync(S3Request request, CancellationToken cancellationToken)
    {
        var policy = Configured(request).Policy ?? throw Missing("NoSuchBucketPolicy", "The bucket policy does not exist");
        request.Response.ContentType = "application/json";
        await request.Response.WriteAsync(policy, cancellationToken);
    }

    public async Task PutPolicyAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        var policy = Encoding.UTF8.GetString(await request.ReadDocumentAsync(cancellationToken));
        ResourcePolicy.Validate(policy);
        RequirePublicAllowed(store.GetBucket(request.Bucket), policy);
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { Policy = policy });
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public Task DeletePolicyAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { Policy = null });

    public Task GetPolicyStatusAsync(S3Request request, CancellationToken cancellationToken)
    {
        var policy = Configured(request).Policy ?? throw Missing("NoSuchBucketPolicy", "The bucket policy does not exist");
        return WriteAsync(
            request,
            S3Xml.Element("PolicyStatus", S3Xml.Element("IsPublic", ResourcePolicy.IsPublic(policy))),
            cancellationToken);
    }

    /// <summary>Refuses a policy for everybody where the bucket blocks such.</summary>
    /// <exception cref="AwsServiceException"><c>AccessDenied</c>.</exception>
    public static void RequirePublicAllowed(Bucket bucket, string policy)
    {
        if (bucket.PublicAccessBlock is { BlockPublicPolicy: true } && ResourcePolicy.IsPublic(policy))
        {
            throw new AwsServiceException(
                "AccessDenied",
                $"s3:PutBucketPolicy on \"{Bucket.ArnOf(bucket.Name)}\" is denied because public policies are prevented by the "
                + "BlockPublicPolicy setting in S3 Block Public Access.",
                HttpStatusCode.Forbidden);
        }
    }

    public Task GetPublicAccessBlockAsync(S3Request request, CancellationToken cancellationToken) =>
        WriteAsync(
            request,
            (
                Configured(request).PublicAccessBlock
                ?? throw Missing("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")).Render(),
            cancellationToken);

    public async Task PutPublicAccessBlockAsync(S3Request request, CancellationToken cancellationToken)
    {
        var block = PublicAccessBlock.Parse(await request.ReadRequiredXmlAsync("PublicAccessBlockConfiguration", cancellationToken));
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { PublicAccessBlock = block });
    }

    public Task DeletePublicAccessBlockAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { PublicAccessBlock = null });

    public Task GetEncryptionAsync(S3Request request, CancellationToken cancellationToken) =>
        // Every bucket has SSE-S3, whether configured or not (since January 2023).
        WriteAsync(request, (Configured(request).Encryption ?? new BucketEncryption(false)).Render(), cancellationToken);

    public async Task PutEncryptionAsync(S3Request request, CancellationToken cancellationToken)
    {
        var encryption = BucketEncryption.Parse(await request.ReadRequiredXmlAsync("ServerSideEncryptionConfiguration", cancellationToken));
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { Encryption = encryption });
    }

    public Task DeleteEncryptionAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { Encryption = null });

    public Task GetLifecycleAsync(S3Request request, CancellationToken cancellationToken) =>
        WriteAsync(
            request,
            LifecycleRule.Render(
                Configured(request).Lifecycle ?? throw Missing("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
            ),
            cancellationToken);

    public async Task PutLifecycleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var rules = LifecycleRule.Parse(await request.ReadRequiredXmlAsync("LifecycleConfiguration", cancellationToken));
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { Lifecycle = rules });
    }

    public Task DeleteLifecycleAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { Lifecycle = null });

    public Task GetOwnershipAsync(S3Request request, CancellationToken cancellationToken)
    {
        var ownership =
            Configured(request).ObjectOwnership
            ?? throw Missing("OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
        return WriteAsync(
            request,
            S3Xml.Element("OwnershipControls", S3Xml.Element("Rule", S3Xml.Element("ObjectOwnership", ownership))),
            cancellationToken);
    }

    public async Task PutOwnershipAsync(S3Request request, CancellationToken cancellationToken)
    {
        var document = await request.ReadRequiredXmlAsync("OwnershipControls", cancellationToken);
        var ownership =
            document.Child("Rule")?.RequiredText("ObjectOwnership") ?? throw S3Errors.MalformedXml("OwnershipControls must have one Rule.");
        RequireOwnership(ownership);
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { ObjectOwnership = ownership });
    }

    public Task DeleteOwnershipAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { ObjectOwnership = null });

    public Task GetTaggingAsync(S3Request request, CancellationToken cancellationToken) =>
        WriteAsync(
            request,
            TagSet.Render(Configured(request).Tags ?? throw Missing("NoSuchTagSet", "The TagSet does not exist")),
            cancellationToken);

    public async Task PutTaggingAsync(S3Request request, CancellationToken cancellationToken)
    {
        var tags = TagSet.Parse(await request.ReadRequiredXmlAsync("Tagging", cancellationToken), TagSet.MaximumOfBucket);
        await store.UpdateBucketAsync(request.Bucket, bucket => bucket with { Tags = tags });
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public Task DeleteTaggingAsync(S3Request request, CancellationToken cancellationToken) =>
        DeleteAsync(request, bucket => bucket with { Tags = null });

    public Task GetVersioningAsync(S3Request request, CancellationToken cancellationToken)
    {
        var bucket = Configured(request);
        var status = bucket.VersioningEnabled ? Enabled : bucket.VersioningSuspended ? Suspended : null;
        return WriteAsync(
            request,
            S3Xml.Element("VersioningConfiguration", status is null ? null : S3Xml.Element("Status", status)),
            cancellationToken);
    }

    public async Task PutVersioningAsync(S3Request request, CancellationToken cancellationToken)
    {
        var document = await request.ReadRequiredXmlAsync("VersioningConfiguration", cancellationToken);
        if (document.Text("MfaDelete") is "Enabled")
        {
            throw S3Errors.NotImplemented("MfaDelete in VersioningConfiguration");
        }

        var status = document.Text("Status") ?? throw new AwsServiceException(
            "IllegalVersioningConfigurationException",
            "The Versioning element must be specified");
        await store.UpdateBucketAsync(request.Bucket, bucket => WithVersioning(bucket, status));
    }

    /// <summary>A bucket with another state of versioning.</summary>
    /// <exception cref="AwsServiceException">There is no such state, or the bucket has locks.</exception>
    public static Bucket WithVersioning(Bucket bucket, string status) => status switch
    {
        Enabled => bucket with { VersioningEnabled = true, VersioningSuspended = false },
        Suspended when bucket.ObjectLock is not null => throw new AwsServiceException(
            "InvalidBucketState",
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
            HttpStatusCode.Conflict),
        Suspended => bucket with { VersioningEnabled = false, VersioningSuspended = true },
        _ => throw S3Errors.MalformedXml($"the Status of a VersioningConfiguration is '{status}'; allowed are {Enabled} and {Suspended}."),
    };

    /// <exception cref="AwsServiceException">It is not one that local S3, which has no ACLs, can honour.</exception>
    public static void RequireOwnership(string ownership)
    {
        if (!Ownerships.Contains(ownership))
        {
            throw S3Errors.NotImplemented(
                $"ObjectOwnership '{ownership}' (only {string.Join(", ", Ownerships)} is: local S3 has no ACLs), which");
        }
    }

    private Bucket Configured(S3Request request) => store.GetBucket(request.Bucket);

    private static Task WriteAsync(S3Request request, XElement document, CancellationToken cancellationToken) =>
        request.WriteXmlAsync(document, cancellationToken);

    private async Task DeleteAsync(S3Request request, Func<Bucket, Bucket> change)
    {
        await store.UpdateBucketAsync(request.Bucket, change);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static AwsServiceException Missing(string code, string message) => new(code, message, HttpStatusCode.NotFound);
}
