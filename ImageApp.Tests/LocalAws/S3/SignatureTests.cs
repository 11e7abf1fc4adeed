using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Tests.LocalAws.S3;

public sealed class SignatureTests : IAsyncLifetime
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
    public async Task An_unsigned_request_is_denied()
    {
        await RefusedAsync(await _host.Http.GetAsync($"/{_bucket}/k", Cancellation), HttpStatusCode.Forbidden, "AccessDenied");
        await RefusedAsync(await _host.Http.GetAsync("/", Cancellation), HttpStatusCode.Forbidden, "AccessDenied");
        await RefusedAsync(
            await _host.Http.PutAsync($"/{_bucket}/k", new StringContent("x"), Cancellation),
            HttpStatusCode.Forbidden,
            "AccessDenied");
    }

    [Fact]
    public async Task A_good_signature_made_by_hand_is_taken()
    {
        var put = await SignedRequest.SendAsync(_host, HttpMethod.Put, $"/{_bucket}/k", "hello"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(16, put.Headers.GetValues("x-amz-request-id").Single().Length);
        Assert.Equal(
            "hello",
            await (await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}/k", null)).Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Wrong_secrets_keys_times_scopes_and_bodies_are_refused_as_aws_does()
    {
        var path = $"/{_bucket}/k";
        byte[] body = [1];
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, secret: "wrong"),
            HttpStatusCode.Forbidden,
            "SignatureDoesNotMatch");
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, accessKey: "nobody"),
            HttpStatusCode.Forbidden,
            "InvalidAccessKeyId");
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, at: DateTimeOffset.UtcNow.AddMinutes(-16)),
            HttpStatusCode.Forbidden,
            "RequestTimeTooSkewed");
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, at: DateTimeOffset.UtcNow.AddMinutes(16)),
            HttpStatusCode.Forbidden,
            "RequestTimeTooSkewed");
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, request => request.Headers.Add("x-amz-acl", "private")),
            HttpStatusCode.Forbidden,
            "AccessDenied");
        await RefusedAsync(
            await SignedRequest.SendAsync(
                _host,
                HttpMethod.Put,
                path,
                body,
                request => request.RequestUri = new Uri(_host.Server.Endpoint, path + "2")),
            HttpStatusCode.Forbidden,
            "SignatureDoesNotMatch");
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, payloadHash: Convert.ToHexStringLower(SHA256.HashData([2]))),
            HttpStatusCode.BadRequest,
            "XAmzContentSHA256Mismatch");
        await RefusedAsync(
            await SignedRequest.SendAsync(_host, HttpMethod.Put, path, body, payloadHash: "nonsense"),
            HttpStatusCode.BadRequest,
            "AuthorizationHeaderMalformed");
        await RefusedAsync(
            await SignedRequest.SendAsync(
                _host,
                HttpMethod.Put,
                path,
                body,
                request =>
                {
                    request.Headers.Remove("Authorization");
                    request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 nonsense");
                }),
            HttpStatusCode.BadRequest,
            "AuthorizationHeaderMalformed");
        Assert.Equal(HttpStatusCode.NotFound, (await SignedRequest.SendAsync(_host, HttpMethod.Get, path, null)).StatusCode);
    }

    [Theory]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "chunk")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "signature")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "truncated")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "trailer")]
    public async Task Signed_chunks_are_verified_one_by_one(string payloadHash, string damage)
    {
        var request = SignedRequest.Create(_host, HttpMethod.Put, $"/{_bucket}/chunked", [], null, null, null, "s3", payloadHash);
        var authorization = request.Headers.GetValues("Authorization").Single();
        var timestamp = request.Headers.GetValues("x-amz-date").Single();
        var chunks = new ChunkSigner(_host.Options.SecretAccessKey, timestamp, authorization[(authorization.LastIndexOf('=') + 1)..]);
        var body = new StringBuilder();
        foreach (var (text, number) in new[] { new string('a', 70_000), "bc", "" }.Select((text, number) => (text, number)))
        {
            var signature = chunks.Chunk(text);
            signature = damage == "signature" && number == 1 ? new string('0', 64) : signature;
            body.Append(CultureInfo.InvariantCulture, $"{text.Length:x};chunk-signature={signature}\r\n")
                .Append(damage == "chunk" && number == 1 ? "bd" : text)
                .Append(text.Length > 0 ? "\r\n" : "");
        }

        if (payloadHash.EndsWith("TRAILER", StringComparison.Ordinal))
        {
            var checksum = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(new string('a', 70_000) + "bc")));
            var trailer = $"x-amz-checksum-sha256:{checksum}\n";
            body.Append(trailer.Replace("\n", "\r\n", StringComparison.Ordinal))
                .Append("x-amz-trailer-signature:")
                .Append(chunks.Trailer(damage == "trailer" ? "other:x\n" : trailer))
                .Append("\r\n");
        }

        body.Append("\r\n");
        var text2 = damage == "truncated" ? body.ToString()[..60_000] : body.ToString();
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(text2));
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "aws-chunked");
        var answer = await _host.Http.SendAsync(request, Cancellation);
        if (damage.Length == 0)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var got = await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}/chunked", null);
            Assert.Equal(new string('a', 70_000) + "bc", await got.Content.ReadAsStringAsync(Cancellation));
            Assert.Empty(got.Content.Headers.ContentEncoding);
        }
        else
        {
            await RefusedAsync(
                answer,
                damage == "truncated" ? HttpStatusCode.BadRequest : HttpStatusCode.Forbidden,
                damage == "truncated" ? "IncompleteBody" : "SignatureDoesNotMatch");
            Assert.Equal(
                HttpStatusCode.NotFound,
                (await SignedRequest.SendAsync(_host, HttpMethod.Get, $"/{_bucket}/chunked", null)).StatusCode);
        }
    }

    [Theory]
    [InlineData("crc32", "y/Q5Jg==", true)]
    [InlineData("crc32c", "4waSgw==", true)]
    [InlineData("crc64nvme", "rosUhgp5mIg=", true)]
    [InlineData("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=", true)]
    [InlineData("sha256", "FeKw09MwwGn2O3NmeKqKQhdGH/YkcDmUiEGpg+UXhOU=", false)]
    [InlineData("crc64nvme", "AAAAAAAAAAA=", false)]
    public async Task Trailing_checksums_of_unsigned_chunks_are_verified(string algorithm, string checksum, bool isRight)
    {
        var body = $"5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-{algorithm}:{checksum}\r\n\r\n";
        var request = SignedRequest.Create(
            _host,
            HttpMethod.Put,
            $"/{_bucket}/t",
            Encoding.ASCII.GetBytes(body),
            null,
            null,
            null,
            "s3",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            $"x-amz-checksum-{algorithm}");
        var answer = await _host.Http.SendAsync(request, Cancellation);
        Assert.Equal(isRight ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains($"<Code>{code}</Code>", text);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains($"<RequestId>{answer.Headers.GetValues("x-amz-request-id").Single()}</RequestId>", text);
    }

    private sealed class ChunkSigner
    {
        private readonly byte[] _key;
        private readonly string _timestamp;
        private readonly string _scope;
        private string _previous;

        public ChunkSigner(string secret, string timestamp, string seed)
        {
            _timestamp = timestamp;
            _scope = $"{timestamp[..8]}/us-east-1/s3/aws4_request";
            _previous = seed;
            _key = Encoding.UTF8.GetBytes("AWS4" + secret);
            foreach (var part in _scope.Split('/'))
            {
                _key = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(part));
            }
        }

        public string Chunk(string data) =>
            _previous = Sign($"AWS4-HMAC-SHA256-PAYLOAD\n{_timestamp}\n{_scope}\n{_previous}\n{Hash("")}\n{Hash(data)}");

        public string Trailer(string data) => Sign($"AWS4-HMAC-SHA256-TRAILER\n{_timestamp}\n{_scope}\n{_previous}\n{Hash(data)}");

        private string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

        private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }
}
