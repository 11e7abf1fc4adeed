using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>
/// Clients that ask first whether to send a body, as botocore does for every PUT. An answer without <c>100 Continue</c> ends the
/// connection: what follows on it could be the body or the next request.
/// </summary>
public sealed class ExpectContinueTests : IAsyncLifetime
{
    private const string Close = "Connection: close\r\n";

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
    public async Task A_body_that_was_asked_for_leaves_the_connection_open()
    {
        var answers = await SendAsync(Put("/k", "hello"u8.ToArray()), "hello", Get("/k"));
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", answers, StringComparison.Ordinal);
        Assert.Equal(2, answers.Split("HTTP/1.1 200 OK\r\n").Length - 1);
    }

    [Fact]
    public async Task An_empty_body_ends_the_connection_with_its_answer()
    {
        var answer = await SendAsync(Put("/folder/", []));
        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.Contains(Close, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/k", "If-None-Match: *\r\n", 412)]
    [InlineData("/k", "x-amz-acl: public-read-write\r\n", 403)]
    [InlineData("/k?restore", "", 501)]
    [InlineData("/k?uploadId=none&partNumber=1", "", 404)]
    public async Task A_refusal_before_the_body_ends_the_connection(string path, string header, int status)
    {
        Assert.Equal(
            HttpStatusCode.OK,
            (await SignedRequest.SendAsync(_host, HttpMethod.Put, $"/{_bucket}/k", "there"u8.ToArray())).StatusCode);
        var answer = await SendAsync(Put(path, "hello"u8.ToArray(), header));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(Close, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsigned_request_of_any_service_ends_the_connection()
    {
        foreach (var head in new[]
        {
            "PUT /bucket/k HTTP/1.1\r\n",
            "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            "POST / HTTP/1.1\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n",
            "POST /2015-03-31/functions/resize/invocations HTTP/1.1\r\n",
            "POST /resize/2018-06-01/runtime/nothing HTTP/1.1\r\n",
        })
        {
            var answer = await SendAsync(head + "Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", answer);
            Assert.Contains(Close, answer, StringComparison.Ordinal);
        }
    }

    private string Get(string path) => Head(HttpMethod.Get, path, null, Close);

    private string Put(string path, byte[] body, string header = "") =>
        Head(HttpMethod.Put, path, body, "Expect: 100-continue\r\n" + header);

    private string Head(HttpMethod method, string path, byte[]? body, string header)
    {
        var request = SignedRequest.Create(_host, method, $"/{_bucket}{path}", body, null, null, null, "s3", null);
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {request.RequestUri!.PathAndQuery} HTTP/1.1\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Host: {_host.Server.Endpoint.Authority}\r\n");
        foreach (var (name, values) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {string.Join(", ", values)}\r\n");
        }

        if (body is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        return head.Append(header).Append("\r\n").ToString();
    }

    /// <summary>
    /// Sends parts on one connection, each after something came back for the one before, and reads until the server says that it ends it.
    /// </summary>
    private async Task<string> SendAsync(params string[] parts)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _host.Server.Endpoint.Port, deadline.Token);
        await using var stream = client.GetStream();
        var answers = new StringBuilder();
        var buffer = new byte[64 * 1024];
        foreach (var part in parts)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(part), deadline.Token);
            answers.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, deadline.Token)));
        }

        while (!answers.ToString().Contains(Close, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, deadline.Token);
            Assert.NotEqual(0, count);
            answers.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return answers.ToString();
    }
}
