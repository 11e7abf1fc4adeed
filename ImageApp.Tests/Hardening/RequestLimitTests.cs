using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json.Nodes;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Application;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using Microsoft.AspNetCore.Http;

namespace ImageApp.Tests.Hardening;

/// <summary>How much one person or address may ask for.</summary>
public sealed class RequestLimitTests(DatabaseServer database)
{
    private const string Slow = "0.001";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Works => new()
    {
        { "Uploads", "POST /api/images" },
        { "Grants", "POST /api/uploads" },
        { "Retries", "POST /api/images/999999999/retry" },
        { "Searches", "GET /api/images?q=limited" },
        { "Searches", "GET /?q=limited" },
        { "Zips", "POST /images/selected" },
    };

    [Theory]
    [MemberData(nameof(Works))]
    public async Task Who_asks_for_too_much_is_told_when_to_ask_again_and_others_are_not(string work, string what)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(
            await database.CreateDatabaseAsync(), aws,
            ($"Limits:{work}:Burst", "3"), ($"Limits:{work}:PerSecond", Slow), ("Proxies:Networks", "127.0.0.0/8,::1/128"));
        using var client = web.CreateClient();
        var image = work == "Zips" ? await UploadAsync(client) : 0;
        for (var i = 0; i < 3; i++)
        {
            using var taken = await SendAsync("203.0.113.1");
            Assert.NotEqual(HttpStatusCode.TooManyRequests, taken.StatusCode);
        }

        using var refused = await SendAsync("203.0.113.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1000));
        var problem = (await refused.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Contains("Please try again in", (string?)problem["detail"]);
        Assert.Equal(refused.Headers.RetryAfter.Delta.Value.TotalSeconds.ToString("0"), (string?)problem["retryAfter"]);

        using var page = await SendAsync("203.0.113.1", "text/html");
        Assert.Equal((HttpStatusCode.TooManyRequests, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Please try again in", await page.Content.ReadAsStringAsync(Cancel));

        // What a client says of itself before the load balancer adds its address is not believed.
        using var forged = await SendAsync("198.51.100.7, 203.0.113.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, forged.StatusCode);
        using var other = await SendAsync("203.0.113.2");
        Assert.NotEqual(HttpStatusCode.TooManyRequests, other.StatusCode);
        Assert.Empty(web.Logs.Errors);

        async Task<HttpResponseMessage> SendAsync(string from, string accept = "application/json")
        {
            var parts = what.Split(' ');
            using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1])
            {
                Headers = { { "X-Forwarded-For", from }, { "Accept", accept } },
                Content = (work, parts[0]) switch
                {
                    (_, "GET") or ("Retries", _) => null,
                    ("Uploads", _) => new MultipartFormDataContent { { new StringContent("x"), "file", "x.txt" } },
                    ("Zips", _) => UploadedPictures.Fields(("action", "download"), ("id", $"{image}")),
                    _ => JsonContent.Create(new { sizeBytes = 0 }),
                },
            };
            return await client.SendAsync(request, Cancel);
        }
    }

    [Fact]
    public async Task Without_a_known_load_balancer_nobody_is_believed_where_they_come_from()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(
            await database.CreateDatabaseAsync(), aws, ("Limits:Searches:Burst", "1"), ("Limits:Searches:PerSecond", Slow));
        using var client = web.CreateClient();
        var statuses = new List<HttpStatusCode>();
        foreach (var from in new[] { "203.0.113.1", "203.0.113.2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/images?q=x") { Headers = { { "X-Forwarded-For", from } } };
            statuses.Add((await client.SendAsync(request, Cancel)).StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], statuses);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/images", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Pages_that_listen_are_counted_as_long_as_they_do()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(await database.CreateDatabaseAsync(), aws, ("Limits:Listeners", "2"));
        using var client = web.CreateClient();
        using var first = await ListenAsync();
        using (await ListenAsync())
        {
            using var third = await ListenAsync();
            Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(30), third.Headers.RetryAfter?.Delta);
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await ListenAsync();
                return again.StatusCode == HttpStatusCode.OK;
            },
            "there is room for another page");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        Task<HttpResponseMessage> ListenAsync() => client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    [Fact]
    public async Task A_picture_is_described_again_once_in_a_while_at_all_instances_together()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var connection = await database.CreateDatabaseAsync();
        await using var one = await HostedWeb.StartAsync(connection, aws);
        await using var two = await HostedWeb.StartAsync(connection, aws);
        using var web = one.CreateClient();
        using var other = two.CreateClient();
        var id = await UploadAsync(web);
        var second = await UploadAsync(web);

        Assert.Equal(HttpStatusCode.Accepted, (await web.PostAsync($"/api/images/{id}/retry", null, Cancel)).StatusCode);
        using var refused = await other.PostAsync($"/api/images/{id}/retry", null, Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Contains($"image {id}", (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]);

        using var selected = await other.SendAsPersonAsync(
            HttpMethod.Post, "/images/selected", UploadedPictures.Fields(("action", "retry"), ("id", $"{id},{second}")));
        Assert.Equal("/?again=1", selected.Headers.Location?.OriginalString);
        Assert.Contains("One picture was left out", await other.GetStringAsync("/?again=1", Cancel));
    }

    [Fact]
    public async Task A_cool_down_is_over_when_its_time_is()
    {
        await using var source = await database.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(source);
        var id = await catalogue.Uploads.AddAsync(new NewImage("images/a.jpg", "a.jpg", "image/jpeg", 5), Cancel);
        Assert.Null(await catalogue.Gallery.AskAgainAsync(id, TimeSpan.FromHours(1), Cancel));
        var wait = await catalogue.Gallery.AskAgainAsync(id, TimeSpan.FromHours(1), Cancel);
        Assert.InRange(wait!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.Null(await catalogue.Gallery.AskAgainAsync(id, TimeSpan.Zero, Cancel));
    }

    [Fact]
    public async Task Of_a_selection_only_so_many_are_taken_as_can_be_paid_for()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(await database.CreateDatabaseAsync(), aws, ("Limits:Retries:Burst", "20"));
        using var client = web.CreateClient();
        foreach (var (action, count, status) in new[]
        {
            ("delete", 5000, HttpStatusCode.SeeOther), ("delete", 5001, HttpStatusCode.BadRequest),
            ("download", 501, HttpStatusCode.BadRequest), ("retry", 501, HttpStatusCode.BadRequest),
            ("retry", 500, HttpStatusCode.SeeOther), ("retry", 1, HttpStatusCode.TooManyRequests),
        })
        {
            var ids = string.Join(',', Enumerable.Range(900_000_000, count));
            using var answer = await client.PostAsync("/images/selected", UploadedPictures.Fields(("action", action), ("id", ids)), Cancel);
            Assert.Equal((action, count, status), (action, count, answer.StatusCode));
        }
    }

    [Theory]
    [InlineData("203.0.113.1", null, "address 203.0.113.1")]
    [InlineData("::ffff:203.0.113.1", null, "address 203.0.113.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", null, "address 20010DB800010002")]
    [InlineData("2001:db8:1:2:ffff::1", null, "address 20010DB800010002")]
    [InlineData("203.0.113.1", "anna", "person anna")]
    public void A_request_is_a_persons_or_else_a_networks(string address, string? name, string sender)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (name is not null)
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "test"));
        }

        Assert.Equal(sender, RequestLimits.Sender(context));
    }

    [Fact]
    public void Limits_are_checked_at_the_start_and_named()
    {
        var none = Assert.Throws<ArgumentException>(() => new LimitOptions { Grants = new() { Burst = 0, PerSecond = 1 } }.Validated());
        Assert.Contains("Limits:Grants:Burst is '0'", none.Message);
        Assert.Throws<ArgumentException>(() => new LimitOptions { Zips = new() { Burst = 1, PerSecond = 0 } }.Validated());
        Assert.Throws<ArgumentException>(() => new LimitOptions { Listeners = 0 }.Validated());
        Assert.Throws<ArgumentException>(() => new LimitOptions { DescribeAgainAfter = TimeSpan.FromSeconds(-1) }.Validated());
        var proxies = Assert.Throws<ArgumentException>(() => new ProxyOptions { Networks = "10.0.0.0/19,anything" }.Validated());
        Assert.Contains("Proxies:Networks", proxies.Message);
        Assert.NotNull(new LimitOptions().Validated());
    }

    [Fact]
    public async Task A_thousand_grants_at_a_browsers_pace_lose_nothing()
    {
        // A page that is told to wait waits and goes on; here as fast as it can, by a clock of its own.
        using var limits = new RequestLimits(new LimitOptions { Grants = new() { Burst = 40, PerSecond = 2000 } });
        var (granted, refused) = (0, 0);
        var context = new DefaultHttpContext();
        while (granted < 1000)
        {
            if (limits.Take(context, LimitedWork.Grants) is null)
            {
                granted++;
                continue;
            }

            refused++;
            Assert.Equal("1", context.Response.Headers.RetryAfter.ToString());
            await Eventually.HoldsAsync(() => Task.FromResult(limits.Take(context, LimitedWork.Grants) is null), "another grant is left");
            granted++;
        }

        Assert.True(refused > 0);
    }

    private static async Task<long> UploadAsync(HttpClient client)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(300, 200)), "file", "limited.jpg" } };
        using var answer = await client.PostAsync("/api/images", form, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
    }
}
