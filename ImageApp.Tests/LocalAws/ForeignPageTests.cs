using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace ImageApp.Tests.LocalAws;

/// <summary>
/// What a web page of somebody else does to the running application, in a real browser: from another origin, and under a name of its own
/// that leads to this machine (DNS rebinding).
/// </summary>
public sealed class ForeignPageTests(RunningApplication fixture) : IAsyncLifetime
{
    private const string Foreign = "foreign.test";
    private readonly ConcurrentDictionary<string, int> _statuses = new(StringComparer.Ordinal);
    private WebApplication _site = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int SitePort => new Uri(_site.Urls.First()).Port;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _site = builder.Build();
        _site.Urls.Add("http://127.0.0.1:0");
        _site.Run(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<title>Foreign</title><p>Hello", context.RequestAborted);
        });
        await _site.StartAsync(Cancel);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.First(File.Exists),

                // As a resolver does that the page's owner has: first their server, then this machine.
                Args = ["--no-sandbox", "--disable-gpu", $"--host-resolver-rules=MAP {Foreign} 127.0.0.1"],
            });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData(Foreign)]
    [InlineData("localhost")]
    public async Task A_page_of_another_origin_gets_no_invocation_and_registers_nothing(string host)
    {
        var app = await fixture.StartAsync();
        var page = await OpenAsync(host);
        var aws = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL")!.TrimEnd('/');
        string[] addresses =
        [
            $"{aws}/ThumbnailFunction/2018-06-01/runtime/invocation/next",
            $"{aws}/CaptionFunction/2018-06-01/runtime/invocation/next",
            $"{aws}/CaptionFunction/guessed/2018-06-01/runtime/invocation/next",
            $"{aws}/PlantedFunction/2018-06-01/runtime/invocation/next",
            $"{aws}/_local/health",
        ];
        foreach (var address in addresses)
        {
            await FetchAsync(page, address, "no-cors");
            await AnsweredAsync(address, 403);
            Assert.Equal("refused", await FetchAsync(page, address, "cors"));
        }

        // Simple requests that need no preflight, with what the services would read.
        foreach (var body in new[] { "Action=ListTopics", "{}" })
        {
            await page.EvaluateAsync(
                "async ([url, body]) => { try { await fetch(url, { method: 'POST', mode: 'no-cors', body }); } catch { } }",
                new[] { aws + "/", body });
        }

        var image = await GalleryPage.UploadAsync(app, "not-stolen.jpg");
        Assert.NotNull((await app.Web.GetFromJsonAsync<JsonObject>($"/api/images/{image}", Cancel))!["thumbnailUrl"]);
        Assert.DoesNotContain(
            "PlantedFunction",
            (await FunctionsAsync(aws)).Select(function => (string?)function!["FunctionName"]));
    }

    [Fact]
    public async Task A_page_under_a_name_that_leads_here_reaches_neither_gallery_nor_dashboard_nor_local_AWS()
    {
        var app = await fixture.StartAsync();
        var aws = new Uri(Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL")!);
        var page = await OpenAsync(Foreign);
        foreach (var (port, path) in new[]
        {
            (app.Web.BaseAddress!.Port, "/"), (app.Web.BaseAddress.Port, "/api/images"), (app.Web.BaseAddress.Port, "/operations"),
            (app.Dashboard.Port, "/"), (app.Dashboard.Port, "/login"), (app.Dashboard.Port, "/api/telemetry/traces"),
            (aws.Port, "/"), (aws.Port, "/CaptionFunction/2018-06-01/runtime/invocation/next"),
        })
        {
            var address = $"http://{Foreign}:{port}{path}";
            var answer = await page.GotoAsync(address);
            Assert.True(answer!.Status is 400 or 403, $"{address}: {answer.Status}");
            var shown = await page.ContentAsync();
            Assert.DoesNotContain("ImageApp", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("Aspire", shown, StringComparison.Ordinal);

            // Of the same origin as far as the browser knows, so nothing but the name keeps the script out.
            var status = await page.EvaluateAsync<int>(
                "async url => (await fetch(url, { method: 'POST', body: 'x' })).status",
                address);
            Assert.True(status is 400 or 403, $"POST {address}: {status}");
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_reads_and_changes_nothing_with_the_cookies_of_who_is_signed_in()
    {
        var app = await fixture.StartAsync();
        var image = await GalleryPage.UploadAsync(app, "not-deleted.jpg");
        await using var context = await _browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(app.DashboardLogin.ToString());
        await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));
        foreach (var host in new[] { Foreign, "localhost" })
        {
            await page.GotoAsync($"http://{host}:{SitePort}/");
            foreach (var address in new[]
            {
                new Uri(app.Dashboard, "/").ToString(),
                new Uri(app.Dashboard, "/api/telemetry/traces").ToString(),
                new Uri(app.Web.BaseAddress!, "/api/images").ToString(),
                new Uri(app.Web.BaseAddress!, "/api/operations/queues").ToString(),
            })
            {
                Assert.Equal("refused", await FetchAsync(page, address, "cors"));
            }

            foreach (var path in new[]
            {
                $"/images/{image}/delete", "/trash/empty", "/operations/captions/redrive", "/captioning/describe-all",
            })
            {
                var address = new Uri(app.Web.BaseAddress!, path).ToString();
                await page.EvaluateAsync(
                    "async url => { try { await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }); } catch { } }",
                    address);

                // What the browser got, it keeps from itself (Cross-Origin-Resource-Policy); here is what it was.
                using var request = new HttpRequestMessage(HttpMethod.Post, address);
                request.Headers.Add("Origin", $"http://{host}:{SitePort}");
                using var answer = await app.Web.SendAsync(request, Cancel);
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/api/images/{image}", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("evil.test")]
    [InlineData("localhost.evil.test")]
    [InlineData("203.0.113.7")]
    public async Task No_port_answers_to_a_name_that_is_not_this_machines(string host)
    {
        var app = await fixture.StartAsync();
        using var client = new HttpClient();
        foreach (var address in new[]
        {
            new Uri(app.Web.BaseAddress!, "/health"),
            new Uri(app.Dashboard, "/login"),
            new Uri(Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL")! + "/_local/health"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = host } };
            using var answer = await client.SendAsync(request, Cancel);
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden, $"{address}: {answer.StatusCode}");
            using var known = await client.GetAsync(address, Cancel);
            Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        }
    }

    private static async Task<JsonArray> FunctionsAsync(string aws)
    {
        using var client = new HttpClient(new SigningHandler("lambda", "local", "local-secret", "us-east-1"));
        client.BaseAddress = new Uri(aws);
        return (await client.GetFromJsonAsync<JsonObject>("/2015-03-31/functions/", Cancel))!["Functions"]!.AsArray();
    }

    private static Task<string> FetchAsync(IPage page, string address, string mode) =>
        page.EvaluateAsync<string>(
            "async ([url, mode]) => { try { await (await fetch(url, { mode, credentials: 'include' })).text(); return 'read'; } "
                + "catch { return 'refused'; } }",
            new[] { address, mode });

    private async Task<IPage> OpenAsync(string host)
    {
        var page = await _browser.NewPageAsync();
        page.Response += Note;
        await page.GotoAsync($"http://{host}:{SitePort}/");
        Assert.Equal("Foreign", await page.TitleAsync());
        return page;
    }

    private Task AnsweredAsync(string address, int status) =>
        Eventually.HoldsAsync(
            () => Task.FromResult(_statuses.GetValueOrDefault(address) == status),
            () => $"{address} answered with {status}, not {_statuses.GetValueOrDefault(address)}");

    private void Note(object? sender, IResponse response) => _statuses[response.Url] = response.Status;
}
