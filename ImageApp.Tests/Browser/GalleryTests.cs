using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>The gallery in a real Chromium, on the application as its AppHost starts it, with two web instances behind the proxy.</summary>
public sealed class GalleryTests(RunningApplication fixture, Chromium chromium)
{
    private static readonly BrowserNewContextOptions WithoutScript = new() { JavaScriptEnabled = false };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Live_changes_go_on_when_the_instance_that_sent_them_dies()
    {
        await using var gallery = await OpenAsync();
        await using var other = await OpenAsync();
        var first = await UploadAsync("before-the-end.jpg");
        await Expect(gallery.Page.Locator($"#i{first} img")).ToBeVisibleAsync();
        await Expect(other.Page.Locator($"#i{first} img")).ToBeVisibleAsync();

        using var victim = await WebAsync();
        victim.Kill();
        await victim.WaitForExitAsync(Cancel);

        var second = await UploadAsync("after-the-end.jpg");
        await Expect(gallery.Page.Locator($"#i{second} img"))
            .ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 60_000 });
        await Expect(other.Page.Locator($"#i{second} img")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 60_000 });
        await Expect(gallery.Page.Locator("#connection")).ToBeHiddenAsync();
        await fixture.Commands.ExecuteCommandAsync("web", Aspire.Hosting.ApplicationModel.KnownResourceCommands.RestartCommand, Cancel);
        await fixture.Resources.WaitForResourceHealthyAsync("web", Cancel);
    }

    [Fact]
    public async Task A_deletion_disappears_from_open_pages_and_can_be_undone_for_a_while()
    {
        var id = await UploadAsync("undo-me.jpg");
        await using var other = await OpenAsync();
        await Expect(other.Page.Locator($"#i{id}")).ToBeVisibleAsync();
        await using var page = await OpenAsync($"/images/{id}");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await Expect(page.Page.GetByText("The picture was deleted.")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await Expect(other.Page.Locator($"#i{id}")).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(other.Page.Locator($"#i{id}")).ToBeVisibleAsync();
    }

    /// <summary>What the browser kept of a page goes on being live, and what is changed below what is loaded stays there.</summary>
    [Fact]
    public async Task A_page_that_was_left_and_come_back_to_is_live_again()
    {
        var id = await UploadAsync("left and back.jpg");
        await using var page = await OpenAsync();
        await Expect(page.Page.Locator($"#i{id}")).ToBeAttachedAsync();
        await page.Page.EvaluateAsync("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
        using (await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "Written while nobody looked" }, Cancel)) { }
        await page.Page.EvaluateAsync("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
        await Expect(page.Page.Locator($"#i{id} img")).ToHaveAttributeAsync("alt", "Written while nobody looked");
    }

    [Fact]
    public async Task A_picture_stands_where_its_order_says_when_it_appears()
    {
        var app = await fixture.StartAsync();
        await using var page = await OpenAsync();
        var taken = await GalleryPage.UploadAsync(app, "taken in 2031.jpg", TestImages.Jpeg(400, 300, taken: "2031:05:17 10:11:12"));
        var added = await GalleryPage.UploadAsync(app, "added now.png", TestImages.TransparentPng(640, 480));
        await Expect(page.Page.Locator($"section[data-day='2031-05-17'] #i{taken}")).ToBeAttachedAsync();
        var today = DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await Expect(page.Page.Locator($"section[data-day='{today}'] #i{added}")).ToBeAttachedAsync();
        await page.GotoAsync("/");
        Assert.True(
            await page.Page.EvaluateAsync<bool>(
                "() => { const days = [...document.querySelectorAll('#gallery section')].map(one => one.dataset.day); return days.every((day, i) => i === 0 || days[i - 1] > day); }"
            ),
            "The days are not in their order."
        );
        await page.GotoAsync("/?by=added");
        await Expect(page.Page.Locator($"section[data-day='{today}'] #i{taken}")).ToBeAttachedAsync();
    }

    [Fact]
    public async Task Strips_animations_transparency_and_damage_are_seen_as_what_they_are()
    {
        var app = await fixture.StartAsync();
        var strip = await GalleryPage.UploadAsync(app, "strip.jpg", TestImages.Jpeg(6000, 150));
        var moving = await GalleryPage.UploadAsync(app, "moving.gif", TestImages.AnimatedGif(200, 150, 3));
        var clear = await GalleryPage.UploadAsync(app, "clear.png", TestImages.TransparentPng(500, 400));
        var cut = TestImages.Evening(900, 600, 5);
        var damaged = await GalleryPage.UploadAsync(app, "damaged.jpg", cut[..(cut.Length * 2 / 3)]);
        await using var page = await OpenAsync("/?by=added");
        var box = await page.BoxAsync($"#i{strip} img");
        Assert.True(box.Height > 100, $"6000x150 is shown {box.Height} pixels high.");
        await Expect(page.Page.Locator($"#i{moving} .mark")).ToHaveTextAsync("Animated");
        await Expect(page.Page.Locator($"#i{clear}.alpha img")).ToBeVisibleAsync();
        await Expect(page.Page.Locator($"#i{damaged} .mark")).ToHaveTextAsync("Damaged");
        await Expect(page.Page.Locator($"#i{damaged} .text")).ToContainTextAsync("damaged.jpg is damaged: only a part of it");
        Assert.Matches("400w.*800w", await page.Page.Locator($"#i{damaged} img").GetAttributeAsync("srcset") ?? "");
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync("kinds");
    }

    [Fact]
    public async Task The_captions_switch_is_remembered_without_anything_moving()
    {
        var id = await UploadAsync("switch.jpg");
        await using var page = await OpenAsync();
        await page.Page.Locator("#captions").ClickAsync();
        await Expect(page.Page.Locator($"#gallery.below #i{id} .text")).ToHaveCSSAsync("opacity", "1");
        await page.GotoAsync("/");
        await Expect(page.Page.Locator("#gallery.below")).ToBeAttachedAsync();
        await Expect(page.Page.Locator("#captions")).ToHaveAttributeAsync("aria-current", "true");
        await page.AssertAccessibleAsync();
        await page.Page.Locator("#captions").ClickAsync();
        await page.GotoAsync("/");
        await Expect(page.Page.Locator("#gallery.below")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_page_can_be_installed_and_nothing_is_indexed()
    {
        var app = await fixture.StartAsync();
        Assert.Contains("Disallow: /", await app.Web.GetStringAsync("/robots.txt", Cancel), StringComparison.Ordinal);
        var manifest = await app.Web.GetFromJsonAsync<JsonObject>("/manifest.webmanifest", Cancel);
        var icons = manifest!["icons"]!.AsArray().Select(icon => (string)icon!["src"]!);
        foreach (var icon in icons.Append("/favicon.ico").Append("/icon-180.png"))
        {
            using var answer = await app.Web.GetAsync(icon, Cancel);
            Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_failed_picture_says_why_and_what_to_do()
    {
        var id = await FailedAsync();
        await using var page = await OpenAsync($"/images/{id}");
        await Expect(page.Page.GetByText("No thumbnail of")).ToBeVisibleAsync();
        await Expect(page.Page.Locator(".stage").GetByText("The file is a text, not JPEG")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await page.GotoAsync("/?filter=failed");
        await Expect(page.Page.Locator($"#i{id}")).ToBeVisibleAsync();
        await page.GotoAsync("/?filter=no-caption");
        await Expect(page.Page.Locator($"#i{id}")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Search_finds_prefixes_and_phrases_counts_and_highlights()
    {
        var id = await UploadAsync("zebrafish.jpg");
        using (await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "A zebra crossing, wet road" }, Cancel)) { }

        await using var page = await OpenAsync("/?q=zebr");
        await Expect(page.Page.Locator("mark").First).ToHaveTextAsync("zebr");
        await Expect(page.Page.Locator("#count")).ToHaveTextAsync("1 picture");
        await page.AssertAccessibleAsync();
        await page.GotoAsync("/?q=%22wet%20road%22");
        await Expect(page.Page.Locator($"#i{id}")).ToBeVisibleAsync();
        await page.GotoAsync("/?q=%22road%20wet%22");
        await Expect(page.Page.GetByText("Nothing was found for")).ToBeVisibleAsync();
        await page.GotoAsync("/?q=" + Uri.EscapeDataString("+-*~()\"<>@"));
        await Expect(page.Page.GetByText("There is no word in this search.")).ToBeVisibleAsync();
        await page.GotoAsync("/?q=" + new string('x', 2000));
        await Expect(page.Page.GetByText("this one has 2,000")).ToBeVisibleAsync();
        await page.GotoAsync("/?cursor=nonsense");
        await Expect(page.Page.GetByText("This page's address is not complete")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Everything_works_without_script()
    {
        await using var page = await OpenAsync("/upload", WithoutScript);
        await page.ChooseAsync(("scriptless.jpg", "image/jpeg", TestImages.Jpeg(404, 302)));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Upload" }).ClickAsync();
        await page.GotoAsync("/?by=added");
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("scriptless");
        var found = page.Page.Locator("li", new PageLocatorOptions { Has = page.Page.GetByLabel("Select scriptless.jpg") });
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Search" }).ClickAsync();
        await Expect(found).ToHaveCountAsync(1);
        await found.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "scriptless.jpg" })).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(page.Page.GetByText("The picture was deleted.")).ToBeVisibleAsync();
        Assert.Contains("q=scriptless", page.Page.Url, StringComparison.Ordinal);
        await Expect(page.Page.GetByText("Nothing was found for")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(found).ToHaveCountAsync(1);
        Assert.Contains("q=scriptless", page.Page.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(320, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(820, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(2560, ColorScheme.Dark)]
    public async Task Looks_right_and_is_accessible_at_every_width_in_both_themes(int width, ColorScheme scheme)
    {
        var id = await UploadAsync($"wide-{width}-{scheme}.jpg");
        await using var page = await OpenAsync(
            "/",
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = 900 },
                ColorScheme = scheme,
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        await Expect(page.Page.Locator($"#i{id} img")).ToBeVisibleAsync();
        if (width is 390)
        {
            Assert.InRange((await page.BoxAsync("#gallery li")).Y, 1, 844 / 5);
        }

        Assert.True(
            await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways."
        );
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync($"gallery-{width}-{scheme}");
        (string, string)[] others =
        [
            ($"/images/{id}", "image"), ("/trash", "trash"), ("/albums", "albums"), ("/?q=no+word", "nothing"),
            ("/?filter=failed", "failed"), ($"/images/{await FailedAsync()}", "failed-image"),
        ];
        foreach (var (path, name) in others)
        {
            await page.GotoAsync(path);
            Assert.True(
                await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
                "The page scrolls sideways."
            );
            await page.AssertAccessibleAsync();
            await page.ScreenshotAsync($"{name}-{width}-{scheme}");
        }
    }

    private async Task<GalleryPage> OpenAsync(string path = "/", BrowserNewContextOptions? options = null) =>
        await GalleryPage.OpenAsync(await fixture.StartAsync(), chromium, path, options);

    // Taken today, so that it is on the first page however many pictures there are.
    private async Task<long> UploadAsync(string name) =>
        await GalleryPage.UploadAsync(await fixture.StartAsync(), name, TestImages.Evening(400, 300, name.Length));

    private async Task<System.Diagnostics.Process> WebAsync() =>
        System.Diagnostics.Process.GetProcessById(RunningApplication.ProcessId(await fixture.ProcessAsync("web")));

    // What is put into the bucket by others need not be a picture.
    private async Task<long> FailedAsync()
    {
        var app = await fixture.StartAsync();
        var key = $"images/{Guid.NewGuid()}.png";
        using var client = app.CreateS3Client();
        await client.PutObjectAsync(
            new Amazon.S3.Model.PutObjectRequest
            {
                BucketName = app.BucketName,
                Key = key,
                ContentBody = "no picture",
            },
            Cancel
        );
        return (long)(await app.WaitForKeyAsync(key, RunningApplication.IsFinished))["id"]!;
    }
}
