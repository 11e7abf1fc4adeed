using System.Globalization;
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
        "x-amz-write-offset-bytes",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-context",
    ];

    private static readonly string[] Grants =
    [
        "x-amz-grant-read",
        "x-amz-grant-write",
        "x-amz-grant-read-acp",
        "x-amz-grant-write-acp",
        "x-amz-grant-full-control",
    ];

    private static readonly string[] Acls = ["private", "bucket-owner-full-control", "bucket-owner-read"];

    private static readonly string[] StorageClasses =
        ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

    /// <summary>Refuses headers that ask for what local S3 does not do.</summary>
    /// <exception cref="AwsServiceException">One is there; the message names it.</exception>
    public static void RefuseUnsupported(S3Request request)
    {
        if (Array.Find(Refused, name => request.Header(name) is not null) is { } refused)
        {
            throw S3Errors.NotImplemented($"A header you provided implies functionality that is not implemented: {refused}. It");
        }

        RequireOwnersAcl(request);
        if (request.Header("x-amz-server-side-encryption") is { } encryption)
        {
            BucketEncryption.Require(encryption);
        }
    }

    /// <summary>Refuses headers that grant something to others than the owner: ACLs are disabled.</summary>
    /// <exception cref="AwsServiceException"><c>AccessControlListNotSupported</c>.</exception>
    public static void RequireOwnersAcl(S3Request request)
    {
        if (request.Header("x-amz-acl") is { } acl && !Acls.Contains(acl))
        {
            throw S3Errors.AclsAreDisabled($"x-amz-acl is '{acl}'; allowed are {string.Join(", ", Acls)}");
        }

        if (Array.Find(Grants, name => request.Header(name) is not null) is { } grant)
        {
            throw S3Errors.AclsAreDisabled($"the request has the header {grant}");
        }
    }

    /// <summary>What a request says of the object to be stored, without its bytes.</summary>
    /// <exception cref="AwsServiceException">A header is not allowed.</exception>
    public static StoredObject Draft(S3Request request, Bucket bucket, DateTimeOffset now) => new()
    {
        Key = request.Key,
        Headers = Headers(request),
        Metadata = Metadata(request),
        StorageClass = StorageClass(request),
        Tags = TagSet.ParseHeader(request.Header("x-amz-tagging")),
        Lock = Lock(request, bucket, now),
    };

    private static ObjectLock? Lock(S3Request request, Bucket bucket, DateTimeOffset now)
    {
        var (mode, until, hold) = (
            request.Header("x-amz-object-lock-mode"),
            request.Header("x-amz-object-lock-retain-until-date"),
            request.Header("x-amz-object-lock-legal-hold"));
        if (mode is null && until is null && hold is null)
        {
            return null;
        }

        ObjectLockConfiguration.Require(bucket);
        if (mode is null != until is null)
        {
            throw S3Errors.InvalidArgument(
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied.");
        }

        if (mode is not (null or ObjectLock.Governance or ObjectLock.Compliance))
        {
            throw S3Errors.InvalidArgument(
                $"Unknown wormMode directive: '{mode}'; allowed are {ObjectLock.Governance} and {ObjectLock.Compliance}.");
        }

        return new ObjectLock(mode, until is null ? null : RetainUntil(until, now), hold switch
        {
            null or "OFF" => false,
            "ON" => true,
            _ => throw S3Errors.InvalidArgument($"Legal Hold must be either of 'ON' or 'OFF', not '{hold}'."),
        });
    }

    /// <summary>Reads the end of a retention period.</summary>
    /// <exception cref="AwsServiceException">It is no date, or over already.</exception>
    public static DateTimeOffset RetainUntil(string text, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until))
        {
            throw S3Errors.InvalidArgument($"The retain until date must be provided in ISO 8601 format; it is '{text}'.");
        }

        return until > now ? until : throw S3Errors.InvalidArgument($"The retain until date must be in the future; it is '{text}'.");
    }

    /// <summary>The headers that are returned with the object.</summary>
    private static ObjectHeaders Headers(S3Request request) => new()
    {
        ContentType = request.Header(HeaderNames.ContentType),
        CacheControl = request.Header(HeaderNames.CacheControl),
        ContentDisposition = request.Header(HeaderNames.ContentDisposition),
        ContentEncoding = WithoutAwsChunked(request.Header(HeaderNames.ContentEncoding)),
        ContentLanguage = request.Header(HeaderNames.ContentLanguage),
        Expires = request.Header(HeaderNames.Expires),
        WebsiteRedirectLocation = RedirectLocation(request.Header("x-amz-website-redirect-location")),
    };

    /// <summary>The user metadata.</summary>
    /// <exception cref="AwsServiceException">There is too much.</exception>
    private static Dictionary<string, string> Metadata(S3Request request)
    {
        var metadata = request.HeadersStartingWith(MetadataPrefix).ToDictionary();
        var size = metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        return size <= MaximumMetadataBytes
            ? metadata
            : throw new AwsServiceException(
                "MetadataTooLarge",
                $"Your metadata headers exceed the maximum allowed metadata size: {size} bytes; {MaximumMetadataBytes} are allowed.");
    }

    /// <exception cref="AwsServiceException">There is no such class.</exception>
    private static string StorageClass(S3Request request)
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

    private static string? RedirectLocation(string? location) =>
        location is null
        || location.StartsWith('/')
        || location.StartsWith("http://", StringComparison.Ordinal)
        || location.StartsWith("https://", StringComparison.Ordinal)
            ? location
            : throw new AwsServiceException(
                "InvalidRedirectLocation",
                $"The website redirect location must have a prefix of 'http://' or 'https://' or '/'; it is '{location}'.");

    private static string? WithoutAwsChunked(string? encoding)
    {
        var kept = (encoding ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(coding => coding != "aws-chunked")
            .ToList();
        return kept.Count == 0 ? null : string.Join(", ", kept);
    }
}
