using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>Albums and favourites in a real Chromium and by the API, on the running application.</summary>
public sealed partial class AlbumTests(RunningApplication fixture, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_album_is_made_named_sorted_covered_and_deleted_with_and_without_script(bool script)
    {
        var app = await fixture.StartAsync();
        var (a, b) = (await UploadAsync(app, $"album a {script}.jpg", 501), await UploadAsync(app, $"album b {script}.jpg", 502));
        await using var page = await GalleryPage.OpenAsync(
            app, chromium, "/albums", new BrowserNewContextOptions { JavaScriptEnabled = script });
        await page.Page.GetByLabel("New album").FillAsync($"Summer <b>{script}</b>");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make it" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = $"Summer <b>{script}</b>" }))
            .ToBeVisibleAsync();
        await Expect(page.Page.Locator("#count")).ToHaveTextAsync("0 pictures");
        var album = long.Parse(AlbumAddress().Match(page.Page.Url).Groups[1].Value, null);
        using (await app.Web.PostAsJsonAsync($"/api/albums/{album}/images", new { ids = new[] { a, b } }, Cancel)) { }

        await page.GotoAsync($"/albums/{album}");
        Assert.Equal([a, b], await OrderAsync(page));
        await page.Page.Locator($"#i{b} input").CheckAsync(new LocatorCheckOptions { Force = true });
        await ClickAsync(page, "Earlier");
        await Expect(page.Page.Locator("#gallery li").First).ToHaveIdAsync($"i{b}");
        await page.Page.Locator($"#i{b} input").CheckAsync(new LocatorCheckOptions { Force = true });
        await ClickAsync(page, "Make it the cover");
        await WaitAsync(async () => (long?)(await AlbumAsync(app, album))["coverId"] == b);

        await page.GotoAsync($"/albums/{album}");
        await page.Page.GetByText("Change the album").ClickAsync();
        await page.Page.GetByLabel("Title").FillAsync("Winter");
        await ClickAsync(page, "Save");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Winter" })).ToBeVisibleAsync();
        await page.Page.GetByText("Change the album").ClickAsync();
        await page.Page.GetByLabel("Order").SelectOptionAsync("added");
        await ClickAsync(page, "Sort");
        await Expect(page.Page.Locator("#gallery li").First).ToHaveIdAsync($"i{a}");

        await page.Page.Locator($"#i{a} input").CheckAsync(new LocatorCheckOptions { Force = true });
        await ClickAsync(page, "Take out");
        await Expect(page.Page.Locator("#gallery li")).ToHaveCountAsync(1);
        await page.GotoAsync("/albums");
        await Expect(page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Winter 1 picture" })).ToBeVisibleAsync();
        await page.GotoAsync($"/albums/{album}");
        await page.Page.GetByText("Change the album").ClickAsync();
        await ClickAsync(page, "Delete the album");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/albums$"));
        using var gone = await app.Web.GetAsync($"/albums/{album}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var stays = await app.Web.GetAsync($"/api/images/{a}", Cancel);
        Assert.Equal(HttpStatusCode.OK, stays.StatusCode);
    }

    [Fact]
    public async Task Selected_pictures_and_the_one_in_the_viewer_are_added_to_an_album()
    {
        var app = await fixture.StartAsync();
        var (a, b) = (await UploadAsync(app, "select a.jpg", 503), await UploadAsync(app, "select b.jpg", 504));
        using var form = new FormUrlEncodedContent(
            [new("id", $"{a}"), new("id", $"{b}"), new("title", "Selected ones"), new("album", "1"), new("back", "/albums")]);
        using var answer = await app.Web.SendAsPersonAsync(HttpMethod.Post, "/albums/add", form);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.EndsWith("/albums", answer.RequestMessage!.RequestUri!.ToString(), StringComparison.Ordinal);
        var album = (await AlbumsAsync(app)).Single(item => (string?)item["title"] == "Selected ones");
        Assert.Equal(2, (int)album["count"]!);

        await using var page = await GalleryPage.OpenAsync(app, chromium, $"/images/{a}");
        await page.Page.GetByLabel("Information", new PageGetByLabelOptions { Exact = true }).First.ClickAsync();
        await Expect(page.Page.Locator(".albums-of").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Selected ones" }))
            .ToHaveAttributeAsync("href", $"/albums/{album["id"]}");
        await page.Page.Locator(".albums-of").GetByLabel("Or a new one").FillAsync("From the viewer");
        await page.Page.Locator(".albums-of")
            .GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Add to the album" }).ClickAsync();
        await Expect(page.Page.Locator("p.notice", new PageLocatorOptions { HasText = "Added to From the viewer" })).ToBeVisibleAsync();
        await WaitAsync(async () => (await AlbumsAsync(app)).Any(item => (string?)item["title"] == "From the viewer"));
        await page.GotoAsync($"/images/{a}");
        await page.Page.GetByLabel("Information", new PageGetByLabelOptions { Exact = true }).First.ClickAsync();
        await Expect(page.Page.Locator(".albums-of li")).ToHaveCountAsync(2);
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task The_api_makes_changes_and_deletes_albums_and_names_what_is_wrong()
    {
        var app = await fixture.StartAsync();
        var image = await UploadAsync(app, "api album.jpg", 505);
        using var created = await app.Web.PostAsJsonAsync("/api/albums", new { title = "  By the   API " }, Cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var album = (await created.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal(("By the API", 0), ((string?)album["title"], (int)album["count"]!));
        var address = $"/api/albums/{album["id"]}";
        using var added = await app.Web.PostAsJsonAsync($"{address}/images", new { ids = new[] { image, image } }, Cancel);
        Assert.Equal(1, (int)(await added.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["added"]!);
        var images = (await app.Web.GetFromJsonAsync<JsonObject>($"{address}/images", Cancel))!["images"]!.AsArray();
        Assert.Equal(image, (long)Assert.Single(images)!["id"]!);
        using var renamed = await app.Web.PutAsJsonAsync(address, new { title = "Renamed", coverId = image }, Cancel);
        Assert.Equal("Renamed", (string?)(await renamed.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["title"]);

        foreach (var (method, path, body, status, name) in new (HttpMethod, string, object?, HttpStatusCode, string)[]
        {
            (HttpMethod.Post, "/api/albums", new { title = " " }, HttpStatusCode.BadRequest, "empty-title"),
            (HttpMethod.Post, "/api/albums", new { title = new string('x', 201) }, HttpStatusCode.BadRequest, "title-too-long"),
            (HttpMethod.Put, address, new { coverId = 999_999_999 }, HttpStatusCode.NotFound, "not-in-album"),
            (HttpMethod.Put, "/api/albums/999999999", new { title = "x" }, HttpStatusCode.NotFound, "album-not-found"),
            (HttpMethod.Post, $"{address}/images", new { ids = Array.Empty<long>() }, HttpStatusCode.BadRequest, "invalid-parameter"),
            (HttpMethod.Delete, $"{address}/images/999999999", null, HttpStatusCode.NotFound, "not-in-album"),
            (HttpMethod.Get, $"{address}/images?cursor=x", null, HttpStatusCode.BadRequest, "invalid-parameter"),
        })
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await app.Web.SendAsync(request, Cancel);
            Assert.Equal(status, answer.StatusCode);
            Assert.EndsWith(name, (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["type"], StringComparison.Ordinal);
        }

        using var removed = await app.Web.DeleteAsync($"{address}/images/{image}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var deleted = await app.Web.DeleteAsync(address, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await app.Web.GetAsync(address, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        var paths = (await app.Web.GetFromJsonAsync<JsonObject>("/openapi/v1.json", Cancel))!["paths"]!;
        Assert.NotNull(paths["/api/albums"]!["post"]);
        Assert.NotNull(paths["/api/shares"]!["post"]);
        Assert.NotNull(paths["/api/images/{id}/favourite"]!["put"]);
    }

    [Fact]
    public async Task A_star_is_given_and_taken_and_filters()
    {
        var app = await fixture.StartAsync();
        var image = await UploadAsync(app, "starred.jpg", 506);
        await using var page = await GalleryPage.OpenAsync(app, chromium, $"/images/{image}");
        var star = page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Favourite" });
        await Expect(star).ToHaveAttributeAsync("aria-pressed", "false");
        await star.ClickAsync();
        await Expect(star).ToHaveAttributeAsync("aria-pressed", "true");
        await page.GotoAsync("/?filter=favourites");
        await Expect(page.Page.Locator($"#i{image}")).ToBeVisibleAsync();

        using var taken = await app.Web.DeleteAsync($"/api/images/{image}/favourite", Cancel);
        Assert.False((bool)(await taken.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["favourite"]!);
        using var given = await app.Web.PutAsync($"/api/images/{image}/favourite", null, Cancel);
        Assert.True((bool)(await given.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["favourite"]!);
        using var missing = await app.Web.PutAsync("/api/images/999999999/favourite", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData(320, ColorScheme.Light)]
    [InlineData(320, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    public async Task Albums_are_accessible_and_nothing_overflows(int width, ColorScheme scheme)
    {
        var app = await fixture.StartAsync();
        var image = await UploadAsync(app, $"wide album {width}.jpg", 507 + width);
        using var created = await app.Web.PostAsJsonAsync(
            "/api/albums", new { title = $"An album with a rather longwindedtitlethatdoesnotfitonaphone {width} {scheme}" }, Cancel);
        var album = (await created.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"];
        await using var page = await GalleryPage.OpenAsync(app, chromium, $"/albums/{album}", new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = scheme,
        });
        await CheckAsync("album-empty");
        using (await app.Web.PostAsJsonAsync($"/api/albums/{album}/images", new { ids = new[] { image } }, Cancel)) { }
        await page.GotoAsync($"/albums/{album}");
        await page.Page.Locator(".share summary").Last.ClickAsync();
        await CheckAsync("album");
        await page.GotoAsync("/albums");
        await CheckAsync("albums");

        async Task CheckAsync(string name)
        {
            Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} overflows.");
            await page.AssertAccessibleAsync();
            await page.ScreenshotAsync($"{name}-{width}-{scheme}");
        }
    }

    private static Task ClickAsync(GalleryPage page, string name) =>
        page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true }).ClickAsync();

    private static async Task<long[]> OrderAsync(GalleryPage page) =>
        await page.Page.EvaluateAsync<long[]>("[...document.querySelectorAll('#gallery li')].map(item => Number(item.id.slice(1)))");

    private static async Task<JsonObject> AlbumAsync(RunningApplication app, long album) =>
        (await app.Web.GetFromJsonAsync<JsonObject>($"/api/albums/{album}", Cancel))!;

    private static async Task<IEnumerable<JsonObject>> AlbumsAsync(RunningApplication app) =>
        (await app.Web.GetFromJsonAsync<JsonObject>("/api/albums", Cancel))!["albums"]!.AsArray().OfType<JsonObject>();

    private static async Task<long> UploadAsync(RunningApplication app, string name, int width) =>
        (long)(await app.UploadAsync(name, TestImages.Jpeg(width, 301)))["id"]!;

    private static Task WaitAsync(Func<Task<bool>> condition) => WebProcess.UntilAsync(condition);

    [GeneratedRegex("/albums/([0-9]+)")]
    private static partial Regex AlbumAddress();
}
