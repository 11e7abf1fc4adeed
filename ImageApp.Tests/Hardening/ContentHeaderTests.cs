using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using ImageApp.Tests.Deploy;

namespace ImageApp.Tests.Hardening;

/// <summary>What answers say to browsers: of people's files, of pages, and behind TLS.</summary>
public sealed class ContentHeaderTests(RunningApplication fixture, DatabaseServer database)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_may_do_nothing_and_are_kept_by_the_persons_browser_alone()
    {
        var app = await fixture.StartAsync();
        var image = await app.UploadAsync("sandboxed.jpg", TestImages.Jpeg(900, 301));
        var id = (long)image["id"]!;
        using var shared = await app.Web.PostAsJsonAsync("/api/shares", new { imageId = id }, Cancel);
        var link = (string)(await shared.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["path"]!;
        string[] addresses =
        [
            $"/images/{id}/original", $"/images/{id}/original?download=true", $"/images/{id}/thumbnail", (string)image["thumbnailUrl"]!,
            $"/images/{id}/rendition/400", $"/images/{id}/preview", $"{link}/images/{id}/thumbnail", $"{link}/images/{id}/rendition/400",
            $"{link}/images/{id}/original",
        ];
        foreach (var address in addresses)
        {
            using var answer = await app.Web.GetAsync(address, Cancel);
            Assert.Equal((address, HttpStatusCode.OK), (address, answer.StatusCode));
            AssertSandboxed(answer);
            Assert.True(answer.Headers.CacheControl is { Private: true, Public: false }, address);
            Assert.Equal(address.Contains("?v=", StringComparison.Ordinal), answer.Headers.CacheControl!.ToString().Contains("immutable"));
        }

        using var zip = await app.Web.PostAsync(
            "/images/selected", UploadedPictures.Fields(("action", "download"), ("id", $"{id}")), Cancel);
        Assert.Equal("application/zip", zip.Content.Headers.ContentType?.MediaType);
        AssertSandboxed(zip);

        static void AssertSandboxed(HttpResponseMessage answer)
        {
            Assert.Equal("default-src 'none'; sandbox", Header(answer, "Content-Security-Policy"));
            Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
            Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        }
    }

    [Fact]
    public async Task A_version_that_is_no_more_leads_to_the_one_that_is_and_a_deleted_picture_is_gone()
    {
        var app = await fixture.StartAsync();
        var image = await app.UploadAsync("versioned.jpg", TestImages.Jpeg(901, 301));
        var id = (long)image["id"]!;
        var current = (string)image["thumbnailUrl"]!;
        var side = $"/images/{id}/rendition/400";
        using var web = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.Web.BaseAddress };
        var version = current.Split("?v=")[1];
        foreach (var path in new[] { $"/images/{id}/thumbnail", side })
        {
            foreach (var other in new[] { "0", "1", version + "0", "x", "" })
            {
                using var answer = await web.GetAsync($"{path}?v={other}", Cancel);
                Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
                Assert.Equal($"{path}?v={version}", answer.Headers.Location?.OriginalString);
                Assert.DoesNotContain("immutable", answer.Headers.CacheControl?.ToString());
            }
        }

        await app.Web.DeleteAsync($"/api/images/{id}", Cancel);
        foreach (var address in new[] { current, $"{side}?v={version}", $"/images/{id}/thumbnail", $"/images/{id}/original" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync(address, Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task Pages_connect_to_this_site_and_the_bucket_alone_and_are_kept_by_nobody_else()
    {
        var app = await fixture.StartAsync();
        var probe = (await app.Web.GetFromJsonAsync<JsonObject>("/api/uploads/probe", Cancel))!;
        var bucket = new Uri((string)probe["url"]!).GetLeftPart(UriPartial.Authority);
        string[] addresses =
        [
            "/", "/albums", "/trash", "/upload", "/api/images", "/api/albums", "/no/such/page", "/images/999999",
        ];
        foreach (var address in addresses)
        {
            using var answer = await app.Web.SendAsPersonAsync(HttpMethod.Get, address);
            Assert.Contains($"connect-src 'self' {bucket};", Header(answer, "Content-Security-Policy"));
            Assert.Contains("camera=()", Header(answer, "Permissions-Policy"));
            Assert.Equal("same-origin", Header(answer, "Cross-Origin-Opener-Policy"));
            Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
            Assert.True(answer.Headers.CacheControl is { Private: true, NoCache: true, NoStore: false }, address);
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        }
    }

    [Fact]
    public async Task What_an_address_says_is_a_code_and_never_a_sentence_that_is_shown()
    {
        var app = await fixture.StartAsync();
        var id = (long)(await app.UploadAsync("coded.jpg", TestImages.Jpeg(902, 301)))["id"]!;
        using var web = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.Web.BaseAddress };
        using var refused = await web.SendAsPersonAsync(
            HttpMethod.Post, $"/images/{id}/caption", UploadedPictures.Fields(("caption", "  ")));
        Assert.Equal($"/images/{id}?problem=empty-caption", refused.Headers.Location?.OriginalString);
        Assert.Contains("a caption cannot be empty", await app.Web.GetStringAsync(refused.Headers.Location, Cancel));
        Assert.DoesNotContain("evil words", await app.Web.GetStringAsync($"/images/{id}?problem=evil words", Cancel));

        using var program = await web.PostAsync(
            $"/images/{id}/caption", UploadedPictures.Fields(("caption", new string('x', 2001))), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, program.StatusCode);
        Assert.Contains("2,001", (string?)(await program.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]);
    }

    [Fact]
    public async Task Behind_tls_browsers_are_told_to_stay_there_if_the_load_balancer_is_known()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var web = await HostedWeb.StartAsync(
            await database.CreateDatabaseAsync(), aws, ("Proxies:Networks", "127.0.0.0/8, ::1/128"));
        Assert.Equal("max-age=31536000", await StrictAsync(web));

        await using var other = await LocalAwsInstance.StartAsync();
        await using var bare = await HostedWeb.StartAsync(await database.CreateDatabaseAsync(), other);
        Assert.Null(await StrictAsync(bare));

        static async Task<string?> StrictAsync(HostedWeb one)
        {
            using var client = one.CreateClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/")
            {
                Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "203.0.113.9" }, { "Host", "pictures.example" } },
            };
            using var answer = await client.SendAsync(request, Cancel);
            return answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null;
        }
    }

    [Theory]
    [InlineData("image-events.template")]
    [InlineData("root.yaml")]
    public void No_template_lets_every_page_upload_to_the_bucket(string template)
    {
        var parameter = DeployTemplate.Load(template).Root["Parameters"]!["AllowedOrigins"]!;
        var pattern = new Regex($@"\A(?:{(string)parameter["AllowedPattern"]!})\z");
        Assert.Matches(pattern, "https://a.example");
        Assert.Matches(pattern, "https://a.example,http://localhost:5000");
        Assert.Matches(pattern, (string)parameter["Default"]!);
        Assert.DoesNotMatch(pattern, "*");
        Assert.DoesNotMatch(pattern, "https://*.example");
        Assert.DoesNotMatch(pattern, "https://a.example,*");
        var use = DeployTemplate.Load(template).Resources.ToJsonString().Split("\"AllowedOrigins\":")[1];
        Assert.DoesNotContain("\"*\"", use[..Math.Min(use.Length, 200)]);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
