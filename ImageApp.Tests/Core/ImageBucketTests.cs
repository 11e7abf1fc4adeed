using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;

namespace ImageApp.Tests.Core;

/// <summary>The bucket's verbs, with the real SDK over HTTP.</summary>
public sealed class ImageBucketTests : IAsyncLifetime
{
    private LocalAwsInstance _aws = null!;
    private ImageBucket _bucket = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _aws = await LocalAwsInstance.StartAsync();
        await _aws.S3.PutBucketAsync("pictures", Cancel);
        _bucket = new ImageBucket(_aws.S3, new BucketOptions { BucketName = "pictures" }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task An_original_is_found_opened_and_touched_with_its_name()
    {
        var key = ImageKey.New("jpg");
        var etag = await _bucket.PutOriginalAsync(key, [1, 2, 3], "image/jpeg", "hé 🐶.jpg", Cancel);

        var found = (await _bucket.FindOriginalAsync(key, Cancel))!;
        Assert.Equal((etag, 3, "image/jpeg", "hé 🐶.jpg"), (found.ETag, found.SizeBytes, found.ContentType, found.FileName));
        Assert.True(await _bucket.TouchOriginalAsync(key, "image/jpeg", "hé 🐶.jpg", Cancel));
        using var opened = (await _bucket.OpenAsync(key, null, Cancel))!;
        Assert.Equal((3, etag, "hé 🐶.jpg", null), (opened.Length, opened.ETag, opened.FileName, opened.TraceParent));
        using var known = (await _bucket.OpenAsync(key, $"\"{etag}\"", Cancel))!;
        Assert.True(known.IsNotModified);
    }

    [Theory]
    [InlineData(20_000, false)]
    [InlineData(3_000_000, true)]
    public async Task The_bucket_is_asked_first_only_for_what_is_large(int length, bool isAsked)
    {
        var (key, content) = (ImageKey.New("jpg"), RandomNumberGenerator.GetBytes(length));
        var asked = new List<bool?>();
        var client = new AmazonS3Client(
            new BasicAWSCredentials(_aws.Options.AccessKeyId, _aws.Options.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = _aws.Server.Endpoint.ToString(),
                AuthenticationRegion = _aws.Options.Region,
                ForcePathStyle = true,
                HttpClientFactory = new ObservedHttpClients(asked),
            });
        using (client)
        {
            var bucket = new ImageBucket(client, new BucketOptions { BucketName = "pictures" }, TimeProvider.System);
            await bucket.PutOriginalAsync(key, content, "image/jpeg", "photo.jpg", Cancel);
            Assert.Equal([isAsked], asked.Select(one => one == true));
            using var opened = (await bucket.OpenAsync(key, null, Cancel))!;
            Assert.Equal(content, await ReadAsync(opened));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_no_error()
    {
        Assert.Null(await _bucket.FindOriginalAsync("images/gone.jpg", Cancel));
        Assert.Null(await _bucket.OpenAsync("images/gone.jpg", null, Cancel));
        Assert.False(await _bucket.TouchOriginalAsync("images/gone.jpg", null, "gone.jpg", Cancel));
        await _bucket.DeleteImageAsync("images/gone.jpg", image: null, Cancel);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_or_does_not_answer_is_unavailable_and_named()
    {
        var missing = new ImageBucket(_aws.S3, new BucketOptions { BucketName = "elsewhere" }, TimeProvider.System);
        var e = await Assert.ThrowsAsync<BucketUnavailableException>(() => missing.OpenAsync("images/a.jpg", null, Cancel));
        Assert.Contains("elsewhere", e.Message);
        await Assert.ThrowsAsync<BucketUnavailableException>(() => missing.CheckAsync(Cancel));

        await _bucket.CheckAsync(Cancel);
        using var deaf = new AmazonS3Client(
            new BasicAWSCredentials("a", "b"),
            new AmazonS3Config
            {
                ServiceURL = "http://127.0.0.1:1",
                ForcePathStyle = true,
                MaxErrorRetry = 0,
            }
        );
        await Assert.ThrowsAsync<BucketUnavailableException>(() =>
            new ImageBucket(deaf, new BucketOptions { BucketName = "pictures" }, TimeProvider.System).CheckAsync(Cancel)
        );
    }

    [Fact]
    public async Task An_image_is_deleted_with_everything_made_of_it()
    {
        var key = ImageKey.New("jpg");
        await _bucket.PutOriginalAsync(key, [1], "image/jpeg", "a.jpg", Cancel);
        foreach (var rendition in GalleryRendition.All)
        {
            Assert.Equal(rendition.KeyFor(key), await _bucket.PutRenditionAsync(rendition, key, [1], 1, 1, damaged: false, Cancel));
        }

        await _bucket.DeleteImageAsync(key, image: null, Cancel);

        Assert.Empty((await _aws.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "pictures" }, Cancel)).S3Objects ?? []);
    }

    [Fact]
    public async Task A_presigned_upload_takes_what_was_signed()
    {
        var key = ImageKey.New("jpg");
        var upload = await _bucket.PresignUploadAsync(key, "image/jpeg", 3, "ä.jpg", TimeSpan.FromMinutes(1));
        using var http = new HttpClient();
        using var put = new HttpRequestMessage(HttpMethod.Put, upload.Url) { Content = new ByteArrayContent([1, 2, 3]) };
        foreach (var (name, value) in upload.Headers)
        {
            Assert.True(put.Headers.TryAddWithoutValidation(name, value) || put.Content.Headers.TryAddWithoutValidation(name, value));
        }

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(put, Cancel)).StatusCode);
        using var opened = (await _bucket.OpenAsync(key, null, Cancel))!;
        Assert.Equal("ä.jpg", opened.FileName);
    }

    [Theory]
    [InlineData("CRC32", "CRC32")]
    [InlineData("CRC32C", "CRC32C")]
    [InlineData("CRC64NVME", "CRC64NVME")]
    [InlineData("SHA256", "SHA-256")]
    [InlineData(null, "MD5")]
    public async Task What_is_not_as_it_was_stored_is_not_handed_on_as_if_it_were(string? algorithm, string checksum)
    {
        var key = ImageKey.New("jpg");
        var content = RandomNumberGenerator.GetBytes(200_000);
        var presign = new GetPreSignedUrlRequest
        {
            BucketName = "pictures",
            Key = key,
            Verb = HttpVerb.PUT,
            Expires = DateTime.UtcNow.AddMinutes(1),
            Protocol = Protocol.HTTP,
        };
        using var put = new HttpRequestMessage(HttpMethod.Put, (Uri?)null) { Content = new ByteArrayContent(content) };
        if (algorithm is not null)
        {
            presign.Headers["x-amz-sdk-checksum-algorithm"] = algorithm;
            put.Headers.Add("x-amz-sdk-checksum-algorithm", algorithm);
        }

        put.RequestUri = new Uri(await _aws.S3.GetPreSignedURLAsync(presign));
        using var stored = await _aws.Http.SendAsync(put, Cancel);
        Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync(Cancel));
        using (var whole = (await _bucket.OpenAsync(key, null, Cancel))!)
        {
            Assert.Equal(content, await ReadAsync(whole));
        }

        var blob = Assert.Single(
            Directory.EnumerateFiles(_aws.Options.DataDirectory, "*", SearchOption.AllDirectories),
            file => new FileInfo(file).Length == content.Length);
        await using (var file = File.Open(blob, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = 150_000;
            file.WriteByte((byte)~content[150_000]);
        }

        using var damaged = (await _bucket.OpenAsync(key, null, Cancel))!;
        var e = await Assert.ThrowsAsync<BucketUnavailableException>(() => ReadAsync(damaged));
        Assert.Contains($"'{key}' did not come as it was stored: its {checksum} is ", e.Message);
    }

    [Fact]
    public async Task What_was_put_in_parts_and_a_range_come_as_they_are()
    {
        var key = ImageKey.New("jpg");
        var (first, last) = (RandomNumberGenerator.GetBytes(5 * 1024 * 1024), RandomNumberGenerator.GetBytes(1000));
        var upload = await _aws.S3.InitiateMultipartUploadAsync("pictures", key, Cancel);
        var parts = new List<PartETag>();
        foreach (var content in new[] { first, last })
        {
            var part = await _aws.S3.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = "pictures",
                    Key = key,
                    UploadId = upload.UploadId,
                    PartNumber = parts.Count + 1,
                    InputStream = new MemoryStream(content),
                },
                Cancel);
            parts.Add(new PartETag(part));
        }

        var complete = new CompleteMultipartUploadRequest
        {
            BucketName = "pictures",
            Key = key,
            UploadId = upload.UploadId,
            PartETags = parts,
        };
        await _aws.S3.CompleteMultipartUploadAsync(complete, Cancel);

        using var whole = (await _bucket.OpenAsync(key, null, Cancel))!;
        byte[] all = [.. first, .. last];
        Assert.Equal(all, await ReadAsync(whole));
        using var range = (await _bucket.OpenAsync(key, null, $"bytes={first.Length}-", Cancel))!;
        Assert.Equal(last, await ReadAsync(range));
    }

    private static async Task<byte[]> ReadAsync(StoredObject found)
    {
        using var buffer = new MemoryStream();
        await found.Content.CopyToAsync(buffer, Cancel);
        return buffer.ToArray();
    }

    // The application's own, and whether each of its requests, as it is sent, asks before its body.
    private sealed class ObservedHttpClients(List<bool?> asked) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new SmallBodies(new Observer(asked) { InnerHandler = new SocketsHttpHandler() }));
    }

    private sealed class Observer(List<bool?> asked) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Put)
            {
                asked.Add(request.Headers.ExpectContinue);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
