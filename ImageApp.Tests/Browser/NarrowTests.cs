using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>
/// The narrowest screen, 320 pixels, with the longest names: nothing is wider than it. And what a search shows of a name.
/// </summary>
public sealed class NarrowTests(RunningApplication fixture, Chromium chromium)
{
    private static readonly string LongName = string.Concat(Enumerable.Repeat("Donaudampfschiff", 9));

    // What reaches beyond the window, unless a part that scrolls or clips holds it.
    private const string WiderScript =
        """
        () => {
          const held = one => one.parentElement && one.parentElement !== document.body
            && (getComputedStyle(one.parentElement).overflowX !== 'visible' || held(one.parentElement));
          const wide = [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && !one.closest('.hidden, .skip')
            && (one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1) && !held(one));
          if (document.documentElement.scrollWidth > innerWidth) wide.push(document.documentElement);
          return wide.map(one => one.outerHTML.slice(0, 200));
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shared_pages_and_albums_fit()
    {
        var app = await fixture.StartAsync();
        var id = await GalleryPage.UploadAsync(app, $"{LongName}.jpg", TestImages.Jpeg(701, 450));
        using (await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = $"Words and {LongName}{LongName}" }, Cancel)) { }
        using var created = await app.Web.PostAsJsonAsync("/api/albums", new { title = LongName[..100] }, Cancel);
        var album = (long)(await created.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!;
        using (await app.Web.PostAsJsonAsync($"/api/albums/{album}/images", new { ids = new[] { id } }, Cancel)) { }
        var shared = await ShareAsync(app, new { albumId = album });
        (string Path, string Name)[] pages =
        [
            (shared, "shared-album"), ($"{shared}/images/{id}", "shared-picture"),
            (await ShareAsync(app, new { albumId = album, password = "x" }), "shared-password"), ($"/albums/{album}", "album"),
            ("/albums", "albums-long"), ("/shared", "shared-links"),
        ];
        var wider = new List<string>();
        foreach (var script in new[] { true, false })
        {
            await using var page = await OpenAsync(app, "/", script);
            foreach (var (path, name) in pages)
            {
                await page.GotoAsync(path);
                wider.AddRange(await WiderAsync(page, $"{name}, script: {script}"));
                if (script)
                {
                    await page.AssertAccessibleAsync();
                    await page.ScreenshotAsync($"narrow-{name}");
                }
            }

            await page.GotoAsync($"/albums/{album}");
            foreach (var summary in await page.Page.Locator("details.share summary").AllAsync())
            {
                await summary.ClickAsync();
                wider.AddRange(await WiderAsync(page, $"An album's panel, script: {script}"));
                await page.ScreenshotAsync("narrow-album-panel");
                await summary.ClickAsync();
            }
        }

        Assert.True(wider.Count == 0, string.Join('\n', wider));
    }

    [Fact]
    public async Task An_open_tray_with_long_names_fits()
    {
        var app = await fixture.StartAsync();
        await using var page = await OpenAsync(app, "/", script: true);
        await page.ChooseAsync(
            ($"{LongName}1.jpg", "image/jpeg", TestImages.Jpeg(702, 450)),
            ($"{LongName}2.jpg", "image/jpeg", "a text that is no picture"u8.ToArray()));
        await Expect(page.Page.Locator("#queue-text")).ToHaveTextAsync("1 of 1 sent, 1 failed");
        await Expect(page.Page.Locator("#queue-list li.refused")).ToBeVisibleAsync();
        Assert.Empty(await WiderAsync(page, "The tray"));
        await page.ScreenshotAsync("narrow-tray");
    }

    /// <summary>Found by its name alone: the name is there, marked, and can be read.</summary>
    [Fact]
    public async Task A_search_that_hits_only_a_files_name_shows_the_name()
    {
        var app = await fixture.StartAsync();
        var id = await GalleryPage.UploadAsync(app, "quetzalcoatlus at noon.jpg", TestImages.Evening(900, 600, 64));
        const string caption =
            "A wide view over a quiet harbour at dusk, with boats in the foreground, lights in the windows and a range of hills";
        using (await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption }, Cancel)) { }
        await using var page = await OpenAsync(app, "/?q=quetzalcoatlus", script: true);
        var mark = page.Page.Locator($"#i{id} mark");
        await Expect(mark).ToHaveTextAsync("quetzalcoatlus");
        await page.ScreenshotAsync("narrow-name");

        // Asked until it holds: a change that comes in replaces the tile. Its line is looked at, whose height no font changes.
        await page.Page.WaitForFunctionAsync(
            """
            id => {
              const mark = document.querySelector(`#i${id} mark`);
              if (!mark) return false;
              const [box, line, text] = [mark, mark.closest('i'), mark.closest('.text')].map(one => one.getBoundingClientRect());
              return getComputedStyle(mark.closest('.text')).opacity === '1' && box.height > 8 && line.top >= text.top && line.bottom <= text.bottom;
            }
            """,
            id);
    }

    private static async Task<IEnumerable<string>> WiderAsync(GalleryPage page, string what) =>
        (await page.Page.EvaluateAsync<string[]>(WiderScript)).Select(element => $"{what}: {element}");

    private static async Task<string> ShareAsync(RunningApplication app, object request)
    {
        using var answer = await app.Web.PostAsJsonAsync("/api/shares", request, Cancel);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["path"]!;
    }

    private async Task<GalleryPage> OpenAsync(RunningApplication app, string path, bool script) =>
        await GalleryPage.OpenAsync(
            app,
            chromium,
            path,
            new BrowserNewContextOptions
            {
                JavaScriptEnabled = script,
                ViewportSize = new ViewportSize { Width = 320, Height = 640 },
                ReducedMotion = ReducedMotion.Reduce,
            });
}
