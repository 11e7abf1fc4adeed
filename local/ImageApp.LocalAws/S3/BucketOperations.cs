using System.Net;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>Operations on buckets as such.</summary>
internal sealed class BucketOperations(S3Store store, LocalAwsOptions options)
{
    private const string DefaultRegion = "us-east-1";

    public async Task ListAsync(S3Request request, CancellationToken cancellationToken)
    {
        var prefix = request.Query("prefix") ?? "";
        var after = request.Query("continuation-token") ?? "";
        var maximum = request.QueryNumber("max-buckets", 1, 10_000) ?? int.MaxValue;
        var matching = store
            .ListBuckets()
            .Where(bucket => bucket.Name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(bucket.Name, after) > 0)
            .ToList();
        var page = matching.Take(maximum).ToList();
        await request.WriteXmlAsync(
            S3Xml.Element(
                "ListAllMyBucketsResult",
                S3Xml.Element(
                    "Buckets",
                    page.Select(bucket =>
                        S3Xml.Element(
                            "Bucket",
                            S3Xml.Element("Name", bucket.Name),
                            S3Xml.Element("CreationDate", S3Xml.Timestamp(bucket.CreatedAt)),
                            S3Xml.Element("BucketRegion", options.Region)))),
                Owner(),
                page.Count < matching.Count ? S3Xml.Element("ContinuationToken", page[^1].Name) : null,
                prefix.Length > 0 ? S3Xml.Element("Prefix", prefix) : null),
            cancellationToken);
    }

    public async Task CreateAsync(S3Request request, CancellationToken cancellationToken)
    {
        S3Address.RequireBucketName(request.Bucket);
        if (request.Header("x-amz-acl") is { } acl and not "private")
        {
            throw new AwsServiceException(
                "InvalidBucketAclWithObjectOwnership",
                $"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting: x-amz-acl is '{acl}'.");
        }

        ObjectRequestHeaders.RequireOwnersAcl(request);
        var ownership = request.Header("x-amz-object-ownership");
        if (ownership is not null)
        {
            BucketConfigurationOperations.RequireOwnership(ownership);
        }

        var locks = request.Header("x-amz-bucket-object-lock-enabled")?.Equals("true", StringComparison.OrdinalIgnoreCase) == true;
        IReadOnlyDictionary<string, string>? tags = null;
        if (await request.ReadXmlAsync("CreateBucketConfiguration", cancellationToken) is { } configuration)
        {
            tags = configuration.Child("Tags") is { } set ? TagSet.ParseTags(set, TagSet.MaximumOfBucket) : null;
            configuration.RefuseOthers("LocationConstraint", "Tags");
            if (configuration.Text("LocationConstraint") is { Length: > 0 } location && location != options.Region)
            {
                throw new AwsServiceException(
                    "IllegalLocationConstraintException",
                    $"The {location} location constraint is incompatible for the region specific endpoint this request was sent to: "
                    + $"{options.Region}.");
            }
        }

        var draft = new Bucket
        {
            Name = request.Bucket,
            ObjectOwnership = ownership ?? BucketConfigurationOperations.OwnerEnforced,
            VersioningEnabled = locks,
            ObjectLock = locks ? new ObjectLockConfiguration() : null,
            Tags = tags,
        };
        if (!await store.CreateBucketAsync(draft) && options.Region != DefaultRegion)
        {
            // us-east-1 alone answers 200 for a bucket one owns already.
            throw new AwsServiceException(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                HttpStatusCode.Conflict);
        }

        request.Response.Headers.Location = "/" + request.Bucket;
    }

    public Task HeadAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        request.Response.Headers["x-amz-bucket-region"] = options.Region;
        return Task.CompletedTask;
    }

    public async Task DeleteAsync(S3Request request, CancellationToken cancellationToken)
    {
        await store.DeleteBucketAsync(request.Bucket);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task GetLocationAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        await request.WriteXmlAsync(
            S3Xml.Element("LocationConstraint", options.Region == DefaultRegion ? null : options.Region),
            cancellationToken);
    }

    private System.Xml.Linq.XElement Owner() => S3Xml.Element("Owner", S3Xml.Element("ID", options.AccountId));
}
