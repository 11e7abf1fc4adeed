using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

public sealed class ObjectTests : IAsyncLifetime
{
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
    public async Task An_object_comes_back_with_its_bytes_headers_and_metadata()
    {
        var put = new PutObjectRequest { BucketName = _bucket, Key = "a/b.txt", ContentBody = "hello", ContentType = "text/x-test" };
        put.Headers.CacheControl = "max-age=60";
        put.Headers.ContentDisposition = "attachment; filename=\"b.txt\"";
        put.Metadata.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var stored = await _host.S3.PutObjectAsync(put, Cancellation);
        Assert.Equal("\"5d41402abc4b2a76b9719d911017c592\"", stored.ETag);
        Assert.Equal(ServerSideEncryptionMethod.AES256, stored.ServerSideEncryptionMethod);
        Assert.NotNull(stored.ChecksumCRC32);

        using var got = await _host.S3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = _bucket,
                Key = "a/b.txt",
                ChecksumMode = ChecksumMode.ENABLED,
            },
            Cancellation);
        Assert.Equal("hello", await new StreamReader(got.ResponseStream).ReadToEndAsync(Cancellation));
        Assert.Equal("text/x-test", got.Headers.ContentType);
        Assert.Equal("max-age=60", got.Headers.CacheControl);
        Assert.Equal("attachment; filename=\"b.txt\"", got.Headers.ContentDisposition);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", got.Metadata["traceparent"]);
        Assert.Equal(stored.ChecksumCRC32, got.ChecksumCRC32);
        Assert.NotEmpty(got.ResponseMetadata.RequestId);

        var head = await _host.S3.GetObjectMetadataAsync(_bucket, "a/b.txt", Cancellation);
        Assert.Equal(5, head.ContentLength);
        Assert.Equal(stored.ETag, head.ETag);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/../b/./c//d")]
    [InlineData("with space and + and %2F and ?#&=")]
    [InlineData("unicode/ä漢字😀.jpg")]
    [InlineData("quote\"'<>&;.txt")]
    [InlineData("trailing/")]
    public async Task Any_key_is_kept_apart_and_touches_no_other_file(string key)
    {
        await _host.S3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = key, ContentBody = key }, Cancellation);
        await _host.S3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = key + "x", ContentBody = "other" }, Cancellation);
        Assert.Equal(key, await ReadAsync(key));
        var list = await _host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket }, Cancellation);
        Assert.Contains(key, list.S3Objects.Select(found => found.Key));
        var files = Directory
            .EnumerateFiles(Path.Combine(_host.Options.DataDirectory, "s3"), "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName)
            .Where(name => name is not ("journal" or ".lock"));
        Assert.All(files, name => Assert.True(Guid.TryParseExact(name, "N", out _), name));
    }

    [Fact]
    public async Task A_key_may_have_1024_bytes_and_no_more()
    {
        var longest = new string('ä', 512);
        await _host.S3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = longest, ContentBody = "x" }, Cancellation);
        Assert.Equal("x", await ReadAsync(longest));
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() =>
            _host.S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = _bucket,
                    Key = longest + "a",
                    ContentBody = "x",
                },
                Cancellation));
        Assert.Equal("KeyTooLongError", refused.ErrorCode);
    }

    [Theory]
    [InlineData(0, 0, "0", "bytes 0-0/10")]
    [InlineData(2, 5, "2345", "bytes 2-5/10")]
    [InlineData(7, 100, "789", "bytes 7-9/10")]
    public async Task A_range_is_answered_with_that_part(long from, long to, string expected, string contentRange)
    {
        await PutAsync("digits", "0123456789");
        using var got = await _host.S3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = _bucket,
                Key = "digits",
                ByteRange = new ByteRange(from, to),
            },
            Cancellation);
        Assert.Equal(HttpStatusCode.PartialContent, got.HttpStatusCode);
        Assert.Equal(contentRange, got.ContentRange);
        Assert.Equal(expected, await new StreamReader(got.ResponseStream).ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_suffix_range_is_the_end_and_one_beyond_the_end_is_refused()
    {
        await PutAsync("digits", "0123456789");
        using var got = await _host.S3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = _bucket,
                Key = "digits",
                ByteRange = new ByteRange("bytes=-3"),
            },
            Cancellation);
        Assert.Equal("789", await new StreamReader(got.ResponseStream).ReadToEndAsync(Cancellation));
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() =>
            _host.S3.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = _bucket,
                    Key = "digits",
                    ByteRange = new ByteRange(10, 20),
                },
                Cancellation));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, refused.StatusCode);
        Assert.Equal("InvalidRange", refused.ErrorCode);
    }

    [Fact]
    public async Task Conditional_reads_answer_304_and_412()
    {
        var stored = await PutAsync("k", "v");
        var head = await _host.S3.GetObjectMetadataAsync(_bucket, "k", Cancellation);
        async Task<HttpStatusCode> GetAsync(Action<GetObjectRequest> condition)
        {
            var request = new GetObjectRequest { BucketName = _bucket, Key = "k" };
            condition(request);
            try
            {
                using var got = await _host.S3.GetObjectAsync(request, Cancellation);
                return got.HttpStatusCode;
            }
            catch (AmazonS3Exception exception)
            {
                return exception.StatusCode;
            }
        }

        Assert.Equal(HttpStatusCode.OK, await GetAsync(request => request.EtagToMatch = stored.ETag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await GetAsync(request => request.EtagToMatch = "\"other\""));
        Assert.Equal(HttpStatusCode.NotModified, await GetAsync(request => request.EtagToNotMatch = stored.ETag));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(request => request.EtagToNotMatch = "\"other\""));
        Assert.Equal(HttpStatusCode.NotModified, await GetAsync(request => request.ModifiedSinceDate = head.LastModified!.Value));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(request => request.ModifiedSinceDate = head.LastModified!.Value.AddDays(-1)));
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            await GetAsync(request => request.UnmodifiedSinceDate = head.LastModified!.Value.AddDays(-1)));
    }

    [Fact]
    public async Task Conditional_writes_keep_one_of_many()
    {
        var attempts = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async number =>
                {
                    try
                    {
                        await _host.S3.PutObjectAsync(
                            new PutObjectRequest
                            {
                                BucketName = _bucket,
                                Key = "once",
                                ContentBody = $"{number}",
                                IfNoneMatch = "*",
                            },
                            Cancellation);
                        return HttpStatusCode.OK;
                    }
                    catch (AmazonS3Exception exception)
                    {
                        return exception.StatusCode;
                    }
                }));
        Assert.Single(attempts, HttpStatusCode.OK);
        Assert.Equal(7, attempts.Count(status => status == HttpStatusCode.PreconditionFailed));

        var stored = await PutAsync("k", "1");
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = "k",
                ContentBody = "2",
                IfMatch = stored.ETag,
            },
            Cancellation);
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() =>
            _host.S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = _bucket,
                    Key = "k",
                    ContentBody = "3",
                    IfMatch = stored.ETag,
                },
                Cancellation));
        Assert.Equal("PreconditionFailed", refused.ErrorCode);
        Assert.Equal("2", await ReadAsync("k"));
    }

    [Fact]
    public async Task A_copy_keeps_or_replaces_metadata_and_onto_itself_needs_a_change()
    {
        var put = new PutObjectRequest { BucketName = _bucket, Key = "from +ä", ContentBody = "copied", ContentType = "text/plain" };
        put.Metadata.Add("a", "1");
        await _host.S3.PutObjectAsync(put, Cancellation);
        await _host.S3.CopyObjectAsync(_bucket, "from +ä", _bucket, "to", Cancellation);
        Assert.Equal("copied", await ReadAsync("to"));
        Assert.Equal("1", (await _host.S3.GetObjectMetadataAsync(_bucket, "to", Cancellation)).Metadata["a"]);

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() =>
            _host.S3.CopyObjectAsync(_bucket, "to", _bucket, "to", Cancellation));
        Assert.Equal("InvalidRequest", refused.ErrorCode);

        var again = new CopyObjectRequest
        {
            SourceBucket = _bucket,
            SourceKey = "to",
            DestinationBucket = _bucket,
            DestinationKey = "to",
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = "text/html",
        };
        again.Metadata.Add("b", "2");
        await _host.S3.CopyObjectAsync(again, Cancellation);
        var head = await _host.S3.GetObjectMetadataAsync(_bucket, "to", Cancellation);
        Assert.Equal("2", head.Metadata["b"]);
        Assert.Null(head.Metadata["a"]);
        Assert.Equal("text/html", head.Headers.ContentType);

        await _host.S3.DeleteObjectAsync(_bucket, "from +ä", Cancellation);
        Assert.Equal("copied", await ReadAsync("to"));

        var conditional = new CopyObjectRequest
        {
            SourceBucket = _bucket,
            SourceKey = "to",
            DestinationBucket = _bucket,
            DestinationKey = "c",
            ETagToMatch = "\"other\"",
        };
        Assert.Equal(
            "PreconditionFailed",
            (await Assert.ThrowsAsync<AmazonS3Exception>(() => _host.S3.CopyObjectAsync(conditional, Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task Deleted_objects_are_gone_and_deleting_again_is_no_error()
    {
        await PutAsync("a", "1");
        await PutAsync("b", "2");
        await _host.S3.DeleteObjectAsync(_bucket, "a", Cancellation);
        await _host.S3.DeleteObjectAsync(_bucket, "a", Cancellation);
        var missing = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _host.S3.GetObjectAsync(_bucket, "a", Cancellation));
        Assert.Equal("NoSuchKey", missing.ErrorCode);
        var deleted = await _host.S3.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = _bucket, Objects = [new KeyVersion { Key = "a" }, new KeyVersion { Key = "b" }] },
            Cancellation);
        Assert.Equal(["a", "b"], deleted.DeletedObjects.Select(entry => entry.Key));
        Assert.Empty((await _host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket }, Cancellation)).S3Objects ?? []);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_host.Options.DataDirectory, "s3", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_checksum_says_is_refused_and_not_kept()
    {
        var put = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = "k",
            ContentBody = "hello",
            ChecksumSHA256 = Convert.ToBase64String(SHA256.HashData("other"u8)),
        };
        Assert.Equal(
            "BadDigest",
            (await Assert.ThrowsAsync<AmazonS3Exception>(() => _host.S3.PutObjectAsync(put, Cancellation))).ErrorCode);
        var md5 = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = "k",
            ContentBody = "hello",
            MD5Digest = Convert.ToBase64String(new byte[16]),
        };
        Assert.Equal(
            "BadDigest",
            (await Assert.ThrowsAsync<AmazonS3Exception>(() => _host.S3.PutObjectAsync(md5, Cancellation))).ErrorCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_host.Options.DataDirectory, "s3", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task Every_checksum_the_client_sends_is_verified_and_returned(string algorithm)
    {
        var content = RandomNumberGenerator.GetBytes(300_001);
        var put = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = "k",
            InputStream = new MemoryStream(content),
            ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
        };
        var stored = await _host.S3.PutObjectAsync(put, Cancellation);
        var sent = stored.ChecksumCRC32 ?? stored.ChecksumCRC32C ?? stored.ChecksumSHA1 ?? stored.ChecksumSHA256;
        Assert.NotNull(sent);
        using var got = await _host.S3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = _bucket,
                Key = "k",
                ChecksumMode = ChecksumMode.ENABLED,
            },
            Cancellation);
        using var copy = new MemoryStream();
        await got.ResponseStream.CopyToAsync(copy, Cancellation);
        Assert.Equal(content, copy.ToArray());
        Assert.Equal(sent, got.ChecksumCRC32 ?? got.ChecksumCRC32C ?? got.ChecksumSHA1 ?? got.ChecksumSHA256);
    }

    [Fact]
    public async Task Readers_of_an_object_that_is_replaced_meanwhile_get_one_version_whole()
    {
        byte[][] versions = [.. Enumerable.Range(0, 4).Select(number => Enumerable.Repeat((byte)('a' + number), 700_000).ToArray())];
        await PutBytesAsync("k", versions[0]);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await PutBytesAsync("k", versions[i % versions.Length]);
            }
        }, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 10; i++)
            {
                using var got = await _host.S3.GetObjectAsync(_bucket, "k", Cancellation);
                using var copy = new MemoryStream();
                await got.ResponseStream.CopyToAsync(copy, Cancellation);
                var bytes = copy.ToArray();
                Assert.Equal(700_000, bytes.Length);
                Assert.Equal(-1, bytes.AsSpan().IndexOfAnyExcept(bytes[0]));
                Assert.Equal($"\"{Md5(bytes)}\"", got.ETag);
            }
        }));
        await stop.CancelAsync();
        await writer;
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_host.Options.DataDirectory, "s3", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("torrent")]
    [InlineData("restore")]
    public async Task What_is_not_implemented_says_so_by_name(string subResource)
    {
        await PutAsync("k", "v");
        var signed = await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}/k?{subResource}=", null);
        Assert.Equal(HttpStatusCode.NotImplemented, signed.StatusCode);
        Assert.Contains(subResource, await signed.Content.ReadAsStringAsync(Cancellation));
    }

    private static string Md5(byte[] bytes)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(bytes);
        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }

    private async Task<PutObjectResponse> PutAsync(string key, string content) =>
        await _host.S3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = key, ContentBody = content }, Cancellation);

    private async Task PutBytesAsync(string key, byte[] content) =>
        await _host.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = key,
                InputStream = new MemoryStream(content),
            },
            Cancellation);

    private async Task<string> ReadAsync(string key)
    {
        using var got = await _host.S3.GetObjectAsync(_bucket, key, Cancellation);
        return await new StreamReader(got.ResponseStream, Encoding.UTF8).ReadToEndAsync(Cancellation);
    }
}
