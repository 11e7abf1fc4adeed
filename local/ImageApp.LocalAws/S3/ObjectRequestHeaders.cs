using System.Text;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

/// <summary>What the headers of a request say of an object to be stored.</summary>
internal static class ObjectRequestHeaders
{
    private const string MetadataPrefix = "x-amz-meta-";

    /// <summary>The most user metadata, names and values in UTF-8 (S3 User Guide, "Working with object metadata").</summary>
    private const int MaximumMetadataBytes = 2048;

    private static readonly string[] Refused =
    [
        "x-amz-tagging",
        "x-amz-website-redirect-location",
        "x-amz-write-offset-bytes",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-object-lock-mode",
        "x-amz-object-lock-retain-until-date",
        "x-amz-object-lock-legal-hold",
        "x-amz-grant-read",
        "x-amz-grant-write",
        "x-amz-grant-read-acp",
        "x-amz-grant-write-acp",
        "x-amz-grant-full-control",
        "x-amz-tagging-directive",
    ];

    private static readonly string[] Acls = ["private", "bucket-owner-full-control", "bucket-owner-read"];

    private static readonly string[] StorageClasses =
        ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

    /// <summary>Refuses headers that ask for what local S3 does not do.</summary>
    /// <exception cref="AwsServiceException">One is there; the message names it.</exception>
    public static void RefuseUnsupported(S3Request request)
    {
        if (
            Array.Find(
                Refused,
                name => request.Header(name) is not null && !(name == "x-amz-tagging-directive" && request.Header(name) == "COPY")) is
            { } refused)
        {
            throw S3Errors.NotImplemented($"A header you provided implies functionality that is not implemented: {refused}. It");
        }

        if (request.Header("x-amz-acl") is { } acl && !Acls.Contains(acl))
        {
            throw new AwsServiceException(
                "AccessControlListNotSupported",
                $"The bucket does not allow ACLs: x-amz-acl is '{acl}'; allowed are {string.Join(", ", Acls)}.");
        }

        if (request.Header("x-amz-server-side-encryption") is { } encryption)
        {
            BucketEncryption.Require(encryption);
        }
    }

    /// <summary>The headers that are returned with the object.</summary>
    public static ObjectHeaders Headers(S3Request request) => new()
    {
        ContentType = request.Header(HeaderNames.ContentType),
        CacheControl = request.Header(HeaderNames.CacheControl),
        ContentDisposition = request.Header(HeaderNames.ContentDisposition),
        ContentEncoding = WithoutAwsChunked(request.Header(HeaderNames.ContentEncoding)),
        ContentLanguage = request.Header(HeaderNames.ContentLanguage),
        Expires = request.Header(HeaderNames.Expires),
    };

    /// <summary>The user metadata.</summary>
    /// <exception cref="AwsServiceException">There is too much.</exception>
    public static IReadOnlyDictionary<string, string> Metadata(S3Request request)
    {
        var metadata = request.Http.Headers
            .Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key[MetadataPrefix.Length..].ToLowerInvariant(), header => header.Value.ToString());
        var size = metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        return size <= MaximumMetadataBytes
            ? metadata
            : throw new AwsServiceException(
                "MetadataTooLarge",
                $"Your metadata headers exceed the maximum allowed metadata size: {size} bytes; {MaximumMetadataBytes} are allowed.");
    }

    /// <exception cref="AwsServiceException">There is no such class.</exception>
    public static string StorageClass(S3Request request)
    {
        var storageClass = request.Header("x-amz-storage-class") ?? "STANDARD";
        return StorageClasses.Contains(storageClass)
            ? storageClass
            : throw new AwsServiceException(
                "InvalidStorageClass",
                $"The storage class you specified is not valid: '{storageClass}'; allowed are {string.Join(", ", StorageClasses)}.");
    }

    /// <summary>The conditions of a write.</summary>
    /// <exception cref="AwsServiceException">If-None-Match is something else than <c>*</c>.</exception>
    public static WriteCondition Condition(S3Request request)
    {
        var ifNoneMatch = request.Header(HeaderNames.IfNoneMatch);
        return ifNoneMatch is null or "*"
            ? new WriteCondition(request.Header(HeaderNames.IfMatch), ifNoneMatch)
            : throw S3Errors.NotImplemented($"If-None-Match with '{ifNoneMatch}' in a write (only * is), which");
    }

    private static string? WithoutAwsChunked(string? encoding)
    {
        var kept = (encoding ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(coding => coding != "aws-chunked")
            .ToList();
        return kept.Count == 0 ? null : string.Join(',', kept);
    }
}
