using System.Diagnostics;
using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;

namespace ImageApp.Core.Storage;

/// <summary>
/// The bucket of originals and renditions, in the domain's verbs. What is not there is null or false; every other failure is a
/// <see cref="BucketUnavailableException"/>.
/// </summary>
public sealed class ImageBucket(IAmazonS3 s3, BucketOptions options, TimeProvider time)
{
    // S3 events have no room for a trace context, so the object carries it.
    private const string TraceParentMetadata = "traceparent";

    // Percent-encoded UTF-8, for objects whose row is not there yet.
    private const string FileNameMetadata = "file-name";
    private const string OriginalKeyMetadata = "original-key";
    // RFC 9110, 13.1.2: only where there is no object yet.
    private const string IfNoneMatch = "If-None-Match";
    private const string Nothing = "*";
    private const string UnknownContentType = "application/octet-stream";

    // S3 takes 2 KB of names and values (Amazon S3 User Guide, "Working with object metadata"); the trace and sizes need the rest.
    private const int MaxMetadataValue = 1500;

    /// <summary>The bucket's name.</summary>
    public string Name => options.BucketName;

    /// <summary>Where browsers reach it, as scheme, host and port: what <see cref="PresignUploadAsync"/>'s addresses begin with.</summary>
    public string Origin => new Uri(s3.DetermineServiceOperationEndpoint(new PutObjectRequest { BucketName = Name, Key = "x" }).URL)
        .GetLeftPart(UriPartial.Authority);

    /// <summary>Opens an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="ifNoneMatch">What the reader has already, an eTag as HTTP writes it; null where it has nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object; null where it is not there.</returns>
    public Task<StoredObject?> OpenAsync(string key, string? ifNoneMatch, CancellationToken cancellationToken) =>
        OpenAsync(key, ifNoneMatch, range: null, cancellationToken);

    /// <summary>Opens an object, or a range of it.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="ifNoneMatch">What the reader has already, an eTag as HTTP writes it; null where it has nothing.</param>
    /// <param name="range">One range of bytes, as HTTP writes it; null for all of it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object; null where it is not there.</returns>
    public async Task<StoredObject?> OpenAsync(string key, string? ifNoneMatch, string? range, CancellationToken cancellationToken)
    {
        var isNotModified = false;
        var isOutOfRange = false;
        var found = await CallAsync("open object", async () =>
        {
            try
            {
                var get = new GetObjectRequest
                {
                    BucketName = Name,
                    Key = key,
                    EtagToNotMatch = ifNoneMatch,
                    ByteRange = range is null ? null : new ByteRange(range),
                };
                return await s3.GetObjectAsync(get, cancellationToken);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotModified)
            {
                isNotModified = true;
                return null;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                isOutOfRange = true;
                return null;
            }
        });
        if (isNotModified)
        {
            return new StoredObject(null) { ETag = ifNoneMatch!.Trim('"'), IsNotModified = true };
        }

        if (isOutOfRange)
        {
            return await FindOriginalAsync(key, cancellationToken) is { } whole
                ? new StoredObject(null) { ETag = whole.ETag, Length = whole.SizeBytes, IsOutOfRange = true }
                : null;
        }

        return found is null ? null : new StoredObject(found)
        {
            Content = VerifiedStream.Of(found, $"Bucket '{Name}': '{key}'"),
            Length = found.ContentLength,
            ETag = found.ETag.Trim('"'),
            LastModified = found.LastModified,
            ContentRange = found.ContentRange,
            FileName = FileNameIn(found.Metadata),
            TraceParent = found.Metadata[TraceParentMetadata],
        };
    }

    /// <summary>Looks for an original.</summary>
    /// <returns>What is known of it; null where it is not there.</returns>
    public async Task<ObjectDescription?> FindOriginalAsync(string imageKey, CancellationToken cancellationToken) =>
        await CallAsync("find original", async () => await s3.GetObjectMetadataAsync(Name, imageKey, cancellationToken)) is { } found
            ? new ObjectDescription(found.ETag.Trim('"'), found.ContentLength)
            {
                LastModified = found.LastModified,
                ContentType = found.ContentType,
                FileName = FileNameIn(found.Metadata),
            }
            : null;

    /// <summary>Lists originals in the order of their keys' bytes.</summary>
    /// <param name="after">The key to start after; empty for the first.</param>
    /// <param name="limit">The most of them, at most 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<OriginalPage> ListOriginalsAsync(string after, int limit, CancellationToken cancellationToken)
    {
        var list = new ListObjectsV2Request { BucketName = Name, Prefix = ImageKey.Prefix, StartAfter = after, MaxKeys = limit };
        var page = await CallAsync("list originals", async () => await s3.ListObjectsV2Async(list, cancellationToken))
            ?? throw new InvalidOperationException($"Bucket '{Name}' said that its list is not there.");
        var objects = page.S3Objects ?? [];
        return new OriginalPage(
            [.. objects.Where(item => ImageKey.IsImageKey(item.Key)).Select(item =>
                new ListedOriginal(item.Key, item.Size ?? 0, item.LastModified))],
            page.IsTruncated == true && objects is [.., var last] ? last.Key : null);
    }

    /// <summary>Puts an original, which starts its pipeline, under the current trace.</summary>
    /// <param name="imageKey">Its key.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="checksum">Their checksum, a <see cref="ObjectChecksum.Crc32"/>, by which the bucket knows that all arrived.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="fileName">The uploader's name for it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object's eTag without quotes.</returns>
    public async Task<string> PutOriginalAsync(
        string imageKey,
        Stream content,
        ObjectChecksum checksum,
        string contentType,
        string fileName,
        CancellationToken cancellationToken)
    {
        var put = new PutObjectRequest
        {
            BucketName = Name,
            Key = imageKey,
            InputStream = content,
            AutoCloseStream = false,
            ContentType = contentType,
            ChecksumCRC32 = checksum.Value,
        };
        Describe(put.Metadata, fileName);
        return (await PutAsync("store original", put, cancellationToken)).ETag.Trim('"');
    }

    /// <summary>Copies an original onto itself, so that its pipeline runs once more, under the current trace.</summary>
    /// <returns>False where it is not there.</returns>
    public async Task<bool> TouchOriginalAsync(string imageKey, string? contentType, string fileName, CancellationToken cancellationToken)
    {
        var copy = new CopyObjectRequest
        {
            SourceBucket = Name,
            SourceKey = imageKey,
            DestinationBucket = Name,
            DestinationKey = imageKey,
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = contentType ?? UnknownContentType,
        };
        Describe(copy.Metadata, fileName);
        return await CallAsync("touch original", async () => await s3.CopyObjectAsync(copy, cancellationToken)) is not null;
    }

    /// <summary>Lets a browser put an original of exactly this type and size once, under the current trace.</summary>
    public async Task<PresignedUpload> PresignUploadAsync(
        string imageKey, string contentType, long sizeBytes, string fileName, TimeSpan validity)
    {
        var expires = time.GetUtcNow() + validity;
        var presign = new GetPreSignedUrlRequest
        {
            BucketName = Name,
            Key = imageKey,
            Verb = HttpVerb.PUT,
            Expires = expires.UtcDateTime,
            ContentType = contentType,
            Protocol = s3.Config.ServiceURL?.StartsWith("http:", StringComparison.Ordinal) == true ? Protocol.HTTP : Protocol.HTTPS,
        };
        presign.Headers.ContentLength = sizeBytes;
        presign.Headers[IfNoneMatch] = Nothing;
        Describe(presign.Metadata, fileName);
        var headers = presign.Metadata.Keys.ToDictionary(name => name, name => presign.Metadata[name]);
        headers["Content-Type"] = contentType;
        headers[IfNoneMatch] = Nothing;
        return new PresignedUpload(await s3.GetPreSignedURLAsync(presign), headers, expires);
    }

    /// <summary>Puts a rendition of an original beside it.</summary>
    /// <returns>The rendition's key.</returns>
    public async Task<string> PutRenditionAsync(
        GalleryRendition rendition,
        string imageKey,
        byte[] content,
        int width,
        int height,
        bool damaged,
        CancellationToken cancellationToken)
    {
        using var checksum = ObjectChecksum.Crc32();
        checksum.Append(content);
        var put = new PutObjectRequest
        {
            BucketName = Name,
            Key = rendition.KeyFor(imageKey),
            InputStream = new MemoryStream(content),
            ContentType = rendition.Format.ContentType,
            ChecksumCRC32 = checksum.Value,
        };

        // Header values are ASCII; keys need not be, and a key cut short would be another's.
        var original = Uri.EscapeDataString(imageKey).Replace("%2F", "/", StringComparison.Ordinal);
        if (original.Length <= MaxMetadataValue)
        {
            put.Metadata[OriginalKeyMetadata] = original;
        }

        put.Metadata["thumbnail-size"] = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        if (damaged)
        {
            put.Metadata["damaged"] = "true";
        }

        AddTrace(put.Metadata);
        await PutAsync($"store {rendition.Name}", put, cancellationToken);
        return put.Key;
    }

    /// <summary>Deletes an original and everything made of it; what is gone already is no error.</summary>
    /// <param name="imageKey">The original's key.</param>
    /// <param name="image">Its row, which knows renditions that an older version keyed otherwise; null where there is none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteImageAsync(string imageKey, ImageRecord? image, CancellationToken cancellationToken)
    {
        // The original last: as long as it is there, whoever comes after a crash finds it and does all of this again.
        await DeleteRenditionsAsync(imageKey, image, cancellationToken);
        await CallAsync("delete original", async () => await s3.DeleteObjectAsync(Name, imageKey, cancellationToken));
    }

    /// <summary>Deletes everything made of an original; what is gone already is no error.</summary>
    /// <param name="imageKey">The original's key.</param>
    /// <param name="image">Its row, which knows renditions that an older version keyed otherwise; null where there is none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteRenditionsAsync(string imageKey, ImageRecord? image, CancellationToken cancellationToken)
    {
        var stored = image?.ThumbnailKey is { } thumbnail
            ? GalleryRendition.All.Select(rendition => rendition.KeyBeside(thumbnail)).Append(thumbnail)
            : [];
        foreach (var key in GalleryRendition.All.Select(rendition => rendition.KeyFor(imageKey)).Union(stored))
        {
            await CallAsync("delete rendition", async () => await s3.DeleteObjectAsync(Name, key, cancellationToken));
        }
    }

    /// <summary>Opens a connection before there is anything to ask for.</summary>
    /// <exception cref="BucketUnavailableException">There is none; the message says why.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken) =>
        CallAsync("connect", async () => await s3.HeadBucketAsync(new HeadBucketRequest { BucketName = Name }, cancellationToken));

    /// <summary>Asks the bucket for a sign of life.</summary>
    /// <exception cref="BucketUnavailableException">There is none; the message says why.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) =>
        CallAsync("check bucket", async () => await s3.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = Name, MaxKeys = 1 }, cancellationToken));

    private static void Describe(MetadataCollection metadata, string fileName)
    {
        AddTrace(metadata);
        metadata[FileNameMetadata] = Uri.EscapeDataString(Fitting(fileName));
    }

    // The row has the whole name; the object's is for one that loses its row.
    private static string Fitting(string fileName)
    {
        var extension = Path.GetExtension(fileName);
        var stem = Path.GetFileNameWithoutExtension(fileName);
        extension = Uri.EscapeDataString(extension).Length <= MaxMetadataValue / 10 ? extension : "";
        while (Uri.EscapeDataString(stem + extension).Length > MaxMetadataValue)
        {
            stem = stem[..^(char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem + extension;
    }

    private static string? FileNameIn(MetadataCollection metadata) =>
        metadata[FileNameMetadata] is { Length: > 0 } name ? Uri.UnescapeDataString(name) : null;

    private static void AddTrace(MetadataCollection metadata)
    {
        if (Activity.Current is { Recorded: true, Id: { } traceParent })
        {
            metadata[TraceParentMetadata] = traceParent;
        }
    }

    private async Task<PutObjectResponse> PutAsync(string verb, PutObjectRequest put, CancellationToken cancellationToken) =>
        await CallAsync(verb, async () => await s3.PutObjectAsync(put, cancellationToken))
        ?? throw new InvalidOperationException($"Bucket '{Name}' said that '{put.Key}' is not there, when it was put.");

    // Null where the object is not there. A bucket that is not there is no such answer: a setting or the stack is wrong.
    private async Task<T?> CallAsync<T>(string verb, Func<Task<T?>> call)
        where T : class
    {
        try
        {
            return await ImageAppTelemetry.TraceAsync(verb, ActivityKind.Client, async () =>
            {
                try
                {
                    return await call();
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
                {
                    return null;
                }
            });
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new BucketUnavailableException($"Bucket '{Name}': {e.Message}", e);
        }
    }
}
