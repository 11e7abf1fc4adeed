using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

public sealed class ListTests : IAsyncLifetime
{
    private static readonly string[] Keys = ["a", "b/1", "b/2", "b/c/3", "b0", "c", "z\uE000", "z😀", "ä"];

    private LocalAwsInstance _host = null!;
    private string _bucket = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await LocalAwsInstance.StartAsync();
        _bucket = await _host.CreateBucketAsync();
        await Task.WhenAll(
            Keys.Select(key =>
                _host.S3.PutObjectAsync(
                    new PutObjectRequest
                    {
                        BucketName = _bucket,
                        Key = key,
                        ContentBody = key,
                    },
                    Cancellation)));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Keys_are_in_the_order_of_their_utf8_bytes()
    {
        var list = await _host.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket }, Cancellation);
        Assert.Equal(Keys, list.S3Objects.Select(found => found.Key));
        Assert.Equal(Keys.Length, list.KeyCount);
        Assert.All(list.S3Objects, found => Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(found.Key), found.Size));
    }

    [Theory]
    [InlineData("", "/", "a,b0,c,z\uE000,z😀,ä", "b/")]
    [InlineData("b/", "/", "b/1,b/2", "b/c/")]
    [InlineData("b", "", "b/1,b/2,b/c/3,b0", "")]
    [InlineData("nothing", "/", "", "")]
    public async Task Prefix_and_delimiter_roll_keys_up(string prefix, string delimiter, string keys, string prefixes)
    {
        var list = await _host.S3.ListObjectsV2Async(
            new ListObjectsV2Request
            {
                BucketName = _bucket,
                Prefix = prefix,
                Delimiter = delimiter,
            },
            Cancellation);
        Assert.Equal(keys, string.Join(',', (list.S3Objects ?? []).Select(found => found.Key)));
        Assert.Equal(prefixes, string.Join(',', list.CommonPrefixes ?? []));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task Pages_of_any_size_add_up_to_the_whole(string delimiter)
    {
        var whole = await _host.S3.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = _bucket, Delimiter = delimiter },
            Cancellation);
        string[] expected = [.. whole.S3Objects.Select(found => found.Key), .. whole.CommonPrefixes ?? []];
        for (var size = 1; size <= Keys.Length; size++)
        {
            var seen = new List<string>();
            var request = new ListObjectsV2Request { BucketName = _bucket, Delimiter = delimiter, MaxKeys = size };
            ListObjectsV2Response page;
            do
            {
                page = await _host.S3.ListObjectsV2Async(request, Cancellation);
                string[] found = [.. (page.S3Objects ?? []).Select(found => found.Key), .. page.CommonPrefixes ?? []];
                Assert.True(found.Length <= size);
                seen.AddRange(found);
                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);
            Assert.Equal(expected.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Version_1_pages_by_marker()
    {
        var first = await _host.S3.ListObjectsAsync(
            new ListObjectsRequest
            {
                BucketName = _bucket,
                Delimiter = "/",
                MaxKeys = 2,
            },
            Cancellation);
        Assert.Equal("b/", first.NextMarker);
        Assert.True(first.IsTruncated);
        var second = await _host.S3.ListObjectsAsync(
            new ListObjectsRequest
            {
                BucketName = _bucket,
                Delimiter = "/",
                Marker = first.NextMarker,
            },
            Cancellation);
        Assert.Equal(["b0", "c", "z\uE000", "z😀", "ä"], second.S3Objects.Select(found => found.Key));
        Assert.Empty(second.CommonPrefixes ?? []);
    }

    [Fact]
    public async Task Start_after_and_url_encoding_are_honoured()
    {
        var list = await _host.S3.ListObjectsV2Async(
            new ListObjectsV2Request
            {
                BucketName = _bucket,
                StartAfter = "b/2",
                Encoding = EncodingType.Url,
            },
            Cancellation);
        Assert.Equal("b/c/3", list.S3Objects[0].Key);
        var raw = await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}?encoding-type=url&list-type=2&prefix=%C3%A4", null);
        Assert.Contains("<Key>%C3%A4</Key>", await raw.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_wrong_page_size_or_token_is_refused()
    {
        foreach (
            var query in new[]
            {
                "list-type=2&max-keys=-1",
                "list-type=2&max-keys=x",
                "continuation-token=%21&list-type=2",
                "encoding-type=base64&list-type=2",
            })
        {
            var answer = await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}?{query}", null);
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("<Code>InvalidArgument</Code>", await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }
}
