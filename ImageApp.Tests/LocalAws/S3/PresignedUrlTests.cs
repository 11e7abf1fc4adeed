using System.Net;
using System.Net.Http.Headers;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

public sealed class PresignedUrlTests : IAsyncLifetime
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
    public async Task A_browser_can_put_head_get_and_delete_by_presigned_urls()
    {
        const string key = "images/ä + b.jpg";
        var put = await _host.Http.PutAsync(
            await UrlAsync(key, HttpVerb.PUT, contentType: "image/jpeg"),
            Content("hello", "image/jpeg"),
            Cancellation);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal("\"5d41402abc4b2a76b9719d911017c592\"", put.Headers.ETag!.Tag);

        var head = await _host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, await UrlAsync(key, HttpVerb.HEAD)), Cancellation);
        Assert.Equal(5, head.Content.Headers.ContentLength);
        var got = await _host.Http.GetAsync(await UrlAsync(key, HttpVerb.GET), Cancellation);
        Assert.Equal("hello", await got.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("image/jpeg", got.Content.Headers.ContentType!.MediaType);

        var overriding = new GetPreSignedUrlRequest
        {
            BucketName = _bucket,
            Key = key,
            Expires = DateTime.UtcNow.AddMinutes(5),
            Protocol = Protocol.HTTP,
        };
        overriding.ResponseHeaderOverrides.ContentDisposition = "attachment; filename=\"x.jpg\"";
        var named = await _host.Http.GetAsync(await _host.S3.GetPreSignedURLAsync(overriding), Cancellation);
        Assert.Equal("attachment; filename=\"x.jpg\"", named.Content.Headers.ContentDisposition!.ToString());

        Assert.Equal(
            HttpStatusCode.NoContent,
            (await _host.Http.DeleteAsync(await UrlAsync(key, HttpVerb.DELETE), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Http.GetAsync(await UrlAsync(key, HttpVerb.GET), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_put_whose_signed_headers_differ_is_refused()
    {
        var url = await UrlAsync("k", HttpVerb.PUT, contentType: "image/jpeg", contentLength: 5);
        await RefusedAsync(await _host.Http.PutAsync(url, Content("hello", "image/png"), Cancellation), "SignatureDoesNotMatch");
        await RefusedAsync(await _host.Http.PutAsync(url, Content("hello!", "image/jpeg"), Cancellation), "SignatureDoesNotMatch");
        var extra = new HttpRequestMessage(HttpMethod.Put, url) { Content = Content("hello", "image/jpeg") };
        extra.Headers.Add("x-amz-meta-unsigned", "1");
        await RefusedAsync(await _host.Http.SendAsync(extra, Cancellation), "AccessDenied");
        Assert.Equal(HttpStatusCode.OK, (await _host.Http.PutAsync(url, Content("hello", "image/jpeg"), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_url_is_good_for_its_method_key_and_signature_only()
    {
        var url = PresignedUrl.Create(_host, HttpMethod.Get, $"/{_bucket}/k", DateTimeOffset.UtcNow, 300).ToString();
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Http.GetAsync(url, Cancellation)).StatusCode);
        await RefusedAsync(await _host.Http.PutAsync(url, Content("x", "text/plain"), Cancellation), "SignatureDoesNotMatch");
        await RefusedAsync(
            await _host.Http.GetAsync(url.Replace("/k?", "/l?", StringComparison.Ordinal), Cancellation),
            "SignatureDoesNotMatch");
        await RefusedAsync(
            await _host.Http.GetAsync(url.Replace("X-Amz-Expires=300", "X-Amz-Expires=301", StringComparison.Ordinal), Cancellation),
            "SignatureDoesNotMatch");
        await RefusedAsync(
            await _host.Http.GetAsync(url.Replace("X-Amz-Expires=300", "X-Amz-Expires=604801", StringComparison.Ordinal), Cancellation),
            "AuthorizationQueryParametersError");
        await RefusedAsync(
            await _host.Http.GetAsync(url.Replace("&X-Amz-SignedHeaders=host", "", StringComparison.Ordinal), Cancellation),
            "AuthorizationQueryParametersError");
        await RefusedAsync(
            await _host.Http.GetAsync(url.Replace("Credential=local", "Credential=other", StringComparison.Ordinal), Cancellation),
            "InvalidAccessKeyId");
    }

    [Fact]
    public async Task An_expired_url_says_so()
    {
        var old = PresignedUrl.Create(_host, HttpMethod.Get, $"/{_bucket}/k", DateTimeOffset.UtcNow.AddMinutes(-10), 60);
        var answer = await _host.Http.GetAsync(old, Cancellation);
        Assert.Contains("<Message>Request has expired</Message>", await answer.Content.ReadAsStringAsync(Cancellation));
        await RefusedAsync(answer, "AccessDenied");
        var stillGood = PresignedUrl.Create(_host, HttpMethod.Get, $"/{_bucket}/k", DateTimeOffset.UtcNow.AddDays(-6), 604_800);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Http.GetAsync(stillGood, Cancellation)).StatusCode);
    }

    private async Task<string> UrlAsync(string key, HttpVerb verb, string? contentType = null, long? contentLength = null)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = _bucket,
            Key = key,
            Verb = verb,
            Expires = DateTime.UtcNow.AddSeconds(300),
            Protocol = Protocol.HTTP,
            ContentType = contentType,
        };
        if (contentLength is not null)
        {
            request.Headers["Content-Length"] = $"{contentLength}";
        }

        return await _host.S3.GetPreSignedURLAsync(request);
    }

    private static StringContent Content(string text, string mediaType) => new(text, MediaTypeHeaderValue.Parse(mediaType));

    private static async Task RefusedAsync(HttpResponseMessage answer, string code)
    {
        Assert.Equal("application/xml", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains($"<Code>{code}</Code>", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest);
    }
}
