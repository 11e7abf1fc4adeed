using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using MySqlConnector;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>The gallery with ten thousand rows: what a page weighs, that nothing moves, and that older pictures keep coming.</summary>
public sealed class LargeGalleryTests(RunningApplication fixture, Chromium chromium)
{
    private const int Rows = 10_000;
    private static int s_isFilled;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_is_light_holds_still_and_goes_on()
    {
        var app = await fixture.StartAsync();
        await FillAsync(app);
        const string path = "/?sort=oldest";

        var html = await app.Web.GetByteArrayAsync(path, Cancel);
        Assert.InRange(html.Length, 1, 60_000);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", "gzip" } } };
        using var answer = await app.Web.SendAsync(request, Cancel);
        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        var compressed = await answer.Content.ReadAsByteArrayAsync(Cancel);
        Assert.InRange(compressed.Length, 1, 12_000);
        await using (var unpacked = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress))
        using (var reader = new StreamReader(unpacked))
        {
            Assert.Contains("</html>", await reader.ReadToEndAsync(Cancel));
        }

        await using var page = await GalleryPage.OpenAsync(
            app,
            chromium,
            "/gallery",
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 1200, Height = 800 },
            }
        );
        await page.GotoAsync(path);
        await Expect(page.Page.Locator("#gallery li")).ToHaveCountAsync(50);
        for (var pages = 2; pages <= 4; pages++)
        {
            await page.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
            await page.Page.WaitForFunctionAsync("count => document.querySelectorAll('#gallery li').length >= count", pages * 50);
        }

        var shifts = await page.Page.EvaluateAsync<string[]>(
            """
            () => new Promise(resolve => {
              const shifts = [];
              const tell = source => `${source.node?.outerHTML?.slice(0, 80) ?? source.node} from ${JSON.stringify(source.previousRect)} to ${JSON.stringify(source.currentRect)}`;
              new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(`${entry.value}: ${entry.sources.map(tell).join('; ')}`); }).observe({ type: 'layout-shift', buffered: true });
              setTimeout(() => resolve(shifts), 300);
            })
            """
        );
        Assert.True(shifts.Length == 0, string.Join('\n', shifts));
        Assert.Empty(page.Foreign);
        Assert.Equal(
            0,
            await page.Page.EvaluateAsync<int>(
                "[...document.querySelectorAll('#gallery li')].length - new Set([...document.querySelectorAll('#gallery li')].map(item => item.id)).size"
            )
        );
        await page.AssertAccessibleAsync();

        // Without script the link leads on.
        await using var plain = await GalleryPage.OpenAsync(
            app,
            chromium,
            path,
            new BrowserNewContextOptions { JavaScriptEnabled = false }
        );
        var seen = new HashSet<string>();
        for (var pages = 1; pages <= 3; pages++)
        {
            await Expect(plain.Page.Locator("#gallery li")).ToHaveCountAsync(50);
            var ids = await plain.Page.Locator("#gallery li").AllAsync();
            foreach (var item in ids)
            {
                Assert.True(seen.Add((await item.GetAttributeAsync("id"))!), "A picture is on two pages.");
            }

            await plain.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Newer pictures" }).ClickAsync();
            await plain.Page.WaitForURLAsync("**cursor=**");
        }
    }

    /// <summary>
    /// Style, and the script that a page needs to be ready, as they are written; and all script together, as it is sent. The tray and the
    /// viewer come after that.
    /// </summary>
    [Fact]
    public void Script_and_style_are_light()
    {
        var root = Path.Combine(RepositoryRoot.Path, "ImageApp.Web", "wwwroot");
        var scripts = Directory.GetFiles(Path.Combine(root, "js"), "*.js");
        var first = scripts.Where(file => Path.GetFileName(file) is not ("upload.js" or "viewer.js")).ToList();
        Assert.Equal(scripts.Length - 2, first.Count);
        Assert.InRange(first.Sum(file => new FileInfo(file).Length), 1, 30_000);
        Assert.InRange(scripts.Sum(Packed), 1, 30_000);
        Assert.InRange(Directory.EnumerateFiles(root, "*.css").Sum(file => new FileInfo(file).Length), 1, 20_000);

        static long Packed(string file)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(File.ReadAllBytes(file));
            }

            return packed.Length;
        }
    }

    [Fact]
    public async Task Months_lead_to_their_pictures_with_and_without_script()
    {
        var app = await fixture.StartAsync();
        await FillAsync(app);
        foreach (var script in new[] { true, false })
        {
            await using var page = await GalleryPage.OpenAsync(
                app, chromium, "/?sort=oldest", new BrowserNewContextOptions { JavaScriptEnabled = script });
            await page.Page.Locator("#months [data-month='2017-10']").ClickAsync();
            await page.Page.WaitForURLAsync("**cursor=**");
            await Expect(page.Page.Locator("#gallery section").First).ToHaveAttributeAsync("data-day", "2017-10-01");
            if (script)
            {
                await page.ReadyAsync();
                await Expect(page.Page.Locator("#months [aria-current]")).ToHaveAttributeAsync("data-month", "2017-10");
                await page.AssertAccessibleAsync();
                await page.ScreenshotAsync("months");
            }
        }
    }

    [Fact]
    public async Task On_a_telephone_the_months_are_there_while_the_pictures_move()
    {
        var app = await fixture.StartAsync();
        await FillAsync(app);
        await using var page = await GalleryPage.OpenAsync(
            app,
            chromium,
            "/?sort=oldest",
            new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true }
        );
        var month = page.Page.Locator("#months [data-month='2017-08']");
        await Expect(month).ToBeHiddenAsync();
        await page.Page.EvaluateAsync("setInterval(() => scrollBy(0, 1), 300)");
        await Expect(month).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync("months-390");
        await month.ClickAsync();
        await page.Page.WaitForURLAsync("**cursor=**");
        await Expect(page.Page.Locator("#gallery section").First).ToHaveAttributeAsync("data-day", "2017-08-01");
    }

    [Fact]
    public async Task What_changes_below_what_is_loaded_is_left_alone()
    {
        var app = await fixture.StartAsync();
        await FillAsync(app);
        await using var page = await GalleryPage.OpenAsync(app, chromium, "/");
        await using var connection = new MySqlConnection((await app.VariablesAsync("web"))["ConnectionStrings__imagedb"]);
        await connection.OpenAsync(Cancel);
        await using var find = new MySqlCommand("SELECT id FROM captions WHERE image_key = 'images/seed-0.jpg'", connection);
        var below = Convert.ToInt64(await find.ExecuteScalarAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture);
        using (await app.Web.PutAsJsonAsync($"/api/images/{below}/caption", new { caption = "The first of all" }, Cancel)) { }

        // What is changed after it is seen after it.
        var now = await GalleryPage.UploadAsync(app, "after it.png", TestImages.TransparentPng(320, 200));
        await Expect(page.Page.Locator($"#i{now} img")).ToBeAttachedAsync();
        await Expect(page.Page.Locator($"#i{below}")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_changes_while_older_pictures_are_on_their_way_is_seen_when_they_are_there()
    {
        var app = await fixture.StartAsync();
        await FillAsync(app);
        await using var page = await GalleryPage.OpenAsync(app, chromium, "/albums");
        var held = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await page.Page.RouteAsync(
            "**/*cursor=*",
            async route =>
            {
                var answer = await route.FetchAsync();
                held.TrySetResult();
                await release.Task;
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
            }
        );

        // The oldest first: those that are filled in, which no other test deletes meanwhile.
        await page.GotoAsync("/?sort=oldest");
        await page.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await held.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await using var connection = new MySqlConnection((await app.VariablesAsync("web"))["ConnectionStrings__imagedb"]);
        await connection.OpenAsync(Cancel);
        await using var seventieth = new MySqlCommand(
            "SELECT id FROM captions WHERE image_key LIKE 'images/seed-%' ORDER BY shown_at, id LIMIT 1 OFFSET 70", connection);
        var id = Convert.ToInt64(await seventieth.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture);

        // The page is told, and asks for what it was told of within half a second, if it does.
        await page.Page.EvaluateAsync(
            "id => { window.told = new Promise(resolve => document.addEventListener('changed', ({ detail }) => detail.id === id && setTimeout(resolve, 600))); }",
            id
        );
        using (await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "Changed on the way" }, Cancel)) { }
        await page.Page.EvaluateAsync("() => window.told");
        release.SetResult();
        await Expect(page.Page.Locator($"#i{id} img")).ToHaveAttributeAsync("alt", "Changed on the way");

        // Whoever comes to the end sees what follows, and not what follows on that, and so on to the last picture.
        Assert.InRange(await page.Page.Locator("#gallery li").CountAsync(), 100, 150);
    }

    // Rows of years ago, which share one real thumbnail.
    private static async Task FillAsync(RunningApplication app)
    {
        if (Interlocked.Exchange(ref s_isFilled, 1) == 1)
        {
            return;
        }

        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(600, 400)), "file", "shared.jpg" } };
        using var uploaded = await app.Web.PostAsync("/api/images", form, Cancel);
        var id = (long)(await uploaded.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
        await app.WaitForImageAsync(id, RunningApplication.IsFinished);

        await using var connection = new MySqlConnection((await app.VariablesAsync("web"))["ConnectionStrings__imagedb"]);
        await connection.OpenAsync(Cancel);
        const string caption =
            "A wide view over a quiet harbour at dusk, with fishing boats in the foreground, warm lights in the windows of the houses behind them, and a range of blue hills under a clear, pale sky.";
        for (var first = 0; first < Rows; first += 1000)
        {
            var values = Enumerable
                .Range(first, 1000)
                .Select(i =>
                    $"('images/seed-{i}.jpg', 'seed {i}.jpg', 'image/jpeg', 100000, {600 + (i * 37 % 900)}, {400 + (i * 53 % 700)}, 'seed', FROM_UNIXTIME({1_500_000_000 + (i * 1800)}), '1970-01-01' + INTERVAL {1_500_000_000 + (i * 1800)} SECOND, '{caption}', 'seed', '{ThumbnailKey}', FROM_UNIXTIME(1500000000), '445566')"
                );
            await using var insert = new MySqlCommand(
                "INSERT INTO captions (image_key, file_name, content_type, size_bytes, width, height, object_etag, uploaded_at, shown_at, caption, caption_model, thumbnail_key, thumbnail_generated_at, placeholder) VALUES "
                    + string.Join(',', values),
                connection
            );
            await insert.ExecuteNonQueryAsync(Cancel);
        }

        await using var share = new MySqlCommand(
            "UPDATE captions SET thumbnail_key = (SELECT k FROM (SELECT thumbnail_key AS k FROM captions WHERE id = @id) AS one) WHERE thumbnail_key = @seed",
            connection
        );
        share.Parameters.AddWithValue("@id", id);
        share.Parameters.AddWithValue("@seed", ThumbnailKey);
        await share.ExecuteNonQueryAsync(Cancel);

        // The months are counted anew every ten seconds, by each instance.
        for (var seen = 0; seen < 10; seen++)
        {
            await Eventually.HoldsAsync(
                async () =>
                    (await app.Web.GetStringAsync("/?sort=oldest", Cancel)).Contains("data-month=\"2017-10\"", StringComparison.Ordinal),
                "The months are seen"
            );
        }
    }

    private const string ThumbnailKey = "thumbnails/seed";
}
