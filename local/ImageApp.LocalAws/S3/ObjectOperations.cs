using System.Globalization;
using System.Net;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

/// <summary>Operations on objects.</summary>
internal sealed class ObjectOperations(S3Store store, BucketAuthorization authorization, TimeProvider time)
{
    /// <summary>The most bytes of one PUT, and of one part (S3 User Guide, "Multipart upload limits").</summary>
    public const long MaximumPutBytes = 5L * 1024 * 1024 * 1024;

    private const string DefaultContentType = "binary/octet-stream";
    private const int MaximumDeletedKeys = 1000;
    private const int CopyBufferBytes = 128 * 1024;

    private static readonly string[] OverridableHeaders =
    [
        HeaderNames.ContentType,
        HeaderNames.ContentLanguage,
        HeaderNames.Expires,
        HeaderNames.CacheControl,
        HeaderNames.ContentDisposition,
        HeaderNames.ContentEncoding,
    ];

    public async Task PutAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectRequestHeaders.RefuseUnsupported(request);
        var condition = ObjectRequestHeaders.Condition(request);
        condition.Require(store.Find(request.Bucket, request.Key));
        await using var body = request.OpenBody();
        var stored = await StoreAsync(
            request,
            ObjectRequestHeaders.Draft(request, store.GetBucket(request.Bucket), time.GetUtcNow()),
            body,
            BodyIntegrity.Of(request),
            condition,
            "ObjectCreated:Put",
            cancellationToken);
        AddChecksum(request, stored.Checksum);
    }

    /// <summary>Stores a body as an object, and says in the answer's headers what came of it.</summary>
    public async Task<StoredObject> StoreAsync(
        S3Request request,
        StoredObject draft,
        PayloadStream body,
        BodyIntegrity integrity,
        WriteCondition condition,
        string eventName,
        CancellationToken cancellationToken)
    {
        var key = CustomerKey.Of(request);
        using var cipher = key is null ? null : new BlobCipher(key.Key);
        using var hasher = new ContentHasher(integrity.Algorithm);
        var segment = await store.Blobs.WriteAsync(body, hasher, MaximumPutBytes, cipher, cancellationToken);
        try
        {
            integrity.Verify(hasher, body.Trailers);
            var stored = await store.PutAsync(
                request.Bucket,
                draft with
                {
                    Segments = [segment],
                    ETag = Convert.ToHexStringLower(hasher.Md5()),
                    Checksum = hasher.Checksum(),
                    CustomerKey = key is null ? null : CustomerKeyCheck.Of(key.Key),
                },
                condition,
                request.EventContext(eventName));
            request.Response.Headers.ETag = stored.QuotedETag;
            AddNewVersion(request, stored);
            CustomerKey.AddHeaders(request, key);
            return stored;
        }
        finally
        {
            store.Discard(segment);
        }
    }

    public async Task GetAsync(S3Request request, CancellationToken cancellationToken)
    {
        if (request.Header("x-amz-server-side-encryption") is not null)
        {
            throw S3Errors.InvalidArgument("x-amz-server-side-encryption header is not supported for this operation.");
        }

        using var lease = Lease(request);
        var stored = lease.Object;
        var response = request.Response;
        response.Headers.ETag = stored.QuotedETag;
        response.Headers.LastModified = stored.LastModified.ToString("R", CultureInfo.InvariantCulture);
        AddVersion(request, stored);
        var condition = ReadCondition.Of(request, "");
        if (condition.Fails(stored))
        {
            throw S3Errors.PreconditionFailed("If-Match or If-Unmodified-Since");
        }

        if (condition.IsNotModified(stored))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var key = CustomerKey.Of(request);
        using var cipher = CustomerKey.Open(stored.CustomerKey, key);
        response.Headers.AcceptRanges = "bytes";
        var range = FindRange(request, stored);
        AddHeaders(request, stored);
        CustomerKey.AddHeaders(request, key);
        if (range is { } part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = part.ContentRange(stored.Size);
        }

        if (request.Header("x-amz-checksum-mode")?.Equals("ENABLED", StringComparison.OrdinalIgnoreCase) == true)
        {
            AddChecksum(request, stored, range);
        }

        var (offset, length) = range ?? new ByteRange(0, stored.Size);
        response.ContentLength = length;
        if (HttpMethods.IsHead(request.Http.Method))
        {
            return;
        }

        await using var content = new SegmentStream(store.Blobs, stored.Segments, offset, length, cipher);
        await content.CopyToAsync(response.Body, CopyBufferBytes, cancellationToken);
    }

    public async Task DeleteAsync(S3Request request, CancellationToken cancellationToken)
    {
        var deleted = await store.DeleteAsync(
            request.Bucket,
            request.Key,
            new Deletion(
                request.VersionId,
                new DeleteCondition(
                    request.Header(HeaderNames.IfMatch),
                    DeleteCondition.ParseTime(request.Header("x-amz-if-match-last-modified-time")),
                    DeleteCondition.ParseSize(request.Header("x-amz-if-match-size"))),
                BypassesGovernance(request)),
            request.EventContext("ObjectRemoved:Delete"));
        if (deleted is not null && store.GetBucket(request.Bucket).TellsVersions)
        {
            request.Response.Headers["x-amz-version-id"] = deleted.VersionName;
        }

        if (deleted is { IsDeleteMarker: true })
        {
            request.Response.Headers["x-amz-delete-marker"] = "true";
        }

        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task DeleteManyAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        var document = await request.ReadRequiredXmlAsync("Delete", cancellationToken);
        var targets = document
            .Children("Object")
            .Select(element => new DeletionTarget(
                element.RequiredText("Key"),
                element.Text("VersionId") is { Length: > 0 } version ? S3Request.RequireVersionId(version) : null,
                new DeleteCondition(
                    element.Text("ETag"),
                    DeleteCondition.ParseTime(element.Text("LastModifiedTime")),
                    DeleteCondition.ParseSize(element.Text("Size")))))
            .ToList();
        if (targets.Count is 0 or > MaximumDeletedKeys)
        {
            throw S3Errors.MalformedXml($"Delete has 1 to {MaximumDeletedKeys} objects, not {targets.Count}.");
        }

        var context = request.EventContext("ObjectRemoved:Delete");
        var results = await Task.WhenAll(targets.Select(DeleteOneAsync));
        var isQuiet = document.Flag("Quiet");
        await request.WriteXmlAsync(
            S3Xml.Element("DeleteResult", results.Where(result => !isQuiet || result.Name.LocalName == "Error")),
            cancellationToken);

        async Task<XElement> DeleteOneAsync(DeletionTarget target)
        {
            try
            {
                authorization.Require(
                    request,
                    target.VersionId is null ? "s3:DeleteObject" : "s3:DeleteObjectVersion",
                    request.Bucket,
                    target.Key);
                var deleted = await store.DeleteAsync(
                    request.Bucket,
                    target.Key,
                    new Deletion(target.VersionId, target.Condition, BypassesGovernance(request)),
                    context);
                return S3Xml.Element(
                    "Deleted",
                    S3Xml.Element("Key", target.Key),
                    target.VersionId is null ? null : S3Xml.Element("VersionId", target.VersionId),
                    deleted is { IsDeleteMarker: true }
                        ? new[] { S3Xml.Element("DeleteMarker", true), S3Xml.Element("DeleteMarkerVersionId", deleted.VersionName) }
                        : null);
            }
            catch (AwsServiceException refused)
            {
                return S3Xml.Element(
                    "Error",
                    S3Xml.Element("Key", target.Key),
                    target.VersionId is null ? null : S3Xml.Element("VersionId", target.VersionId),
                    S3Xml.Element("Code", refused.Code),
                    S3Xml.Element("Message", refused.Message));
            }
        }
    }

    /// <summary>The version that a request asks for, kept readable until the lease ends.</summary>
    /// <exception cref="AwsServiceException">There is none, or it is a delete marker.</exception>
    public ObjectLease Lease(S3Request request)
    {
        var lease = store.Lease(request.Bucket, request.Key, request.VersionId);
        if (!lease.Object.IsDeleteMarker)
        {
            return lease;
        }

        lease.Dispose();
        throw IsDeleteMarker(request, lease.Object);
    }

    /// <summary>A delete marker is no object: unknown where it is the current version, not allowed where it was asked for.</summary>
    public static AwsServiceException IsDeleteMarker(S3Request request, StoredObject marker)
    {
        var headers = request.Response.Headers;
        headers["x-amz-delete-marker"] = "true";
        headers["x-amz-version-id"] = marker.VersionName;
        if (request.VersionId is null)
        {
            return S3Errors.NoSuchKey(marker.Key);
        }

        headers.LastModified = marker.LastModified.ToString("R", CultureInfo.InvariantCulture);
        headers.Allow = "DELETE";
        return new AwsServiceException(
            "MethodNotAllowed",
            $"The specified method is not allowed against this resource: version {marker.VersionName} of {marker.Key} is a delete marker.",
            HttpStatusCode.MethodNotAllowed);
    }

    /// <summary>Says which version it is, in a bucket that has versions.</summary>
    public void AddVersion(S3Request request, StoredObject stored)
    {
        if (store.GetBucket(request.Bucket).TellsVersions)
        {
            request.Response.Headers["x-amz-version-id"] = stored.VersionName;
        }
    }

    /// <summary>Says which version was made; without versioning a write makes none.</summary>
    public static void AddNewVersion(S3Request request, StoredObject stored)
    {
        if (stored.VersionId is { } versionId)
        {
            request.Response.Headers["x-amz-version-id"] = versionId;
        }
    }

    /// <summary>Whether the caller, who may, wants to disregard locks of the mode <c>GOVERNANCE</c>.</summary>
    public static bool BypassesGovernance(S3Request request) =>
        request.Header("x-amz-bypass-governance-retention")?.Equals("true", StringComparison.OrdinalIgnoreCase) == true;

    public static void AddChecksum(S3Request request, Checksum? checksum)
    {
        if (checksum is not null)
        {
            request.Response.Headers[checksum.HeaderName] = checksum.Value;
            request.Response.Headers["x-amz-checksum-type"] = checksum.TypeName;
        }
    }

    public static IEnumerable<XElement>? ChecksumElements(Checksum? checksum) =>
        checksum is null ? null : [S3Xml.Element(checksum.ElementName, checksum.Value), S3Xml.Element("ChecksumType", checksum.TypeName)];

    private static ByteRange? FindRange(S3Request request, StoredObject stored)
    {
        if (request.QueryNumber("partNumber", 1, MultipartOperations.MaximumParts) is { } number)
        {
            if (request.Header(HeaderNames.Range) is not null)
            {
                throw new AwsServiceException("InvalidRequest", "Cannot specify both Range header and partNumber query parameter.");
            }

            var parts = stored.IsMultipart ? stored.Segments : [new Segment(default, stored.Size)];
            if (number > parts.Count)
            {
                throw new AwsServiceException(
                    "InvalidPartNumber",
                    $"The requested partnumber is not satisfiable: {number}; the object has {parts.Count}.",
                    HttpStatusCode.RequestedRangeNotSatisfiable);
            }

            if (stored.IsMultipart)
            {
                request.Response.Headers["x-amz-mp-parts-count"] = parts.Count.ToString(CultureInfo.InvariantCulture);
            }

            return stored.Size == 0 ? null : new ByteRange(parts.Take(number - 1).Sum(part => part.Length), parts[number - 1].Length);
        }

        try
        {
            return ByteRange.Parse(request.Header(HeaderNames.Range), stored.Size);
        }
        catch (AwsServiceException)
        {
            request.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{stored.Size}");
            throw;
        }
    }

    // A part has a checksum of its own; any other range has none.
    private static void AddChecksum(S3Request request, StoredObject stored, ByteRange? range)
    {
        if (range is null || range == new ByteRange(0, stored.Size))
        {
            AddChecksum(request, stored.Checksum);
        }
        else if (
            stored is { Checksum: { } whole, Parts: { } parts }
            && request.QueryNumber("partNumber", 1, MultipartOperations.MaximumParts) is { } number
            && parts.ElementAtOrDefault(number - 1)?.Checksum is { } value)
        {
            request.Response.Headers[whole.HeaderName] = value;
            request.Response.Headers["x-amz-checksum-type"] = whole.TypeName;
        }
    }

    private static void AddHeaders(S3Request request, StoredObject stored)
    {
        var headers = request.Response.Headers;
        headers.ContentType = stored.Headers.ContentType ?? DefaultContentType;
        headers.CacheControl = stored.Headers.CacheControl;
        headers.ContentDisposition = stored.Headers.ContentDisposition;
        headers.ContentEncoding = stored.Headers.ContentEncoding;
        headers.ContentLanguage = stored.Headers.ContentLanguage;
        headers.Expires = stored.Headers.Expires;
        headers["x-amz-website-redirect-location"] = stored.Headers.WebsiteRedirectLocation;
        foreach (var (name, value) in stored.Metadata)
        {
            headers["x-amz-meta-" + name] = value;
        }

        if (stored.StorageClass != "STANDARD")
        {
            headers["x-amz-storage-class"] = stored.StorageClass;
        }

        if (stored.Tags is { } tags)
        {
            headers["x-amz-tagging-count"] = tags.Count.ToString(CultureInfo.InvariantCulture);
        }

        if (stored.Lock is { } objectLock)
        {
            headers["x-amz-object-lock-mode"] = objectLock.Mode;
            headers["x-amz-object-lock-retain-until-date"] =
                objectLock.RetainUntil is { } until ? S3Xml.Timestamp(until) : default(StringValues);
            headers["x-amz-object-lock-legal-hold"] = objectLock.LegalHold ? "ON" : "OFF";
        }

        foreach (var name in OverridableHeaders)
        {
            if (request.Query("response-" + name.ToLowerInvariant()) is not { } value)
            {
                continue;
            }

            if (request.IsAnonymous)
            {
                throw new AwsServiceException(
                    "InvalidRequest",
                    "Request specific response headers cannot be used for anonymous GET requests.");
            }

            headers[name] = value.Any(char.IsControl)
                ? throw S3Errors.InvalidArgument($"response-{name.ToLowerInvariant()} has control characters.")
                : value;
        }
    }

    private sealed record DeletionTarget(string Key, string? VersionId, DeleteCondition Condition);
}
