using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ImageApp.Tests.Database;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Tests.Hardening;

/// <summary>Whatever a client sends wrong is refused in words, and is no fault of ours.</summary>
public sealed class ClientMistakeTests(DatabaseServer database)
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Multipart = "multipart/form-data; boundary=b";
    private const string Json = "application/json";
    private static readonly string Long = new('x', 100_000);

    // Each is wrong wherever it is sent to, or is of no meaning there.
    private static readonly (string ContentType, string Body)[] Bodies =
    [
        ("text/plain", "hello"),
        ("text/plain", ""),
        ("text", "hello"),
        ("application/octet-stream", "\0\u0001"),
        (Json, ""),
        (Json, "{"),
        (Json, "[1,"),
        (Json, "null"),
        (Json, "\"text\""),
        (Json, string.Concat(Enumerable.Repeat("{\"a\":", 200))),
        (Json, """{"ids":"x","title":[],"caption":5,"sizeBytes":"x","start":"?","sha256":"?","imageId":{},"expiresInDays":"x"}"""),
        (Json, """{"ids":null,"title":null,"caption":null,"sizeBytes":-1,"imageId":-1,"expiresInDays":99999999999}"""),
        (Json, $$"""{"title":"{{Long}}","caption":"{{Long}}","fileName":"{{Long}}","contentType":"{{Long}}","password":"{{Long}}"}"""),
        ("application/json; charset=nonsense", "{}"),
        ("application/json; charset=utf-7", "{}"),
        ("multipart/form-data", "x"),
        (Multipart, "no boundary at all"),
        (Multipart, "--b\r\nContent-Disposition: form-data; name=\"caption\""),
        (Multipart, "--b\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\ncut"),
        (Multipart, "--b\r\nbroken header\r\n\r\nx\r\n--b--\r\n"),
        (Multipart, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\ncut"),
        ("application/x-www-form-urlencoded; charset=nonsense", "caption=x"),
        (Form, "caption=a&caption=b&title=a&title=b&action=delete&action=retry&back=%2F&back=%2F&password=a&password=b"),
        (Form, $"caption={Long}&title={Long}&action={Long}&back={Long}&id={Long}&tag={Long}&password={Long}&album={Long}&expires={Long}"),
        (Form, "id=x&id=-1&id=99999999999999999999&action=%00&order=%FF%FE&album=x&expires=x&on=x&title=%00&caption=%00"),
        (Form, new string('&', 20_000)),
        (Form, string.Concat(Enumerable.Range(0, 11_000).Select(i => $"a{i}=1&"))),
        (Form, new string('a', 2_000_000)),
    ];

    private static readonly string[] Queries =
    [
        "limit=x&cursor=!&order=x&trash=maybe&permanently=maybe&download=maybe&unique=maybe",
        "missing=x&again=-1&album=x&by=x&sort=x&filter=x&captions=x&problem=x&deleted=x&gone=x&nothing=x",
        "limit=1&limit=2&cursor=1&cursor=2&q=a&q=b&missing=1&missing=2&problem=a&problem=b",
        "q=%00%FF&cursor=%00&after=%00&ids=x,-1,99999999999999999999&v=%00&album=99999999999999999999",
        $"q={new string('x', 3000)}&v={new string('9', 1000)}",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // What is too large is refused before all of it is sent, and a client may meet the closed connection before the answer.
    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string method, string address, string? type, string body)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
            if (type is not null)
            {
                request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            try
            {
                return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            }
            catch (HttpRequestException) when (body.Length > 1_000_000 && attempt < 20)
            {
                // Once more.
            }
        }
    }

    [Fact]
    public async Task Nothing_that_is_sent_to_any_route_is_answered_by_a_fault_or_logged_as_one()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(await database.CreateDatabaseAsync(), aws, ("Limits:Enabled", "false"));
        using var client = web.CreateClient();
        var routes = RoutesOf(web);
        Assert.Contains(routes, route => route is ("POST", "/images/selected"));
        Assert.Contains(routes, route => route is ("POST", "/api/uploads"));
        Assert.Contains(routes, route => route is ("PUT", "/api/images/999999999/caption"));
        var faults = new List<string>();
        foreach (var (method, address) in routes)
        {
            foreach (var query in Queries)
            {
                await SendAsync(method, $"{address}?{query}", null, "");
            }

            foreach (var (type, body) in method is "GET" or "HEAD" ? [] : Bodies)
            {
                await SendAsync(method, address, type, body);
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Empty(web.Logs.Errors);

        async Task SendAsync(string method, string address, string? type, string body)
        {
            using var answer = await AskAsync(client, method, address, type, body);
            var status = (int)answer.StatusCode;
            var what = $"{method} {address[..Math.Min(120, address.Length)]} {type} {body[..Math.Min(60, body.Length)]}: {status}";
            if (status >= 500)
            {
                faults.Add(what);
            }
            else if (status >= 400 && method != "HEAD" && answer.Content.Headers.ContentType?.MediaType != "text/html")
            {
                var problem = await answer.Content.ReadAsStringAsync(Cancel);
                if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json"
                    || problem.Length == 0
                    || string.IsNullOrEmpty((string?)JsonNode.Parse(problem)?["detail"]))
                {
                    faults.Add($"{what}, without words: {problem}");
                }
            }
        }
    }

    [Theory]
    [InlineData("/images/selected", "text/plain", "action=delete&id=1", 415, "form")]
    [InlineData("/albums/1/delete", "text/plain", "x", 415, "form")]
    [InlineData("/captioning/describe-all", "application/json", "{}", 415, "form")]
    [InlineData("/images/1/caption", "application/x-www-form-urlencoded; charset=klingon", "caption=a", 415, "klingon")]
    [InlineData("/images/1/caption", Form, "caption=a&tag=1&tag=2", 400, "'tag' more than once")]
    [InlineData("/images/1/caption", Multipart, "--b\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\ncut", 400, "cut short")]
    [InlineData("/albums/new", "multipart/form-data", "x", 400, "boundary")]
    [InlineData("/albums/new", Form, "title=", 400, "title")]
    [InlineData("/trash", Form, "a=b", 405, "POST is not taken here")]
    [InlineData("/api/uploads", Json, "{\"sizeBytes\":\"many\"}", 400, "$.sizeBytes, line 1")]
    [InlineData("/api/uploads", Json, "{\"sizeBytes\":", 400, "JSON")]
    [InlineData("/api/uploads", "application/json; charset=klingon", "{}", 415, "klingon")]
    [InlineData("/api/uploads", "text/plain", "{}", 415, "text/plain")]
    [InlineData("/api/images", Form, "file=x", 415, "not taken")]
    [InlineData("/api/images", Multipart, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n", 400, "cut short")]
    public async Task The_words_say_what_was_wrong(string address, string type, string body, int status, string words)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(await database.CreateDatabaseAsync(), aws);
        using var client = web.CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await client.PostAsync(address, content, Cancel);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal((status, status), ((int)answer.StatusCode, (int)problem["status"]!));
        Assert.Contains(words, (string?)problem["detail"]);
        Assert.Empty(web.Logs.Problems);
    }

    [Fact]
    public async Task A_body_that_ends_too_soon_is_logged_as_no_fault()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(await database.CreateDatabaseAsync(), aws);
        using var client = web.CreateClient();
        foreach (var (address, type) in new[]
        {
            ("/api/uploads", Json), ("/images/selected", Form), ("/images/selected", Multipart), ("/api/images", Multipart),
        })
        {
            // Whether a client that has said its last word gets an answer is the server's to decide.
            Assert.Matches("^$|^HTTP/1.1 400", await SendAsync(address, type, "Content-Length: 500", "{\"a", end: true));
            var broken = await SendAsync(address, type, "Transfer-Encoding: chunked", "no size\r\n{}\r\n", end: false);
            Assert.StartsWith("HTTP/1.1 400", broken);
            Assert.Contains("\"detail\":\"", broken);
        }

        Assert.Empty(web.Logs.Errors);

        async Task<string> SendAsync(string address, string type, string length, string body, bool end)
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port, Cancel);
            await using var stream = connection.GetStream();
            var head = $"POST {address} HTTP/1.1\r\nHost: {client.BaseAddress.Authority}\r\nContent-Type: {type}\r\nConnection: close\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}{length}\r\n\r\n{body}"), Cancel);
            if (end)
            {
                connection.Client.Shutdown(SocketShutdown.Send);
            }

            using var reader = new StreamReader(stream);
            try
            {
                return await reader.ReadToEndAsync(Cancel);
            }
            catch (IOException) when (end)
            {
                // The same, by a reset.
                return "";
            }
        }
    }

    // What the application has, as it knows it itself; open streams are left out.
    private static List<(string Method, string Address)> RoutesOf(HostedWeb web) =>
    [
        .. web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText is { } text && !text.Contains("api/events", StringComparison.Ordinal))
            .SelectMany(
                endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [],
                (endpoint, method) => (method, AddressOf(endpoint)))
            .Where(route => !route.Item2.Contains('.', StringComparison.Ordinal))
            .Distinct(),
    ];

    private static string AddressOf(RouteEndpoint endpoint) => "/" + string.Join(
        '/',
        endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { Name: "side" } => "400",
            _ => "999999999",
        }))));
}
