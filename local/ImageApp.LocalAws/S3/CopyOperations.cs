using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>Copies of objects within S3.</summary>
internal sealed class CopyOperations(S3Store store, BucketAuthorization authorization, TimeProvider time)
{
    private const int BufferBytes = 128 * 1024;

    public async Task CopyAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectRequestHeaders.RefuseUnsupported(request);
        var replaces = Replaces(request, "x-amz-metadata-directive");
        var replacesTags = Replaces(request, "x-amz-tagging-directive");
        var key = CustomerKey.Of(request);
        var address = CopySource.Of(request);
        using var lease = LeaseSource(request, address);
        var source = lease.Object;
        if (
            !replaces
            && (address.Bucket, address.Key) == (request.Bucket, request.Key)
            && address.VersionId is null
            && request.Header("x-amz-storage-class") is null
            && request.Header("x-amz-website-redirect-location") is null
            && request.Header("x-amz-server-side-encryption") is null
            && (key is null) == (source.CustomerKey is null))
        {
            throw new AwsServiceException(
                "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        var draft = ObjectRequestHeaders.Draft(request, store.GetBucket(request.Bucket), time.GetUtcNow());
        var algorithm = request.Header("x-amz-checksum-algorithm") is { } name ? Checksum.ParseName(name) : source.Checksum?.Algorithm;
        using var readCipher = CustomerKey.Open(source.CustomerKey, CustomerKey.OfCopySource(request));
        var content = await ContentAsync(source, algorithm, readCipher, key, cancellationToken);
        try
        {
            var stored = await store.PutAsync(
                request.Bucket,
                content with
                {
                    Key = request.Key,
                    Headers = (replaces ? draft.Headers : source.Headers) with
                    {
                        WebsiteRedirectLocation = draft.Headers.WebsiteRedirectLocation,
                    },
                    Metadata = replaces ? draft.Metadata : source.Metadata,
                    Tags = replacesTags ? draft.Tags : source.Tags,
                    StorageClass = draft.StorageClass,
                    Lock = draft.Lock,
                    Parts = null,
                    CustomerKey = key is null ? null : CustomerKeyCheck.Of(key.Key),
                },
                ObjectRequestHeaders.Condition(request),
                request.EventContext("ObjectCreated:Copy"));
            AddSourceVersion(request, address, source);
            ObjectOperations.AddNewVersion(request, stored);
            CustomerKey.AddHeaders(request, key);
            await request.WriteXmlAsync(
                S3Xml.Element(
                    "CopyObjectResult",
                    S3Xml.Element("LastModified", S3Xml.Timestamp(stored.LastModified)),
                    S3Xml.Element("ETag", stored.QuotedETag),
                    ObjectOperations.ChecksumElements(stored.Checksum)),
                cancellationToken);
        }
        finally
        {
            foreach (var segment in content.Segments.Except(source.Segments))
            {
                store.Discard(segment);
            }
        }
    }

    /// <summary>The source of a copy, if the caller may read it and it meets the request's conditions.</summary>
    /// <exception cref="AwsServiceException">It does not, or there is none.</exception>
    public ObjectLease LeaseSource(S3Request request, CopySource address)
    {
        authorization.Require(
            request,
            address.VersionId is null ? "s3:GetObject" : "s3:GetObjectVersion",
            address.Bucket,
            address.Key);
        var lease = store.Lease(address.Bucket, address.Key, address.VersionId);
        var condition = ReadCondition.Of(request, "x-amz-copy-source-");
        if (lease.Object.IsDeleteMarker)
        {
            lease.Dispose();
            throw address.VersionId is null
                ? S3Errors.NoSuchKey(address.Key)
                : new AwsServiceException(
                    "InvalidRequest",
                    "The source of a copy request may not specifically refer to a delete marker by version id.");
        }

        if (!condition.Fails(lease.Object) && !condition.IsNotModified(lease.Object))
        {
            return lease;
        }

        lease.Dispose();
        throw S3Errors.PreconditionFailed("x-amz-copy-source-if-*");
    }

    /// <summary>Says which version was copied, in a bucket that has versions.</summary>
    public void AddSourceVersion(S3Request request, CopySource address, StoredObject source)
    {
        if (store.GetBucket(address.Bucket).TellsVersions)
        {
            request.Response.Headers["x-amz-copy-source-version-id"] = source.VersionName;
        }
    }

    private static bool Replaces(S3Request request, string directive) => request.Header(directive) switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        var other => throw S3Errors.InvalidArgument($"Unknown {directive}: '{other}'; allowed are COPY and REPLACE."),
    };

    // A copy is an object of one part, so its digests are those of its bytes, whatever the source's were.
    private async Task<StoredObject> ContentAsync(
        StoredObject source,
        ChecksumAlgorithm? algorithm,
        BlobCipher? readCipher,
        CustomerKey? key,
        CancellationToken cancellationToken)
    {
        if (readCipher is not null || key is not null)
        {
            // Another key, so other bytes on the disk.
            using var hasher = new ContentHasher(algorithm);
            using var writeCipher = key is null ? null : new BlobCipher(key.Key);
            await using var content = new SegmentStream(store.Blobs, source.Segments, 0, source.Size, readCipher);
            var segment = await store.Blobs.WriteAsync(content, hasher, long.MaxValue, writeCipher, cancellationToken);
            return source with { Segments = [segment], ETag = Convert.ToHexStringLower(hasher.Md5()), Checksum = hasher.Checksum() };
        }

        if (!source.IsMultipart && source.Checksum?.Algorithm == algorithm && source.Checksum is not { IsComposite: true })
        {
            return source;
        }

        using var digests = new ContentHasher(algorithm);
        await HashAsync(store.Blobs, source.Segments, digests, null, cancellationToken);
        return source with { ETag = Convert.ToHexStringLower(digests.Md5()), Checksum = digests.Checksum() };
    }

    /// <summary>Reads an object's bytes through a hasher.</summary>
    public static async Task HashAsync(
        BlobStore blobs,
        IReadOnlyList<Segment> segments,
        ContentHasher hasher,
        BlobCipher? cipher,
        CancellationToken cancellationToken)
    {
        await using var content = new SegmentStream(blobs, segments, 0, segments.Sum(segment => segment.Length), cipher);
        var buffer = new byte[BufferBytes];
        for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hasher.Append(buffer.AsSpan(0, count));
        }
    }
}
