using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using ImageApp.LocalAws.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

// Objects: put, get, head, copy, delete, list.
internal sealed partial class S3Api
{
    private static readonly string[] KeptHeaders = ["Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"];

    private async Task PutObjectAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        var received = await ReceiveAsync(request, contents);
        var item = new StoredObject
        {
            Key = request.Key,
            DataFile = received.DataFile,
            Size = received.Size,
            ETag = received.Md5,
            LastModified = Now(),
            Sequencer = buckets.NextSequencer(),
            ContentType = request.Headers.ContentType is [{ Length: > 0 } type] ? type : "binary/octet-stream",
            Headers = Kept(request),
            Metadata = UserMetadata(request),
            Checksums = received.Checksums,
        };
        await PublishAsync(request, contents, item, "ObjectCreated:Put", old => CheckWriteConditions(request, old));
        WriteETag(request, item);
        foreach (var (name, value) in item.Checksums)
        {
            request.Response.Headers[name] = value;
        }

        request.Response.Headers["x-amz-server-side-encryption"] = "AES256";
    }

    /// <summary>Makes an object visible together with its events.</summary>
    private async Task PublishAsync(S3Request request, BucketContents contents, StoredObject item, string eventName, Action<StoredObject?> condition)
    {
        var prepared = await events.PrepareAsync(
            contents.Bucket, eventName, item.Key, item, item.Sequencer, request.RequestId, LocalAwsTelemetry.CurrentTraceParent(request.Headers.TraceParent), request.Cancelled);
        try
        {
            contents.Put(item, condition);
        }
        catch
        {
            events.Withdraw(prepared);
            File.Delete(Path.Combine(contents.DataFolder, item.DataFile));
            throw;
        }

        events.Release(prepared);
    }

    private async Task GetObjectAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        StoredObject item;
        FileStream? file;
        do
        {
            // A write in between takes the old content away; then there is new.
            item = contents.Get(request.Key);
            file = contents.OpenRead(item);
        }
        while (file is null);

        await using (file)
        {
            var headers = request.Response.Headers;
            WriteETag(request, item);
            headers.LastModified = item.LastModified.ToString("R", CultureInfo.InvariantCulture);
            CheckReadConditions(request.Headers, item);

            headers.AcceptRanges = "bytes";
            headers["x-amz-server-side-encryption"] = "AES256";
            foreach (var (name, value) in item.Headers)
            {
                headers[name] = value;
            }

            foreach (var (name, value) in item.Metadata)
            {
                headers["x-amz-meta-" + name] = value;
            }

            request.Response.ContentType = item.ContentType;
            foreach (var name in KeptHeaders.Append("Content-Type"))
            {
                if (request.Query["response-" + name.ToLowerInvariant()] is [{ Length: > 0 } value])
                {
                    headers[name] = value;
                }
            }

            var (offset, length) = Range(request, item);
            if (request.Headers["x-amz-checksum-mode"] == "ENABLED" && length == item.Size)
            {
                foreach (var (name, value) in item.Checksums)
                {
                    headers[name] = value;
                }
            }

            request.Response.ContentLength = length;
            if (request.Operation == "HeadObject" || length == 0)
            {
                return;
            }

            file.Position = offset;
            await CopyAsync(file, request.Response.Body, length, request.Cancelled);
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, long length, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        while (length > 0)
        {
            var read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException("The stored content is shorter than its metadata says.");
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            length -= read;
        }
    }

    private static (long Offset, long Length) Range(S3Request request, StoredObject item)
    {
        // S3 serves one range; a list of ranges or a malformed one gives the whole object.
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var ranges) || ranges.Unit != "bytes" || ranges.Ranges.Count != 1)
        {
            return (0, item.Size);
        }

        var range = ranges.Ranges.Single();
        var first = range.From ?? Math.Max(0, item.Size - range.To!.Value);
        var last = range.From is null ? item.Size - 1 : Math.Min(range.To ?? long.MaxValue, item.Size - 1);
        if (first >= item.Size || last < first)
        {
            request.Response.Headers.ContentRange = $"bytes */{item.Size}";
            throw new AwsServiceException("InvalidRange", $"The requested range is not satisfiable: the object has {item.Size} bytes.", HttpStatusCode.RequestedRangeNotSatisfiable);
        }

        request.Response.StatusCode = StatusCodes.Status206PartialContent;
        request.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{item.Size}");
        return (first, last - first + 1);
    }

    private static void CheckReadConditions(IHeaderDictionary headers, StoredObject item, string prefix = "")
    {
        var ifMatch = headers[prefix + "If-Match"].ToString();
        var ifNoneMatch = headers[prefix + "If-None-Match"].ToString();
        if (ifMatch.Length > 0 ? !ETagMatches(ifMatch, item.ETag) : Since(headers[prefix + "If-Unmodified-Since"]) is { } unmodified && item.LastModified > unmodified)
        {
            throw PreconditionFailed();
        }

        if (ifNoneMatch.Length > 0 ? ETagMatches(ifNoneMatch, item.ETag) : Since(headers[prefix + "If-Modified-Since"]) is { } modified && item.LastModified <= modified)
        {
            throw prefix.Length > 0 ? PreconditionFailed() : new AwsServiceException("NotModified", "Not Modified", HttpStatusCode.NotModified);
        }

        static DateTimeOffset? Since(string? value) => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }

    private static void CheckWriteConditions(S3Request request, StoredObject? old)
    {
        if (request.Headers.IfNoneMatch is [{ Length: > 0 } none] && old is not null && ETagMatches(none, old.ETag))
        {
            throw PreconditionFailed();
        }

        if (request.Headers.IfMatch is [{ Length: > 0 } match])
        {
            if (old is null)
            {
                throw new AwsServiceException("NoSuchKey", $"The specified key does not exist: {request.Key}", HttpStatusCode.NotFound);
            }

            if (!ETagMatches(match, old.ETag))
            {
                throw PreconditionFailed();
            }
        }
    }

    private static AwsServiceException PreconditionFailed() =>
        new("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", HttpStatusCode.PreconditionFailed);

    private static bool ETagMatches(string list, string etag) =>
        list.Split(',', StringSplitOptions.TrimEntries).Any(candidate => candidate == "*" || candidate.Trim('"') == etag);

    private async Task CopyObjectAsync(S3Request request)
    {
        var (contents, source) = CopySource(request);
        var replace = request.Headers["x-amz-metadata-directive"] == "REPLACE";
        var target = buckets.Get(request.Bucket);
        if (!replace && contents == target && source.Key == request.Key)
        {
            throw new AwsServiceException("InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        }

        var item = source with
        {
            Key = request.Key,
            DataFile = Guid.NewGuid().ToString("N"),
            LastModified = Now(),
            Sequencer = buckets.NextSequencer(),
            ContentType = replace ? (request.Headers.ContentType is [{ Length: > 0 } type] ? type : "binary/octet-stream") : source.ContentType,
            Headers = replace ? Kept(request) : source.Headers,
            Metadata = replace ? UserMetadata(request) : source.Metadata,
        };
        await using (var from = contents.OpenRead(source) ?? throw new AwsServiceException("NoSuchKey", $"The specified key does not exist: {source.Key}", HttpStatusCode.NotFound))
        await using (var to = new FileStream(Path.Combine(target.DataFolder, item.DataFile), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
        {
            await from.CopyToAsync(to, request.Cancelled);
        }

        await PublishAsync(request, target, item, "ObjectCreated:Copy", old => CheckWriteConditions(request, old));
        await WriteAsync(request, new XElement("CopyObjectResult", new XElement("LastModified", Iso(item.LastModified)), new XElement("ETag", Quoted(item.ETag))));
    }

    private (BucketContents Contents, StoredObject Source) CopySource(S3Request request)
    {
        var source = Uri.UnescapeDataString(request.Headers["x-amz-copy-source"].ToString().Split('?')[0]).TrimStart('/').Split('/', 2);
        if (source.Length != 2)
        {
            throw new AwsServiceException("InvalidArgument", "x-amz-copy-source must be bucket/key.");
        }

        var contents = buckets.Get(source[0]);
        var item = contents.Get(source[1]);
        CheckReadConditions(request.Headers, item, "x-amz-copy-source-");
        return (contents, item);
    }

    private async Task DeleteObjectAsync(S3Request request)
    {
        await DeleteAsync(request, buckets.Get(request.Bucket), request.Key);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task DeleteAsync(S3Request request, BucketContents contents, string key)
    {
        if (contents.Delete(key) is not null)
        {
            events.Release(await events.PrepareAsync(
                contents.Bucket, "ObjectRemoved:Delete", key, null, buckets.NextSequencer(), request.RequestId, LocalAwsTelemetry.CurrentTraceParent(request.Headers.TraceParent), request.Cancelled));
        }
    }

    private async Task DeleteObjectsAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        var body = await ReadXmlAsync(request);
        var keys = body.Descendants().Where(element => element.Name.LocalName == "Key").Select(element => element.Value).ToList();
        if (keys.Count is 0 or > 1000)
        {
            throw new AwsServiceException("MalformedXML", $"The request names {keys.Count} keys; 1 to 1000 are allowed.");
        }

        var quiet = body.Elements().Any(element => element.Name.LocalName == "Quiet" && element.Value == "true");
        var result = new XElement("DeleteResult");
        foreach (var key in keys)
        {
            await DeleteAsync(request, contents, key);
            if (!quiet)
            {
                result.Add(new XElement("Deleted", new XElement("Key", key)));
            }
        }

        await WriteAsync(request, result);
    }

    private Task ListObjectsAsync(S3Request request)
    {
        var v2 = request.Operation == "ListObjectsV2";
        var query = request.Query;
        var prefix = query["prefix"].ToString();
        var delimiter = query["delimiter"].ToString();
        var encode = query["encoding-type"] == "url";
        var maxKeys = query["max-keys"] is [{ } text]
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Min(given, 1000) : throw new AwsServiceException("InvalidArgument", $"max-keys '{text}' is not a number of 0 or more.")
            : 1000;
        var token = query["continuation-token"].ToString();
        var start = v2 ? (token.Length > 0 ? DecodeToken(token) : query["start-after"].ToString()) : query["marker"].ToString();

        var items = new List<XElement>();
        var prefixes = new List<string>();
        var truncated = false;
        var last = "";
        foreach (var item in maxKeys == 0 ? [] : buckets.Get(request.Bucket).List(prefix, start))
        {
            var end = delimiter.Length > 0 ? item.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) : -1;
            var common = end >= 0 ? item.Key[..(end + delimiter.Length)] : null;
            if (common is not null && (prefixes.LastOrDefault() == common || string.CompareOrdinal(start, common) >= 0 && start.StartsWith(common, StringComparison.Ordinal)))
            {
                continue;
            }

            if (items.Count + prefixes.Count == maxKeys)
            {
                truncated = true;
                break;
            }

            if (common is not null)
            {
                prefixes.Add(common);
                last = common + char.MaxValue;
            }
            else
            {
                items.Add(new XElement("Contents",
                    new XElement("Key", Encoded(item.Key)), new XElement("LastModified", Iso(item.LastModified)), new XElement("ETag", Quoted(item.ETag)),
                    new XElement("Size", item.Size), new XElement("StorageClass", "STANDARD")));
                last = item.Key;
            }
        }

        var result = new XElement("ListBucketResult",
            new XElement("Name", request.Bucket), new XElement("Prefix", Encoded(prefix)), new XElement("MaxKeys", maxKeys), new XElement("IsTruncated", truncated),
            delimiter.Length > 0 ? new XElement("Delimiter", Encoded(delimiter)) : null, encode ? new XElement("EncodingType", "url") : null);
        if (v2)
        {
            result.Add(new XElement("KeyCount", items.Count + prefixes.Count));
            result.Add(token.Length > 0 ? new XElement("ContinuationToken", token) : null, truncated ? new XElement("NextContinuationToken", EncodeToken(last)) : null);
            result.Add(query["start-after"] is [{ Length: > 0 } after] ? new XElement("StartAfter", Encoded(after)) : null);
        }
        else
        {
            result.Add(new XElement("Marker", Encoded(start)), truncated && delimiter.Length > 0 ? new XElement("NextMarker", Encoded(last)) : null);
        }

        result.Add(items, prefixes.Select(common => new XElement("CommonPrefixes", new XElement("Prefix", Encoded(common)))));
        return WriteAsync(request, result);

        string Encoded(string value) => encode ? Uri.EscapeDataString(value).Replace("%2F", "/", StringComparison.Ordinal) : value;
        static string EncodeToken(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
        static string DecodeToken(string token)
        {
            var bytes = new byte[token.Length];
            return Convert.TryFromBase64String(token, bytes, out var length)
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : throw new AwsServiceException("InvalidArgument", "The continuation token provided is incorrect");
        }
    }

    private static Dictionary<string, string> UserMetadata(S3Request request) => request.Headers
        .Where(header => header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
        .ToDictionary(header => header.Key["x-amz-meta-".Length..].ToLowerInvariant(), header => header.Value.ToString());

    private static Dictionary<string, string> Kept(S3Request request)
    {
        var kept = KeptHeaders.Where(name => request.Headers.ContainsKey(name)).ToDictionary(name => name, name => request.Headers[name].ToString());
        if (kept.TryGetValue("Content-Encoding", out var encoding))
        {
            // aws-chunked frames the transfer and is no property of the object.
            var rest = string.Join(',', encoding.Split(',', StringSplitOptions.TrimEntries).Where(part => part != "aws-chunked"));
            kept.Remove("Content-Encoding");
            if (rest.Length > 0)
            {
                kept["Content-Encoding"] = rest;
            }
        }

        return kept;
    }

    private static void WriteETag(S3Request request, StoredObject item) => request.Response.Headers.ETag = Quoted(item.ETag);

    private static string Quoted(string etag) => $"\"{etag}\"";

    // Conditions compare whole seconds, since HTTP dates have no more.
    private static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
