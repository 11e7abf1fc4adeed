using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace ImageApp.Tests.LocalAws.S3;

public sealed class MultipartTests : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;

    private LocalAwsInstance _host = null!;
    private string _bucket = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await LocalAwsInstance.StartAsync();
        _bucket = await _host.CreateBucketAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_sdks_transfer_utility_uploads_and_reads_back_a_large_object()
    {
        var content = RandomNumberGenerator.GetBytes((17 * MiB) + 3);
        using var transfer = new TransferUtility(_host.S3, new TransferUtilityConfig { MinSizeBeforePartUpload = 5 * MiB });
        await transfer.UploadAsync(
            new TransferUtilityUploadRequest
            {
                BucketName = _bucket,
                Key = "large",
                InputStream = new MemoryStream(content),
                PartSize = 5 * MiB,
                ContentType = "video/mp4",
            },
            Cancellation);
        var head = await _host.S3.GetObjectMetadataAsync(_bucket, "large", Cancellation);
        Assert.EndsWith("-4\"", head.ETag, StringComparison.Ordinal);
        Assert.Equal("video/mp4", head.Headers.ContentType);
        Assert.Equal(content, await ReadAsync(new GetObjectRequest { BucketName = _bucket, Key = "large" }));

        var across = new GetObjectRequest { BucketName = _bucket, Key = "large", ByteRange = new ByteRange((5 * MiB) - 7, (10 * MiB) + 7) };
        Assert.Equal(content[((5 * MiB) - 7)..((10 * MiB) + 8)], await ReadAsync(across));
        Assert.Equal(
            content[(5 * MiB)..(10 * MiB)],
            await ReadAsync(
                new GetObjectRequest
                {
                    BucketName = _bucket,
                    Key = "large",
                    PartNumber = 2,
                }));
    }

    [Fact]
    public async Task A_completed_upload_has_the_eTag_of_its_parts_and_drops_those_not_named()
    {
        var upload = await _host.S3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = "k" },
            Cancellation);
        byte[] first = RandomNumberGenerator.GetBytes(5 * MiB),
            last = [1, 2, 3];
        var one = await PutPartAsync(upload.UploadId, 1, RandomNumberGenerator.GetBytes(10));
        one = await PutPartAsync(upload.UploadId, 1, first);
        var two = await PutPartAsync(upload.UploadId, 2, [9]);
        var three = await PutPartAsync(upload.UploadId, 7, last);
        var parts = await _host.S3.ListPartsAsync(
            new ListPartsRequest
            {
                BucketName = _bucket,
                Key = "k",
                UploadId = upload.UploadId,
            },
            Cancellation);
        Assert.Equal([1, 2, 7], parts.Parts.Select(part => part.PartNumber!.Value));
        Assert.Equal(
            "k",
            Assert
                .Single(
                    (
                        await _host.S3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket }, Cancellation)
                    ).MultipartUploads)
                .Key);

        var completed = await CompleteAsync(upload.UploadId, new PartETag(1, one.ETag), new PartETag(7, three.ETag));
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(Convert.FromHexString(one.ETag.Trim('"')));
        md5.AppendData(Convert.FromHexString(three.ETag.Trim('"')));
        Assert.Equal($"\"{Convert.ToHexStringLower(md5.GetHashAndReset())}-2\"", completed.ETag);
        Assert.Equal((byte[])[.. first, .. last], await ReadAsync(new GetObjectRequest { BucketName = _bucket, Key = "k" }));
        Assert.Empty(
            (
                await _host.S3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket }, Cancellation)
            ).MultipartUploads
                ?? []);
        Assert.Equal(
            2,
            Directory.EnumerateFiles(Path.Combine(_host.Options.DataDirectory, "s3", "blobs"), "*", SearchOption.AllDirectories).Count());
        Assert.NotEqual(two.ETag, one.ETag);
    }

    [Fact]
    public async Task Wrong_completions_are_refused_by_what_is_wrong()
    {
        var upload = await _host.S3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = "k" },
            Cancellation);
        var one = await PutPartAsync(upload.UploadId, 1, [1]);
        var two = await PutPartAsync(upload.UploadId, 2, [2]);
        async Task<string> CodeAsync(params PartETag[] parts) =>
            (await Assert.ThrowsAsync<AmazonS3Exception>(() => CompleteAsync(upload.UploadId, parts))).ErrorCode;

        Assert.Equal("EntityTooSmall", await CodeAsync(new PartETag(1, one.ETag), new PartETag(2, two.ETag)));
        Assert.Equal("InvalidPart", await CodeAsync(new PartETag(1, two.ETag)));
        Assert.Equal("InvalidPart", await CodeAsync(new PartETag(3, one.ETag)));
        var unordered =
            $"<CompleteMultipartUpload><Part><PartNumber>2</PartNumber><ETag>{two.ETag}</ETag></Part>"
            + $"<Part><PartNumber>1</PartNumber><ETag>{one.ETag}</ETag></Part></CompleteMultipartUpload>";
        var answer = await SignedRequest.SendAsync(
            _host,
            HttpMethod.Post,
            $"/{_bucket}/k?uploadId={upload.UploadId}",
            System.Text.Encoding.UTF8.GetBytes(unordered));
        Assert.Contains("<Code>InvalidPartOrder</Code>", await answer.Content.ReadAsStringAsync(Cancellation));

        await _host.S3.AbortMultipartUploadAsync(_bucket, "k", upload.UploadId, Cancellation);
        Assert.Equal("NoSuchUpload", await CodeAsync(new PartETag(1, one.ETag)));
        Assert.Equal("NoSuchUpload", (await Assert.ThrowsAsync<AmazonS3Exception>(() => PutPartAsync(upload.UploadId, 1, [1]))).ErrorCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_host.Options.DataDirectory, "s3", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("CRC32", "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("SHA256", "COMPOSITE")]
    public async Task Checksums_of_parts_make_that_of_the_object(string algorithm, string type)
    {
        var upload = await _host.S3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = _bucket,
                Key = "k",
                ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
                ChecksumType = ChecksumType.FindValue(type),
            },
            Cancellation);
        byte[] first = RandomNumberGenerator.GetBytes(5 * MiB),
            last = RandomNumberGenerator.GetBytes(77);
        var one = await PutPartAsync(upload.UploadId, 1, first, algorithm);
        var two = await PutPartAsync(upload.UploadId, 2, last, algorithm);
        var completed = await CompleteAsync(upload.UploadId, new PartETag(one), new PartETag(two));
        var checksum = completed.ChecksumCRC32 ?? completed.ChecksumSHA256;
        if (type == "COMPOSITE")
        {
            Assert.EndsWith("-2", checksum, StringComparison.Ordinal);
        }
        else
        {
            var whole = await _host.S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = _bucket,
                    Key = "whole",
                    InputStream = new MemoryStream([.. first, .. last]),
                },
                Cancellation);
            Assert.Equal(whole.ChecksumCRC32, checksum);
        }

        Assert.Equal(
            (byte[])[.. first, .. last],
            await ReadAsync(
                new GetObjectRequest
                {
                    BucketName = _bucket,
                    Key = "k",
                    ChecksumMode = ChecksumMode.ENABLED,
                }));
    }

    [Fact]
    public async Task Parts_can_be_copied_from_ranges_of_other_objects()
    {
        var content = RandomNumberGenerator.GetBytes(6 * MiB);
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = "source",
                InputStream = new MemoryStream(content),
            },
            Cancellation);
        var upload = await _host.S3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = "k" },
            Cancellation);
        var one = await CopyPartAsync(upload.UploadId, 1, 0, (5 * MiB) - 1);
        var two = await CopyPartAsync(upload.UploadId, 2, 100, 199);
        await CompleteAsync(upload.UploadId, new PartETag(1, one.ETag), new PartETag(2, two.ETag));
        Assert.Equal(
            (byte[])[.. content[..(5 * MiB)], .. content[100..200]],
            await ReadAsync(new GetObjectRequest { BucketName = _bucket, Key = "k" }));

        // A copy of a multipart object is an object of one part.
        var copied = await _host.S3.CopyObjectAsync(_bucket, "k", _bucket, "copy", Cancellation);
        Assert.DoesNotContain("-", copied.ETag, StringComparison.Ordinal);
        Assert.Equal(
            (byte[])[.. content[..(5 * MiB)], .. content[100..200]],
            await ReadAsync(new GetObjectRequest { BucketName = _bucket, Key = "copy" }));
    }

    [Fact]
    public async Task A_part_number_beyond_10000_is_refused()
    {
        var upload = await _host.S3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = "k" },
            Cancellation);
        var answer = await SignedRequest.SendAsync(_host, HttpMethod.Put, $"/{_bucket}/k?partNumber=10001&uploadId={upload.UploadId}", [1]);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("partNumber", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private Task<UploadPartResponse> PutPartAsync(string uploadId, int number, byte[] content, string algorithm = "CRC32") =>
        _host.S3.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = _bucket,
                Key = "k",
                UploadId = uploadId,
                PartNumber = number,
                InputStream = new MemoryStream(content),
                PartSize = content.Length,
                ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
            },
            Cancellation);

    private Task<CopyPartResponse> CopyPartAsync(string uploadId, int number, long first, long last) =>
        _host.S3.CopyPartAsync(
            new CopyPartRequest
            {
                SourceBucket = _bucket,
                SourceKey = "source",
                DestinationBucket = _bucket,
                DestinationKey = "k",
                UploadId = uploadId,
                PartNumber = number,
                FirstByte = first,
                LastByte = last,
            },
            Cancellation);

    private Task<CompleteMultipartUploadResponse> CompleteAsync(string uploadId, params PartETag[] parts) =>
        _host.S3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = _bucket,
                Key = "k",
                UploadId = uploadId,
                PartETags = [.. parts],
            },
            Cancellation);

    private async Task<byte[]> ReadAsync(GetObjectRequest request)
    {
        using var got = await _host.S3.GetObjectAsync(request, Cancellation);
        using var copy = new MemoryStream();
        await got.ResponseStream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
