using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>Multipart uploads (S3 User Guide, "Uploading and copying objects using multipart upload").</summary>
internal sealed class MultipartOperations(
    S3Store store,
    CopyOperations copies,
    LocalAwsOptions options,
    TimeProvider time)
{
    public const int MaximumParts = 10_000;

    private const long MinimumPartBytes = 5 * 1024 * 1024;
    private const int MaximumListed = 1000;

    public async Task CreateAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectRequestHeaders.RefuseUnsupported(request);
        var algorithm = request.Header("x-amz-checksum-algorithm") is { } name ? Checksum.ParseName(name) : (ChecksumAlgorithm?)null;
        var draft = ObjectRequestHeaders.Draft(request, store.GetBucket(request.Bucket), time.GetUtcNow());
        var key = CustomerKey.Of(request);
        var upload = await store.BeginUploadAsync(new MultipartUpload
        {
            UploadId = S3Request.NewOpaqueId(),
            Bucket = request.Bucket,
            Key = request.Key,
            Headers = draft.Headers,
            Metadata = draft.Metadata,
            StorageClass = draft.StorageClass,
            Tags = draft.Tags,
            Lock = draft.Lock,
            CustomerKey = key is null ? null : CustomerKeyCheck.Of(key.Key),
            ChecksumAlgorithm = algorithm,
            IsChecksumComposite = IsComposite(request, algorithm),
        });
        CustomerKey.AddHeaders(request, key);
        if (algorithm is { } known)
        {
            request.Response.Headers["x-amz-checksum-algorithm"] = Checksum.NameOf(known);
            request.Response.Headers["x-amz-checksum-type"] = upload.IsChecksumComposite ? "COMPOSITE" : "FULL_OBJECT";
        }

        await request.WriteXmlAsync(
            S3Xml.Element(
                "InitiateMultipartUploadResult",
                S3Xml.Element("Bucket", request.Bucket),
                S3Xml.Element("Key", request.Key),
                S3Xml.Element("UploadId", upload.UploadId)),
            cancellationToken);
    }

    public async Task PutPartAsync(S3Request request, CancellationToken cancellationToken)
    {
        var (upload, number) = FindPart(request);
        var integrity = BodyIntegrity.Of(request);
        var algorithm = integrity.Algorithm ?? upload.ChecksumAlgorithm;
        if (upload.ChecksumAlgorithm is { } expected && algorithm != expected)
        {
            throw new AwsServiceException(
                "InvalidRequest",
                $"Checksum Type mismatch occurred, expected checksum Type: {Checksum.NameOf(expected)}, actual checksum Type: "
                + $"{Checksum.NameOf(algorithm!.Value)}");
        }

        var key = CustomerKey.Of(request);
        using var cipher = CustomerKey.Open(upload.CustomerKey, key);
        using var hasher = new ContentHasher(algorithm);
        await using var body = request.OpenBody();
        var segment = await store.Blobs.WriteAsync(body, hasher, ObjectOperations.MaximumPutBytes, cipher, cancellationToken);
        try
        {
            integrity.Verify(hasher, body.Trailers);
            var part = await PutAsync(request, number, segment, hasher);
            request.Response.Headers.ETag = $"\"{part.ETag}\"";
            CustomerKey.AddHeaders(request, key);
            if (part.Checksum is { } checksum)
            {
                request.Response.Headers[checksum.HeaderName] = checksum.Value;
            }
        }
        finally
        {
            store.Discard(segment);
        }
    }

    public async Task CopyPartAsync(S3Request request, CancellationToken cancellationToken)
    {
        var (upload, number) = FindPart(request);
        var address = CopySource.Of(request);
        using var lease = copies.LeaseSource(request, address);
        var source = lease.Object;
        var range = request.Header("x-amz-copy-source-range") is { } header
            ? ByteRange.ParseCopySource(header, source.Size)
            : new ByteRange(0, source.Size);

        if (range.Length > ObjectOperations.MaximumPutBytes)
        {
            throw new AwsServiceException(
                "InvalidRequest",
                "The specified copy source is larger than the maximum allowable size for a copy source: "
                + $"{ObjectOperations.MaximumPutBytes} bytes.");
        }

        var key = CustomerKey.Of(request);
        using var readCipher = CustomerKey.Open(source.CustomerKey, CustomerKey.OfCopySource(request));
        using var writeCipher = CustomerKey.Open(upload.CustomerKey, key);
        using var hasher = new ContentHasher(upload.ChecksumAlgorithm);
        await using var content = new SegmentStream(store.Blobs, source.Segments, range.Offset, range.Length, readCipher);
        var segment = await store.Blobs.WriteAsync(
            content,
            hasher,
            ObjectOperations.MaximumPutBytes,
            writeCipher,
            cancellationToken);
        try
        {
            var part = await PutAsync(request, number, segment, hasher);
            copies.AddSourceVersion(request, address, source);
            CustomerKey.AddHeaders(request, key);
            await request.WriteXmlAsync(
                S3Xml.Element(
                    "CopyPartResult",
                    S3Xml.Element("LastModified", S3Xml.Timestamp(part.LastModified)),
                    S3Xml.Element("ETag", $"\"{part.ETag}\""),
                    ChecksumElement(part.Checksum)),
                cancellationToken);
        }
        finally
        {
            store.Discard(segment);
        }
    }

    public async Task CompleteAsync(S3Request request, CancellationToken cancellationToken)
    {
        // The header's checksum is the whole object's, not this document's.
        var document = S3Xml.Parse(await request.ReadDocumentAsync(cancellationToken, isChecked: false), "CompleteMultipartUpload");
        var uploadId = request.Query("uploadId")!;
        if (store.FindCompleted(request.Bucket, request.Key, uploadId) is { } completed)
        {
            // Whoever did not get the first answer asks again.
            await WriteCompletedAsync(request, completed, cancellationToken);
            return;
        }

        var upload = store.GetUpload(request.Bucket, request.Key, uploadId);
        var key = CustomerKey.Of(request);
        using var cipher = key is null && !upload.ReadsBytesAtEnd ? null : CustomerKey.Open(upload.CustomerKey, key);
        var parts = Choose(document, store.ListParts(upload.Bucket, upload.Key, upload.UploadId));
        var segments = parts.Select(part => part.Segment).ToList();
        var checksum = await ChecksumAsync(upload, parts, segments, cipher, cancellationToken);
        RequireAnnounced(request, checksum, segments);
        var stored = await store.PutAsync(
            upload.Bucket,
            new StoredObject
            {
                Key = upload.Key,
                Segments = segments,
                ETag = ETag(parts),
                Headers = upload.Headers,
                Metadata = upload.Metadata,
                StorageClass = upload.StorageClass,
                Tags = upload.Tags,
                Lock = upload.Lock,
                CustomerKey = upload.CustomerKey,
                Checksum = checksum,
                Parts = [.. parts.Select(part => new ObjectPart(part.Number, part.Segment.Length, part.Checksum?.Value))],
            },
            ObjectRequestHeaders.Condition(request),
            request.EventContext("ObjectCreated:CompleteMultipartUpload"),
            upload.UploadId);
        if (upload.CustomerKey is null || key is not null)
        {
            CustomerKey.AddHeaders(request, key);
        }

        await WriteCompletedAsync(request, stored, cancellationToken);
    }

    private async Task WriteCompletedAsync(S3Request request, StoredObject stored, CancellationToken cancellationToken)
    {
        ObjectOperations.AddNewVersion(request, stored);
        await request.WriteXmlAsync(
            S3Xml.Element(
                "CompleteMultipartUploadResult",
                S3Xml.Element("Location", $"{request.Http.Scheme}://{request.Http.Host}{request.Http.Path}"),
                S3Xml.Element("Bucket", request.Bucket),
                S3Xml.Element("Key", stored.Key),
                S3Xml.Element("ETag", stored.QuotedETag),
                ObjectOperations.ChecksumElements(stored.Checksum)),
            cancellationToken);
    }

    // What a client says of the whole object: its checksum, and its size.
    private static void RequireAnnounced(S3Request request, Checksum? checksum, List<Segment> segments)
    {
        if (
            checksum is not null
            && request.Header(checksum.HeaderName) is { } expected
            && expected != checksum.Value
            && $"{expected}-{segments.Count}" != checksum.Value)
        {
            throw S3Errors.BadDigest(Checksum.NameOf(checksum.Algorithm));
        }

        var size = segments.Sum(segment => segment.Length);
        if (request.Header("x-amz-mp-object-size") is { } announced && announced != size.ToString(CultureInfo.InvariantCulture))
        {
            throw new AwsServiceException(
                "InvalidRequest",
                $"The provided 'x-amz-mp-object-size' header value {announced} does not match what was computed: {size}");
        }
    }

    public async Task AbortAsync(S3Request request, CancellationToken cancellationToken)
    {
        await store.AbortUploadAsync(request.Bucket, request.Key, request.Query("uploadId")!);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task ListPartsAsync(S3Request request, CancellationToken cancellationToken)
    {
        var upload = store.GetUpload(request.Bucket, request.Key, request.Query("uploadId")!);
        var after = request.QueryNumber("part-number-marker", 0, int.MaxValue) ?? 0;
        var maximum = Math.Min(request.QueryNumber("max-parts", 0, int.MaxValue) ?? MaximumListed, MaximumListed);
        var parts = store.ListParts(upload.Bucket, upload.Key, upload.UploadId).Where(part => part.Number > after).ToList();
        var page = parts.Take(maximum).ToList();
        await request.WriteXmlAsync(
            S3Xml.Element(
                "ListPartsResult",
                S3Xml.Element("Bucket", upload.Bucket),
                S3Xml.Element("Key", upload.Key),
                S3Xml.Element("UploadId", upload.UploadId),
                S3Xml.Element("PartNumberMarker", after),
                page.Count > 0 ? S3Xml.Element("NextPartNumberMarker", page[^1].Number) : null,
                S3Xml.Element("MaxParts", maximum),
                S3Xml.Element("IsTruncated", page.Count < parts.Count),
                upload.ChecksumAlgorithm is { } algorithm
                    ? new[]
                    {
                        S3Xml.Element("ChecksumAlgorithm", Checksum.NameOf(algorithm)),
                        S3Xml.Element("ChecksumType", upload.IsChecksumComposite ? "COMPOSITE" : "FULL_OBJECT"),
                    }
                    : null,
                page.Select(part => S3Xml.Element(
                    "Part",
                    S3Xml.Element("PartNumber", part.Number),
                    S3Xml.Element("LastModified", S3Xml.Timestamp(part.LastModified)),
                    S3Xml.Element("ETag", $"\"{part.ETag}\""),
                    S3Xml.Element("Size", part.Segment.Length.ToString(CultureInfo.InvariantCulture)),
                    ChecksumElement(part.Checksum))),
                Person("Initiator"),
                Person("Owner"),
                S3Xml.Element("StorageClass", upload.StorageClass)),
            cancellationToken);
    }

    public async Task ListAsync(S3Request request, CancellationToken cancellationToken)
    {
        var prefix = request.Query("prefix") ?? "";
        var delimiter = request.Query("delimiter") ?? "";
        var keyMarker = request.Query("key-marker") ?? "";
        var uploadIdMarker = request.Query("upload-id-marker") ?? "";
        var maximum = Math.Min(request.QueryNumber("max-uploads", 0, int.MaxValue) ?? MaximumListed, MaximumListed);
        var encode = ListOperations.KeyEncoding(request);
        var all = store.ListUploads(request.Bucket).Where(upload => upload.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var marker = all.FindIndex(upload => upload.Key == keyMarker && upload.UploadId == uploadIdMarker);
        var uploads =
            marker >= 0
                ? all.Skip(marker + 1).ToList()
                : all.Where(upload => keyMarker.Length == 0 || Utf8KeyComparer.Instance.Compare(upload.Key, keyMarker) > 0).ToList();
        var rolledUp = uploads.ToLookup(upload =>
            delimiter.Length > 0 && upload.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is var cut and >= 0
                ? upload.Key[..(cut + delimiter.Length)]
                : "");
        var listed = rolledUp[""].ToList();
        var page = listed.Take(maximum).ToList();
        var isTruncated = page.Count < listed.Count;
        await request.WriteXmlAsync(
            S3Xml.Element(
                "ListMultipartUploadsResult",
                S3Xml.Element("Bucket", request.Bucket),
                S3Xml.Element("KeyMarker", encode(keyMarker)),
                S3Xml.Element("UploadIdMarker", uploadIdMarker),
                isTruncated && page.Count > 0
                    ? new[] { S3Xml.Element("NextKeyMarker", encode(page[^1].Key)), S3Xml.Element("NextUploadIdMarker", page[^1].UploadId) }
                    : null,
                S3Xml.Element("Prefix", encode(prefix)),
                delimiter.Length > 0 ? S3Xml.Element("Delimiter", encode(delimiter)) : null,
                request.Query("encoding-type") is { } encoding ? S3Xml.Element("EncodingType", encoding) : null,
                S3Xml.Element("MaxUploads", maximum),
                S3Xml.Element("IsTruncated", isTruncated),
                page.Select(upload =>
                    S3Xml.Element(
                        "Upload",
                        S3Xml.Element("Key", encode(upload.Key)),
                        S3Xml.Element("UploadId", upload.UploadId),
                        Person("Initiator"),
                        Person("Owner"),
                        S3Xml.Element("StorageClass", upload.StorageClass),
                        S3Xml.Element("Initiated", S3Xml.Timestamp(upload.Initiated)))),
                rolledUp
                    .Where(group => group.Key.Length > 0)
                    .Select(group => S3Xml.Element("CommonPrefixes", S3Xml.Element("Prefix", encode(group.Key))))),
            cancellationToken);
    }

    private static bool IsComposite(S3Request request, ChecksumAlgorithm? algorithm)
    {
        var isSha = algorithm is ChecksumAlgorithm.Sha1 or ChecksumAlgorithm.Sha256;
        return (request.Header("x-amz-checksum-type"), algorithm) switch
        {
            (null, null) => false,
            (not null, null) => throw new AwsServiceException(
                "InvalidRequest",
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."),
            (null, _) => algorithm != ChecksumAlgorithm.Crc64Nvme,
            ("COMPOSITE", not ChecksumAlgorithm.Crc64Nvme) => true,
            ("FULL_OBJECT", _) when !isSha => false,
            var (type, _) => throw new AwsServiceException(
                "InvalidRequest",
                $"The {type} checksum type cannot be used with the {Checksum.NameOf(algorithm.Value)} checksum algorithm."),
        };
    }

    private (MultipartUpload Upload, int Number) FindPart(S3Request request)
    {
        var upload = store.GetUpload(request.Bucket, request.Key, request.Query("uploadId")!);
        var number =
            request.QueryNumber("partNumber", 1, MaximumParts) ?? throw S3Errors.InvalidArgument("This operation requires a partNumber.");
        return (upload, number);
    }

    private Task<UploadedPart> PutAsync(S3Request request, int number, Segment segment, ContentHasher hasher) => store.PutPartAsync(
        request.Bucket,
        request.Key,
        request.Query("uploadId")!,
        new UploadedPart(number, segment, Convert.ToHexStringLower(hasher.Md5()), hasher.Checksum(), default));

    private static List<UploadedPart> Choose(XElement document, IReadOnlyList<UploadedPart> uploaded)
    {
        var byNumber = uploaded.ToDictionary(part => part.Number);
        var chosen = new List<UploadedPart>();
        foreach (var element in document.Children("Part"))
        {
            var number = element.Number("PartNumber") ?? throw S3Errors.MalformedXml("a Part must have the element PartNumber.");
            if (chosen.Count > 0 && number <= chosen[^1].Number)
            {
                throw new AwsServiceException(
                    "InvalidPartOrder",
                    $"The list of parts was not in ascending order. Parts must be ordered by part number: {number} follows "
                    + $"{chosen[^1].Number}.");
            }

            if (!byNumber.TryGetValue(number, out var part) || element.RequiredText("ETag").Trim('"') != part.ETag)
            {
                throw new AwsServiceException(
                    "InvalidPart",
                    $"One or more of the specified parts could not be found. Part {number} may not have been uploaded, or the specified "
                    + "entity tag may not match the part's entity tag.");
            }

            if (
                part.Checksum is { } checksum
                && element.Text(checksum.ElementName) is { Length: > 0 } expected
                && expected != checksum.Value)
            {
                throw new AwsServiceException("InvalidPart", $"The {checksum.ElementName} of part {number} does not match the part's.");
            }

            chosen.Add(part);
        }

        if (chosen.Count == 0)
        {
            throw S3Errors.MalformedXml("CompleteMultipartUpload must have at least one Part.");
        }

        var small = chosen.SkipLast(1).FirstOrDefault(part => part.Segment.Length < MinimumPartBytes);
        return small is null
            ? chosen
            : throw new AwsServiceException(
                "EntityTooSmall",
                $"Your proposed upload is smaller than the minimum allowed size: part {small.Number} has {small.Segment.Length} bytes; all "
                + $"but the last need {MinimumPartBytes}.");
    }

    private static string ETag(List<UploadedPart> parts)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        parts.ForEach(part => md5.AppendData(Convert.FromHexString(part.ETag)));
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{parts.Count}");
    }

    private async Task<Checksum?> ChecksumAsync(
        MultipartUpload upload,
        List<UploadedPart> parts,
        List<Segment> segments,
        BlobCipher? cipher,
        CancellationToken cancellationToken)
    {
        if (upload.ChecksumAlgorithm is not { } algorithm)
        {
            return null;
        }

        using var hasher = new ContentHasher(algorithm);
        if (!upload.IsChecksumComposite)
        {
            await CopyOperations.HashAsync(store.Blobs, segments, hasher, cipher, cancellationToken);
            return hasher.Checksum();
        }

        parts.ForEach(part => hasher.Append(Convert.FromBase64String(part.Checksum!.Value)));
        return new Checksum(
            algorithm,
            string.Create(CultureInfo.InvariantCulture, $"{hasher.Checksum()!.Value}-{parts.Count}"),
            IsComposite: true);
    }

    private static XElement? ChecksumElement(Checksum? checksum) =>
        checksum is null ? null : S3Xml.Element(checksum.ElementName, checksum.Value);

    private XElement Person(string name) => S3Xml.Element(name, S3Xml.Element("ID", options.AccountId));
}
