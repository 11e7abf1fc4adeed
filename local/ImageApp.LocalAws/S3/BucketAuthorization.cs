using System.Net;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// Who may do what with a bucket: the account's own signed requests everything its policy does not deny; unsigned ones only
/// what it allows to everybody (S3 User Guide, "How Amazon S3 authorizes a request").
/// </summary>
internal sealed class BucketAuthorization(S3Store store, LocalAwsOptions options, TimeProvider time)
{
    /// <summary>What the owner may always do, so that a policy cannot lock everybody out (S3 API Reference, PutBucketPolicy).</summary>
    private static readonly string[] OwnerActions = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

    /// <summary>Checks an action on a bucket, or on the object of a key.</summary>
    /// <exception cref="AwsServiceException"><c>AccessDenied</c>, naming action and ARN.</exception>
    public void Require(S3Request request, string action, string bucketName, string key)
    {
        var bucket = store.FindBucket(bucketName);
        var arn = bucketName.Length == 0 ? "*" : key.Length == 0 ? Bucket.ArnOf(bucketName) : $"{Bucket.ArnOf(bucketName)}/{key}";
        var principal = request.IsAnonymous ? "*" : $"arn:aws:iam::{options.AccountId}:root";
        var decision = bucket?.Policy is { } policy
            ? ResourcePolicy.Evaluate(
                policy,
                new PolicyRequest(principal, action, arn, Context(request, bucketName, key)) { At = time.GetUtcNow() })
            : PolicyDecision.ImplicitDeny;
        if (request.IsAnonymous)
        {
            if (decision != PolicyDecision.Allow || bucket!.PublicAccessBlock is { RestrictPublicBuckets: true })
            {
                throw Denied($"an unsigned caller is not authorized to perform {action} on \"{arn}\": {Reason(bucket, decision)}");
            }
        }
        else if (decision == PolicyDecision.ExplicitDeny && !OwnerActions.Contains(action))
        {
            throw Denied(
                $"{principal} is not authorized to perform {action} on \"{arn}\" with an explicit deny in a resource-based policy");
        }
    }

    private static string Reason(Bucket? bucket, PolicyDecision decision) =>
        decision switch
        {
            PolicyDecision.Allow => "the bucket's public access block restricts public buckets",
            PolicyDecision.ExplicitDeny => "the bucket's policy denies it",
            _ => bucket?.Policy is null
                ? "the bucket has no policy that allows it; sign the request"
                : "no statement of the bucket's policy allows it; sign the request",
        };

    private static AwsServiceException Denied(string why) => new("AccessDenied", $"Access Denied: {why}", HttpStatusCode.Forbidden);

    private Dictionary<string, string> Context(S3Request request, string bucketName, string key)
    {
        var context = new Dictionary<string, string>
        {
            // Loopback: nothing between the client and this process can read along.
            ["aws:SecureTransport"] = "true",
            ["aws:SourceIp"] = request.Http.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "127.0.0.1",
        };
        if (!request.IsAnonymous)
        {
            context["aws:PrincipalAccount"] = options.AccountId;
            context["aws:PrincipalArn"] = $"arn:aws:iam::{options.AccountId}:root";
        }

        foreach (var name in new[] { "prefix", "delimiter", "max-keys" })
        {
            if (request.Query(name) is { } value)
            {
                context["s3:" + name] = value;
            }
        }

        foreach (
            var name in new[]
            {
                "x-amz-acl",
                "x-amz-content-sha256",
                "x-amz-metadata-directive",
                "x-amz-server-side-encryption",
                "x-amz-server-side-encryption-customer-algorithm",
                "x-amz-storage-class",
                "x-amz-copy-source",
            })
        {
            if (request.Header(name) is { } value)
            {
                context["s3:" + name] = value;
            }
        }

        AddTags(context, request, bucketName, key);
        return context;
    }

    // Of the object that is there, and of the one that is sent (S3 User Guide, "Tagging and access control policies").
    private void AddTags(Dictionary<string, string> context, S3Request request, string bucketName, string key)
    {
        var existing = key.Length == 0 ? null : store.Find(bucketName, key)?.Tags;
        foreach (var (name, value) in existing ?? new Dictionary<string, string>())
        {
            context["s3:ExistingObjectTag/" + name] = value;
        }

        if (key == request.Key && TagSet.ParseHeader(request.Header("x-amz-tagging")) is { } sent)
        {
            foreach (var (name, value) in sent)
            {
                context["s3:RequestObjectTag/" + name] = value;
            }
        }
    }
}
