using System.Net;

namespace ImageApp.LocalAws.S3;

/// <summary>Which operation a request is, by its method, whether it has a key, and its sub-resource.</summary>
internal sealed class S3OperationTable
{
    /// <summary>Query parameters that name a sub-resource; a request has at most one.</summary>
    private static readonly string[] SubResources =
    [
        "abac",
        "accelerate",
        "acl",
        "analytics",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "legal-hold",
        "lifecycle",
        "location",
        "logging",
        "metadataConfiguration",
        "metadataTable",
        "metrics",
        "notification",
        "object-lock",
        "ownershipControls",
        "policy",
        "policyStatus",
        "publicAccessBlock",
        "renameObject",
        "replication",
        "requestPayment",
        "restore",
        "retention",
        "select",
        "session",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versioning",
        "versions",
        "website",
    ];

    private readonly Dictionary<(string Method, bool HasKey, string SubResource), S3Operation> _operations;
    private readonly S3Operation _listBuckets;
    private readonly S3Operation _listObjects;
    private readonly S3Operation _copyObject;
    private readonly S3Operation _uploadPartCopy;

    public S3OperationTable(
        BucketOperations buckets,
        BucketConfigurationOperations configuration,
        ListOperations lists,
        VersionOperations versions,
        ObjectOperations objects,
        CopyOperations copies,
        ObjectTaggingOperations tagging,
        ObjectAttributesOperations attributes,
        ObjectLockOperations locks,
        AclOperations acls,
        PostObjectOperations forms,
        MultipartOperations uploads)
    {
        _listBuckets = new("ListBuckets", "s3:ListAllMyBuckets", buckets.ListAsync);
        _listObjects = new("ListObjects", "s3:ListBucket", lists.ListV1Async);
        _copyObject = new("CopyObject", "s3:PutObject", copies.CopyAsync);
        _uploadPartCopy = new("UploadPartCopy", "s3:PutObject", uploads.CopyPartAsync);
        _operations = new()
        {
            [("PUT", false, "")] = new("CreateBucket", "s3:CreateBucket", buckets.CreateAsync),
            [("HEAD", false, "")] = new("HeadBucket", "s3:ListBucket", buckets.HeadAsync),
            [("DELETE", false, "")] = new("DeleteBucket", "s3:DeleteBucket", buckets.DeleteAsync),
            [("GET", false, "location")] = new("GetBucketLocation", "s3:GetBucketLocation", buckets.GetLocationAsync),
            [("GET", false, "")] = new("ListObjectsV2", "s3:ListBucket", lists.ListV2Async),
            // What its policy allows is asked when the form has been read.
            [("POST", false, "")] = new("PostObject", null, forms.PostAsync),
            [("POST", false, "delete")] = new("DeleteObjects", "s3:DeleteObject", objects.DeleteManyAsync),
            [("GET", false, "uploads")] = new("ListMultipartUploads", "s3:ListBucketMultipartUploads", uploads.ListAsync),

            [("GET", false, "versions")] = new("ListObjectVersions", "s3:ListBucketVersions", versions.ListAsync),
            [("GET", false, "acl")] = new("GetBucketAcl", "s3:GetBucketAcl", acls.GetOfBucketAsync),
            [("PUT", false, "acl")] = new("PutBucketAcl", "s3:PutBucketAcl", acls.PutOfBucketAsync),
            [("GET", false, "object-lock")] = new(
                "GetObjectLockConfiguration",
                "s3:GetBucketObjectLockConfiguration",
                locks.GetConfigurationAsync),
            [("PUT", false, "object-lock")] = new(
                "PutObjectLockConfiguration",
                "s3:PutBucketObjectLockConfiguration",
                locks.PutConfigurationAsync),

            [("GET", false, "cors")] = new("GetBucketCors", "s3:GetBucketCORS", configuration.GetCorsAsync),
            [("PUT", false, "cors")] = new("PutBucketCors", "s3:PutBucketCORS", configuration.PutCorsAsync),
            [("DELETE", false, "cors")] = new("DeleteBucketCors", "s3:PutBucketCORS", configuration.DeleteCorsAsync),
            [("GET", false, "notification")] = new(
                "GetBucketNotificationConfiguration",
                "s3:GetBucketNotification",
                configuration.GetNotificationAsync),
            [("PUT", false, "notification")] = new(
                "PutBucketNotificationConfiguration",
                "s3:PutBucketNotification",
                configuration.PutNotificationAsync),
            [("GET", false, "policy")] = new("GetBucketPolicy", "s3:GetBucketPolicy", configuration.GetPolicyAsync),
            [("GET", false, "policyStatus")] = new(
                "GetBucketPolicyStatus",
                "s3:GetBucketPolicyStatus",
                configuration.GetPolicyStatusAsync),
            [("PUT", false, "policy")] = new("PutBucketPolicy", "s3:PutBucketPolicy", configuration.PutPolicyAsync),
            [("DELETE", false, "policy")] = new("DeleteBucketPolicy", "s3:DeleteBucketPolicy", configuration.DeletePolicyAsync),
            [("GET", false, "publicAccessBlock")] = new(
                "GetPublicAccessBlock",
                "s3:GetBucketPublicAccessBlock",
                configuration.GetPublicAccessBlockAsync),
            [("PUT", false, "publicAccessBlock")] = new(
                "PutPublicAccessBlock",
                "s3:PutBucketPublicAccessBlock",
                configuration.PutPublicAccessBlockAsync),
            [("DELETE", false, "publicAccessBlock")] = new(
                "DeletePublicAccessBlock",
                "s3:PutBucketPublicAccessBlock",
                configuration.DeletePublicAccessBlockAsync),
            [("GET", false, "encryption")] = new("GetBucketEncryption", "s3:GetEncryptionConfiguration", configuration.GetEncryptionAsync),
            [("PUT", false, "encryption")] = new("PutBucketEncryption", "s3:PutEncryptionConfiguration", configuration.PutEncryptionAsync),
            [("DELETE", false, "encryption")] = new(
                "DeleteBucketEncryption",
                "s3:PutEncryptionConfiguration",
                configuration.DeleteEncryptionAsync),
            [("GET", false, "lifecycle")] = new(
                "GetBucketLifecycleConfiguration",
                "s3:GetLifecycleConfiguration",
                configuration.GetLifecycleAsync),
            [("PUT", false, "lifecycle")] = new(
                "PutBucketLifecycleConfiguration",
                "s3:PutLifecycleConfiguration",
                configuration.PutLifecycleAsync),
            [("DELETE", false, "lifecycle")] = new(
                "DeleteBucketLifecycle",
                "s3:PutLifecycleConfiguration",
                configuration.DeleteLifecycleAsync),
            [("GET", false, "ownershipControls")] = new(
                "GetBucketOwnershipControls",
                "s3:GetBucketOwnershipControls",
                configuration.GetOwnershipAsync),
            [("PUT", false, "ownershipControls")] = new(
                "PutBucketOwnershipControls",
                "s3:PutBucketOwnershipControls",
                configuration.PutOwnershipAsync),
            [("DELETE", false, "ownershipControls")] = new(
                "DeleteBucketOwnershipControls",
                "s3:PutBucketOwnershipControls",
                configuration.DeleteOwnershipAsync),
            [("GET", false, "tagging")] = new("GetBucketTagging", "s3:GetBucketTagging", configuration.GetTaggingAsync),
            [("PUT", false, "tagging")] = new("PutBucketTagging", "s3:PutBucketTagging", configuration.PutTaggingAsync),
            [("DELETE", false, "tagging")] = new("DeleteBucketTagging", "s3:PutBucketTagging", configuration.DeleteTaggingAsync),
            [("GET", false, "versioning")] = new("GetBucketVersioning", "s3:GetBucketVersioning", configuration.GetVersioningAsync),
            [("PUT", false, "versioning")] = new("PutBucketVersioning", "s3:PutBucketVersioning", configuration.PutVersioningAsync),

            [("PUT", true, "")] = new("PutObject", "s3:PutObject", objects.PutAsync),
            [("GET", true, "")] = new("GetObject", "s3:GetObject", objects.GetAsync),
            [("HEAD", true, "")] = new("HeadObject", "s3:GetObject", objects.GetAsync),
            [("DELETE", true, "")] = new("DeleteObject", "s3:DeleteObject", objects.DeleteAsync),
            [("GET", true, "attributes")] = new("GetObjectAttributes", "s3:GetObjectAttributes", attributes.GetAsync),
            [("GET", true, "tagging")] = new("GetObjectTagging", "s3:GetObjectTagging", tagging.GetAsync),
            [("PUT", true, "tagging")] = new("PutObjectTagging", "s3:PutObjectTagging", tagging.PutAsync),
            [("DELETE", true, "tagging")] = new("DeleteObjectTagging", "s3:DeleteObjectTagging", tagging.DeleteAsync),
            [("GET", true, "acl")] = new("GetObjectAcl", "s3:GetObjectAcl", acls.GetOfObjectAsync),
            [("PUT", true, "acl")] = new("PutObjectAcl", "s3:PutObjectAcl", acls.PutOfObjectAsync),
            [("GET", true, "retention")] = new("GetObjectRetention", "s3:GetObjectRetention", locks.GetRetentionAsync),
            [("PUT", true, "retention")] = new("PutObjectRetention", "s3:PutObjectRetention", locks.PutRetentionAsync),
            [("GET", true, "legal-hold")] = new("GetObjectLegalHold", "s3:GetObjectLegalHold", locks.GetLegalHoldAsync),
            [("PUT", true, "legal-hold")] = new("PutObjectLegalHold", "s3:PutObjectLegalHold", locks.PutLegalHoldAsync),
            [("POST", true, "uploads")] = new("CreateMultipartUpload", "s3:PutObject", uploads.CreateAsync),
            [("PUT", true, "uploadId")] = new("UploadPart", "s3:PutObject", uploads.PutPartAsync),
            [("POST", true, "uploadId")] = new("CompleteMultipartUpload", "s3:PutObject", uploads.CompleteAsync),
            [("DELETE", true, "uploadId")] = new("AbortMultipartUpload", "s3:AbortMultipartUpload", uploads.AbortAsync),
            [("GET", true, "uploadId")] = new("ListParts", "s3:ListMultipartUploadParts", uploads.ListPartsAsync),
        };
    }

    /// <summary>Finds the operation.</summary>
    /// <exception cref="AwsServiceException">There is none, or local S3 does not have it; the message names it.</exception>
    public S3Operation Find(S3Request request)
    {
        var method = request.Http.Method;
        if (request.Bucket.Length == 0)
        {
            return method == "GET" ? _listBuckets : throw NotAllowed(method, "the service");
        }

        var hasKey = request.Key.Length > 0;
        var subResource = Array.Find(SubResources, name => request.Query(name) is not null) ?? "";
        if (_operations.TryGetValue((method, hasKey, subResource), out var operation))
        {
            return operation.Name switch
            {
                "ListObjectsV2" when request.Query("list-type") != "2" => _listObjects,
                "PutObject" when request.Header("x-amz-copy-source") is not null => _copyObject,
                "UploadPart" when request.Header("x-amz-copy-source") is not null => _uploadPartCopy,
                _ => operation,
            };
        }

        throw subResource.Length > 0
            ? S3Errors.NotImplemented($"{method} of the sub-resource '{subResource}' of {(hasKey ? "an object" : "a bucket")}")
            : NotAllowed(method, hasKey ? "an object" : "a bucket");
    }

    private static AwsServiceException NotAllowed(string method, string what) =>
        new(
            "MethodNotAllowed",
            $"The specified method is not allowed against this resource: {method} of {what}.",
            HttpStatusCode.MethodNotAllowed);
}

/// <summary>An operation of S3's API.</summary>
/// <param name="Name">As in the S3 API Reference, for example <c>PutObject</c>.</param>
/// <param name="Action">
/// The action that a policy allows or denies, for example <c>s3:PutObject</c>; null where the operation asks itself.
/// </param>
/// <param name="HandleAsync">Performs it.</param>
internal sealed record S3Operation(string Name, string? Action, Func<S3Request, CancellationToken, Task> HandleAsync)
{
    /// <summary>
    /// The action, which is another one where a request names a version (S3 User Guide, "Actions, resources, and condition keys").
    /// </summary>
    public string? ActionOn(string? versionId) => (versionId, Action) switch
    {
        (not null, "s3:GetObject") => "s3:GetObjectVersion",
        (not null, "s3:DeleteObject") => "s3:DeleteObjectVersion",
        (not null, "s3:GetObjectTagging") => "s3:GetObjectVersionTagging",
        (not null, "s3:PutObjectTagging") => "s3:PutObjectVersionTagging",
        (not null, "s3:DeleteObjectTagging") => "s3:DeleteObjectVersionTagging",
        (not null, "s3:GetObjectAttributes") => "s3:GetObjectVersionAttributes",
        _ => Action,
    };
}
