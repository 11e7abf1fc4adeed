using System.Net;
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
        var etag = await _bucket.PutOriginalAsync(key, new MemoryStream([1, 2, 3]), "image/jpeg", "hé 🐶.jpg", Cancel);

        var found = (await _bucket.FindOriginalAsync(key, Cancel))!;
        Assert.Equal((etag, 3, "image/jpeg", "hé 🐶.jpg"), (found.ETag, found.SizeBytes, found.ContentType, found.FileName));
        Assert.True(await _bucket.TouchOriginalAsync(key, "image/jpeg", "hé 🐶.jpg", Cancel));
        using var opened = (await _bucket.OpenAsync(key, null, Cancel))!;
        Assert.Equal((3, etag, "hé 🐶.jpg", null), (opened.Length, opened.ETag, opened.FileName, opened.TraceParent));
        using var known = (await _bucket.OpenAsync(key, $"\"{etag}\"", Cancel))!;
        Assert.True(known.IsNotModified);
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
        await _bucket.PutOriginalAsync(key, new MemoryStream([1]), "image/jpeg", "a.jpg", Cancel);
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
}
