using System.Net.Http.Json;
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

    [Fact]
    public async Task A_failed_picture_says_why_and_what_to_do()
    {
        var app = await fixture.StartAsync();
        var key = $"images/{Guid.NewGuid()}.png";
        using (var client = app.CreateS3Client())
        {
            await client.PutObjectAsync(
                new Amazon.S3.Model.PutObjectRequest
                {
                    BucketName = app.BucketName,
                    Key = key,
                    ContentBody = "no picture",
                },
                Cancel
            );
        }

        var image = await app.WaitForKeyAsync(key, RunningApplication.IsFinished);
        await using var page = await OpenAsync($"/images/{image["id"]}");
        await Expect(page.Page.GetByText("No thumbnail of")).ToBeVisibleAsync();
        await Expect(page.Page.Locator(".stage").GetByText("The file is a text, not JPEG")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await page.GotoAsync("/?filter=failed");
        await Expect(page.Page.Locator($"#i{image["id"]}")).ToBeVisibleAsync();
        await page.GotoAsync("/?filter=no-caption");
        await Expect(page.Page.Locator($"#i{image["id"]}")).ToBeVisibleAsync();
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
        await page.ChooseAsync(("plain.jpg", "image/jpeg", TestImages.Jpeg(404, 302)));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Upload" }).ClickAsync();
        await page.GotoAsync("/?by=added");
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("plain");
        var found = page.Page.Locator("li", new PageLocatorOptions { Has = page.Page.GetByLabel("Select plain.jpg") });
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Search" }).ClickAsync();
        await Expect(found).ToHaveCountAsync(1);
        await found.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "plain.jpg" })).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(page.Page.GetByText("The picture was deleted.")).ToBeVisibleAsync();
        Assert.Contains("q=plain", page.Page.Url, StringComparison.Ordinal);
        await Expect(page.Page.GetByText("Nothing was found for")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(found).ToHaveCountAsync(1);
        Assert.Contains("q=plain", page.Page.Url, StringComparison.Ordinal);
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
            Assert.InRange((await page.Page.Locator("#gallery li").First.BoundingBoxAsync())!.Y, 1, 844 / 5);
        }

        Assert.True(
            await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways."
        );
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync($"gallery-{width}-{scheme}");
        foreach (var (path, name) in new[] { ($"/images/{id}", "image"), ("/trash", "trash"), ("/albums", "albums"), ("/?q=no+such+word", "nothing") })
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

    private async Task<long> UploadAsync(string name) => await GalleryPage.UploadAsync(await fixture.StartAsync(), name);

    private async Task<System.Diagnostics.Process> WebAsync() =>
        System.Diagnostics.Process.GetProcessById(RunningApplication.ProcessId(await fixture.ProcessAsync("web")));
}
