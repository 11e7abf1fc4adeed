using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

// Multipart uploads (Amazon S3 User Guide, "Uploading and copying objects using multipart upload").
internal sealed partial class S3Api
{
    private async Task CreateUploadAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        var upload = new MultipartUpload(
            Guid.NewGuid().ToString("N"), request.Key, DateTimeOffset.UtcNow, request.Headers.ContentType is [{ Length: > 0 } type] ? type : "binary/octet-stream", Kept(request), UserMetadata(request));
        await contents.SaveUploadAsync(upload, request.Cancelled);
        await WriteAsync(request, new XElement("InitiateMultipartUploadResult",
            new XElement("Bucket", request.Bucket), new XElement("Key", request.Key), new XElement("UploadId", upload.UploadId)));
    }

    private async Task UploadPartAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        var upload = Upload(request, contents);
        if (!int.TryParse(request.Query["partNumber"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 10_000)
        {
            throw new AwsServiceException("InvalidArgument", $"partNumber '{request.Query["partNumber"]}' is not between 1 and 10000.");
        }

        UploadedPart part;
        if (request.Operation == "UploadPartCopy")
        {
            part = await CopyPartAsync(request, contents);
        }
        else
        {
            var received = await ReceiveAsync(request, contents);
            part = new UploadedPart(received.DataFile, received.Size, received.Md5, DateTimeOffset.UtcNow);
            foreach (var (name, value) in received.Checksums)
            {
                request.Response.Headers[name] = value;
            }
        }

        UploadedPart? replaced;
        MultipartUpload changed;
        lock (upload.Parts)
        {
            upload.Parts.TryGetValue(number, out replaced);
            upload.Parts[number] = part;
            changed = upload with { Parts = new Dictionary<int, UploadedPart>(upload.Parts) };
        }

        await contents.SaveUploadAsync(changed with { Parts = upload.Parts }, request.Cancelled);
        if (replaced is not null)
        {
            File.Delete(Path.Combine(contents.DataFolder, replaced.DataFile));
        }

        if (request.Operation == "UploadPartCopy")
        {
            await WriteAsync(request, new XElement("CopyPartResult", new XElement("ETag", Quoted(part.ETag)), new XElement("LastModified", Iso(part.LastModified))));
        }
        else
        {
            request.Response.Headers.ETag = Quoted(part.ETag);
        }
    }

    private async Task<UploadedPart> CopyPartAsync(S3Request request, BucketContents contents)
    {
        var (from, source) = CopySource(request);
        var (first, length) = (0L, source.Size);
        if (request.Headers["x-amz-copy-source-range"] is [{ } range])
        {
            var bounds = range.Replace("bytes=", "", StringComparison.Ordinal).Split('-');
            if (bounds.Length != 2 || !long.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
                || !long.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last >= source.Size)
            {
                throw new AwsServiceException("InvalidArgument", $"x-amz-copy-source-range '{range}' is not bytes=first-last within {source.Size} bytes.");
            }

            length = last - first + 1;
        }

        var file = Guid.NewGuid().ToString("N");
        await using var input = from.OpenRead(source) ?? throw new AwsServiceException("NoSuchKey", $"The specified key does not exist: {source.Key}", HttpStatusCode.NotFound);
        await using var output = new FileStream(Path.Combine(contents.DataFolder, file), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.Asynchronous);
        input.Position = first;
        await CopyAsync(input, output, length, request.Cancelled);
        output.Position = 0;
        return new UploadedPart(file, length, Convert.ToHexStringLower(await MD5.HashDataAsync(output, request.Cancelled)), DateTimeOffset.UtcNow);
    }

    private async Task CompleteUploadAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        var upload = Upload(request, contents);
        var wanted = (await ReadXmlAsync(request)).Elements().Where(element => element.Name.LocalName == "Part")
            .Select(part => (
                Number: int.Parse(part.Elements().Single(element => element.Name.LocalName == "PartNumber").Value, CultureInfo.InvariantCulture),
                ETag: part.Elements().Single(element => element.Name.LocalName == "ETag").Value.Trim('"')))
            .ToList();
        if (wanted.Count == 0)
        {
            throw new AwsServiceException("MalformedXML", "The list of parts is empty.");
        }

        if (!wanted.Select(part => part.Number).SequenceEqual(wanted.Select(part => part.Number).Distinct().Order()))
        {
            throw new AwsServiceException("InvalidPartOrder", "The list of parts was not in ascending order.");
        }

        var parts = wanted.ConvertAll(part => upload.Parts.TryGetValue(part.Number, out var found) && found.ETag == part.ETag
            ? found
            : throw new AwsServiceException("InvalidPart", $"Part {part.Number} could not be found, or its entity tag is not {part.ETag}."));
        if (parts.SkipLast(1).FirstOrDefault(part => part.Size < MinPartSize) is { } small)
        {
            throw new AwsServiceException("EntityTooSmall", $"A part of {small.Size} bytes is smaller than the minimum allowed size of {MinPartSize} bytes; only the last may be.");
        }

        var file = Guid.NewGuid().ToString("N");
        await using (var output = new FileStream(Path.Combine(contents.DataFolder, file), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
        {
            foreach (var part in parts)
            {
                await using var input = new FileStream(Path.Combine(contents.DataFolder, part.DataFile), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
                await input.CopyToAsync(output, request.Cancelled);
            }
        }

        var hashes = parts.SelectMany(part => Convert.FromHexString(part.ETag)).ToArray();
        var item = new StoredObject
        {
            Key = request.Key,
            DataFile = file,
            Size = parts.Sum(part => part.Size),
            ETag = $"{Convert.ToHexStringLower(MD5.HashData(hashes))}-{parts.Count}",
            LastModified = Now(),
            Sequencer = buckets.NextSequencer(),
            ContentType = upload.ContentType,
            Headers = upload.Headers,
            Metadata = upload.Metadata,
        };
        await PublishAsync(request, contents, item, "ObjectCreated:CompleteMultipartUpload", old => CheckWriteConditions(request, old));
        contents.RemoveUpload(upload);
        await WriteAsync(request, new XElement("CompleteMultipartUploadResult",
            new XElement("Location", $"/{request.Bucket}/{Uri.EscapeDataString(request.Key)}"), new XElement("Bucket", request.Bucket), new XElement("Key", request.Key), new XElement("ETag", Quoted(item.ETag))));
    }

    private Task AbortUploadAsync(S3Request request)
    {
        var contents = buckets.Get(request.Bucket);
        contents.RemoveUpload(Upload(request, contents));
        request.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task ListPartsAsync(S3Request request)
    {
        var upload = Upload(request, buckets.Get(request.Bucket));
        return WriteAsync(request, new XElement("ListPartsResult",
            new XElement("Bucket", request.Bucket), new XElement("Key", request.Key), new XElement("UploadId", upload.UploadId), new XElement("IsTruncated", false),
            upload.Parts.OrderBy(part => part.Key).Select(part => new XElement("Part",
                new XElement("PartNumber", part.Key), new XElement("LastModified", Iso(part.Value.LastModified)), new XElement("ETag", Quoted(part.Value.ETag)), new XElement("Size", part.Value.Size)))));
    }

    private Task ListUploadsAsync(S3Request request) => WriteAsync(request, new XElement("ListMultipartUploadsResult",
        new XElement("Bucket", request.Bucket), new XElement("IsTruncated", false),
        buckets.Get(request.Bucket).Uploads.Values.Where(upload => upload.Key.StartsWith(request.Query["prefix"].ToString(), StringComparison.Ordinal))
            .OrderBy(upload => upload.Key, StringComparer.Ordinal)
            .Select(upload => new XElement("Upload", new XElement("Key", upload.Key), new XElement("UploadId", upload.UploadId), new XElement("Initiated", Iso(upload.Initiated))))));

    private static MultipartUpload Upload(S3Request request, BucketContents contents) =>
        contents.Uploads.TryGetValue(request.Query["uploadId"].ToString(), out var upload) && upload.Key == request.Key
            ? upload
            : throw new AwsServiceException("NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", HttpStatusCode.NotFound);
}
