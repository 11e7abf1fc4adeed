using System.Globalization;
using System.Net;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

/// <summary>Operations on objects.</summary>
internal sealed class ObjectOperations(S3Store store, BucketAuthorization authorization)
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
        var integrity = BodyIntegrity.Of(request);
        var draft = new StoredObject
        {
            Key = request.Key,
            Headers = ObjectRequestHeaders.Headers(request),
            Metadata = ObjectRequestHeaders.Metadata(request),
            StorageClass = ObjectRequestHeaders.StorageClass(request),
        };
        using var hasher = new ContentHasher(integrity.Algorithm);
        await using var body = request.OpenBody();
        var segment = await store.Blobs.WriteAsync(body, hasher, MaximumPutBytes, cancellationToken);
        try
        {
            integrity.Verify(hasher, body.Trailers);
            var stored = await store.PutAsync(
                request.Bucket,
                draft with { Segments = [segment], ETag = Convert.ToHexStringLower(hasher.Md5()), Checksum = hasher.Checksum() },
                condition,
                request.EventContext("ObjectCreated:Put"));
            request.Response.Headers.ETag = stored.QuotedETag;
            AddEncryption(request);
            AddChecksum(request, stored.Checksum);
        }
        finally
        {
            store.Discard(segment);
        }
    }

    public async Task GetAsync(S3Request request, CancellationToken cancellationToken)
    {
        using var lease = store.Lease(request.Bucket, request.Key);
        var stored = lease.Object;
        var response = request.Response;
        response.Headers.ETag = stored.QuotedETag;
        response.Headers.LastModified = stored.LastModified.ToString("R", CultureInfo.InvariantCulture);
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

        response.Headers.AcceptRanges = "bytes";
        var range = FindRange(request, stored);
        AddHeaders(request, stored);
        AddEncryption(request);
        if (range is { } part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = part.ContentRange(stored.Size);
        }
        else if (request.Header("x-amz-checksum-mode")?.Equals("ENABLED", StringComparison.OrdinalIgnoreCase) == true)
        {
            AddChecksum(request, stored.Checksum);
        }

        var (offset, length) = range ?? new ByteRange(0, stored.Size);
        response.ContentLength = length;
        if (HttpMethods.IsHead(request.Http.Method))
        {
            return;
        }

        await using var content = new SegmentStream(store.Blobs, stored.Segments, offset, length);
        await content.CopyToAsync(response.Body, CopyBufferBytes, cancellationToken);
    }

    public async Task CopyAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectRequestHeaders.RefuseUnsupported(request);
        var address = S3Address.ParseCopySource(request.Header("x-amz-copy-source")!);
        authorization.Require(request, "s3:GetObject", address.Bucket, address.Key);
        var replaces = request.Header("x-amz-metadata-directive") switch
        {
            null or "COPY" => false,
            "REPLACE" => true,
            var other => throw S3Errors.InvalidArgument($"Unknown metadata directive: '{other}'; allowed are COPY and REPLACE."),
        };
        using var lease = LeaseSource(request, address);
        var source = lease.Object;
        if (
            !replaces
            && address == new S3Address(request.Bucket, request.Key)
            && request.Header("x-amz-storage-class") is null
            && request.Header("x-amz-server-side-encryption") is null)
        {
            throw new AwsServiceException(
                "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        var algorithm = request.Header("x-amz-checksum-algorithm") is { } name ? Checksum.ParseName(name) : source.Checksum?.Algorithm;
        var (eTag, checksum) = await DigestsOfCopyAsync(source, algorithm, cancellationToken);
        var stored = await store.PutAsync(
            request.Bucket,
            source with
            {
                Key = request.Key,
                ETag = eTag,
                Checksum = checksum,
                Headers = replaces ? ObjectRequestHeaders.Headers(request) : source.Headers,
                Metadata = replaces ? ObjectRequestHeaders.Metadata(request) : source.Metadata,
                StorageClass = ObjectRequestHeaders.StorageClass(request),
            },
            ObjectRequestHeaders.Condition(request),
            request.EventContext("ObjectCreated:Copy"));
        AddEncryption(request);
        await request.WriteXmlAsync(
            S3Xml.Element(
                "CopyObjectResult",
                S3Xml.Element("LastModified", S3Xml.Timestamp(stored.LastModified)),
                S3Xml.Element("ETag", stored.QuotedETag),
                ChecksumElements(stored.Checksum)),
            cancellationToken);
    }

    public async Task DeleteAsync(S3Request request, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(
            request.Bucket,
            request.Key,
            request.Header(HeaderNames.IfMatch),
            request.EventContext("ObjectRemoved:Delete"));
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task DeleteManyAsync(S3Request request, CancellationToken cancellationToken)
    {
        store.GetBucket(request.Bucket);
        var document = await request.ReadRequiredXmlAsync("Delete", cancellationToken);
        var keys = document.Children("Object").Select(element => (Key: element.RequiredText("Key"), ETag: element.Text("ETag"))).ToList();
        if (keys.Count is 0 or > MaximumDeletedKeys)
        {
            throw S3Errors.MalformedXml($"Delete has 1 to {MaximumDeletedKeys} objects, not {keys.Count}.");
        }

        var context = request.EventContext("ObjectRemoved:Delete");
        var results = await Task.WhenAll(keys.Select(DeleteOneAsync));
        var isQuiet = document.Flag("Quiet");
        await request.WriteXmlAsync(
            S3Xml.Element("DeleteResult", results.Where(result => !isQuiet || result.Name.LocalName == "Error")),
            cancellationToken);

        async Task<XElement> DeleteOneAsync((string Key, string? ETag) one)
        {
            try
            {
                authorization.Require(request, "s3:DeleteObject", request.Bucket, one.Key);
                await store.DeleteAsync(request.Bucket, one.Key, one.ETag, context);
                return S3Xml.Element("Deleted", S3Xml.Element("Key", one.Key));
            }
            catch (AwsServiceException refused)
            {
                return S3Xml.Element(
                    "Error",
                    S3Xml.Element("Key", one.Key),
                    S3Xml.Element("Code", refused.Code),
                    S3Xml.Element("Message", refused.Message));
            }
        }
    }

    /// <summary>The source of a copy, if it meets the request's conditions.</summary>
    /// <exception cref="AwsServiceException">It does not, or there is none.</exception>
    public ObjectLease LeaseSource(S3Request request, S3Address address)
    {
        var lease = store.Lease(address.Bucket, address.Key);
        var condition = ReadCondition.Of(request, "x-amz-copy-source-");
        if (!condition.Fails(lease.Object) && !condition.IsNotModified(lease.Object))
        {
            return lease;
        }

        lease.Dispose();
        throw S3Errors.PreconditionFailed("x-amz-copy-source-if-*");
    }

    public static void AddEncryption(S3Request request) =>
        request.Response.Headers["x-amz-server-side-encryption"] = BucketEncryption.Algorithm;

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

    /// <summary>Reads an object's bytes through a hasher.</summary>
    public static async Task HashAsync(
        BlobStore blobs,
        IReadOnlyList<Segment> segments,
        ContentHasher hasher,
        CancellationToken cancellationToken)
    {
        await using var content = new SegmentStream(blobs, segments, 0, segments.Sum(segment => segment.Length));
        var buffer = new byte[CopyBufferBytes];
        for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hasher.Append(buffer.AsSpan(0, count));
        }
    }

    /// <summary>A copy is an object of one part, so its digests are those of its bytes, whatever the source's were.</summary>
    private async Task<(string ETag, Checksum? Checksum)> DigestsOfCopyAsync(
        StoredObject source,
        ChecksumAlgorithm? algorithm,
        CancellationToken cancellationToken)
    {
        if (!source.IsMultipart && source.Checksum?.Algorithm == algorithm && source.Checksum is not { IsComposite: true })
        {
            return (source.ETag, source.Checksum);
        }

        using var hasher = new ContentHasher(algorithm);
        await HashAsync(store.Blobs, source.Segments, hasher, cancellationToken);
        return (Convert.ToHexStringLower(hasher.Md5()), hasher.Checksum());
    }

    private static ByteRange? FindRange(S3Request request, StoredObject stored)
    {
        if (request.QueryNumber("partNumber", 1, MultipartOperations.MaximumParts) is { } number)
        {
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

    private static void AddHeaders(S3Request request, StoredObject stored)
    {
        var headers = request.Response.Headers;
        headers.ContentType = stored.Headers.ContentType ?? DefaultContentType;
        headers.CacheControl = stored.Headers.CacheControl;
        headers.ContentDisposition = stored.Headers.ContentDisposition;
        headers.ContentEncoding = stored.Headers.ContentEncoding;
        headers.ContentLanguage = stored.Headers.ContentLanguage;
        headers.Expires = stored.Headers.Expires;
        foreach (var (name, value) in stored.Metadata)
        {
            headers["x-amz-meta-" + name] = value;
        }

        if (stored.StorageClass != "STANDARD")
        {
            headers["x-amz-storage-class"] = stored.StorageClass;
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
}
