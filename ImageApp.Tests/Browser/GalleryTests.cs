using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using ImageApp.Tests.Imaging;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>The gallery in a real Chromium, on the application as its AppHost starts it, with two web instances behind the proxy.</summary>
public sealed class GalleryTests(RunningApplication fixture, Chromium chromium)
{
    private static readonly BrowserNewContextOptions WithoutScript = new() { JavaScriptEnabled = false };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chosen_files_go_straight_to_the_bucket_and_appear_described_without_a_reload()
    {
        await using var gallery = await OpenAsync();
        var direct = 0;
        gallery.Page.Request += (_, request) =>
            direct += request.Method == "PUT" && request.Url.Contains("X-Amz-Signature", StringComparison.Ordinal) ? 1 : 0;
        await gallery.ChooseAsync(
            ("beach one.jpg", "image/jpeg", TestImages.Jpeg(600, 400)),
            ("beach two.png", "image/png", TestImages.TransparentPng(300, 500))
        );
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("2 of 2 sent");
        Assert.Equal(2, direct);
        foreach (var name in new[] { "beach one.jpg", "beach two.png" })
        {
            var tile = gallery
                .Page.Locator(
                    "li",
                    new PageLocatorOptions { Has = gallery.Page.GetByLabel($"Select {name}", new PageGetByLabelOptions { Exact = true }) }
                )
                .First;
            await Expect(tile.Locator("img")).ToHaveAttributeAsync("alt", new System.Text.RegularExpressions.Regex("picture of"));
        }

        Assert.Empty(gallery.Foreign);
        await gallery.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Files_that_cannot_be_taken_are_refused_with_the_reason_before_any_is_sent()
    {
        await using var gallery = await OpenAsync();
        var sent = 0;
        gallery.Page.Request += (_, request) => sent += request.Method == "PUT" ? 1 : 0;
        await gallery.ChooseAsync(
            ("notes.txt", "text/plain", "hello"u8.ToArray()),
            ("empty.png", "image/png", []),
            ("huge.jpg", "image/jpeg", new byte[26_000_000])
        );
        await Expect(gallery.Page.Locator("#queue-list li.refused")).ToHaveCountAsync(3);
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("The file is a text, not JPEG, PNG,");
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("The file is empty.");
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("'huge.jpg' is larger than 25 MB");
        Assert.Equal(0, sent);
        await gallery.AssertAccessibleAsync();
        await gallery.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Clear the list" }).ClickAsync();
        await Expect(gallery.Page.Locator("#queue")).ToBeHiddenAsync();
    }

    /// <summary>What a system makes of a file's type, Windows of HEIC nothing, does not count: its first bytes do.</summary>
    [Fact]
    public async Task A_telephones_picture_of_no_type_is_taken_and_shown_large_on_its_page()
    {
        await using var gallery = await OpenAsync();
        Assert.Contains(".heic", await gallery.Page.Locator("#file").GetAttributeAsync("accept"));
        await gallery.ChooseAsync(
            ("IMG_0815.HEIC", "", Samples.Content("telephone.heic")), ("scan.tif", "image/jpeg", TestImages.Tiff(30, 20)));
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("The file is a TIFF picture, not JPEG, PNG,");
        var select = gallery.Page.GetByLabel("Select IMG_0815.HEIC");
        var tile = gallery.Page.Locator("#gallery li").Filter(new LocatorFilterOptions { Has = select });
        await Expect(tile.Locator("img")).ToHaveAttributeAsync("alt", new System.Text.RegularExpressions.Regex("picture of"));
        await tile.Locator("a").First.ClickAsync();
        await Expect(gallery.Page.GetByText("HEIC, shown as JPEG")).ToBeVisibleAsync();
        await gallery.Page.WaitForFunctionAsync("() => document.querySelector('.large img')?.naturalWidth === 480");
        await gallery.AssertAccessibleAsync();
    }

    [Fact]
    public async Task The_same_file_twice_a_folder_and_five_hundred_files_are_answered_in_words()
    {
        await using var gallery = await OpenAsync();
        await gallery.Page.EvaluateAsync(
            """
            async () => {
              const { add } = await import('/js/upload.js');
              window.fetch = () => new Promise(() => {});
              const file = (name) => new File([new Uint8Array([1, 2, 3])], name, { type: 'image/png', lastModified: 1 });
              add([file('a.png'), file('a.png')], 1);
              add(Array.from({ length: 500 }, (_, i) => file(`n${i}.png`)));
            }
            """
        );
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("This file was chosen already.");
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("Folders cannot be uploaded.");
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("500 files are too many at once: the first 200 are taken.");
        await Expect(gallery.Page.Locator("#queue-list li.sending")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_lost_connection_can_be_tried_again_and_an_upload_cancelled()
    {
        await using var gallery = await OpenAsync();
        var cut = true;
        await gallery.Page.RouteAsync(
            url => url.Contains("X-Amz-Signature", StringComparison.Ordinal),
            route => cut ? route.AbortAsync() : route.ContinueAsync()
        );
        await gallery.ChooseAsync(("again.jpg", "image/jpeg", TestImages.Jpeg(200, 150)));
        var entry = gallery.Page.Locator("#queue-list li").Filter(new LocatorFilterOptions { HasText = "again.jpg" });
        await Expect(entry).ToContainTextAsync("The connection was lost.");
        cut = false;
        await entry.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(entry).ToContainTextAsync("Sent");

        await gallery.Page.UnrouteAllAsync();
        await gallery.Page.RouteAsync(url => url.Contains("X-Amz-Signature", StringComparison.Ordinal), _ => Task.CompletedTask);
        await gallery.ChooseAsync(("never.jpg", "image/jpeg", TestImages.Jpeg(210, 150)));
        var cancelled = gallery.Page.Locator("#queue-list li").Filter(new LocatorFilterOptions { HasText = "never.jpg" });
        await cancelled.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(cancelled).ToContainTextAsync("Cancelled");
    }

    [Fact]
    public async Task A_hundred_files_dropped_at_once_all_arrive_and_the_page_stays_usable()
    {
        await using var gallery = await OpenAsync();
        using var process = await WebAsync();
        var before = process.WorkingSet64;
        var picture = Convert.ToBase64String(TestImages.Jpeg(320, 240));
        await gallery.Page.EvaluateAsync(
            """
            picture => {
              const bytes = Uint8Array.from(atob(picture), c => c.charCodeAt(0));
              const transfer = new DataTransfer();
              for (let i = 0; i < 100; i++) transfer.items.add(new File([bytes], `hundred-${i}.jpg`, { type: 'image/jpeg' }));
              window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
            }
            """,
            picture
        );
        await gallery.Page.GetByRole(AriaRole.Searchbox).FillAsync("typed meanwhile");
        await Expect(gallery.Page.Locator("#queue-text"))
            .ToHaveTextAsync("100 of 100 sent", new LocatorAssertionsToHaveTextOptions { Timeout = 90_000 });
        await Expect(gallery.Page.Locator("#gallery input[aria-label^='Select hundred-']"))
            .ToHaveCountAsync(100, new LocatorAssertionsToHaveCountOptions { Timeout = 90_000 });
        await Expect(gallery.Page.Locator("#gallery li:has(input[aria-label^='Select hundred-']) img"))
            .ToHaveCountAsync(100, new LocatorAssertionsToHaveCountOptions { Timeout = 90_000 });

        // What it had before is other tests' work: compiled code, and a heap that nothing has asked back.
        process.Refresh();
        Assert.True(process.WorkingSet64 - before < 100_000_000, $"web uses {process.WorkingSet64:N0} bytes, and {before:N0} before");
    }

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
    public async Task One_picture_has_its_caption_details_neighbours_and_keys()
    {
        var older = await UploadAsync("older.jpg");
        var middle = await UploadAsync("middle.jpg");
        var newer = await UploadAsync("newer.jpg");
        await using var page = await OpenAsync($"/images/{middle}");
        await Expect(page.Page.Locator("#caption")).ToContainTextAsync("picture of 400 by 300 pixels");
        await Expect(page.Page.GetByText("Acme One", new PageGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("17 May 2024, 10:11")).ToBeVisibleAsync();
        Assert.DoesNotContain("GPS", await page.Page.ContentAsync(), StringComparison.OrdinalIgnoreCase);
        await page.AssertAccessibleAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/images/{older}$"));
        await page.ReadyAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/images/{middle}$"));
        await page.ReadyAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/images/{newer}$"));
        await page.ReadyAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("//[^/]+/$"));
    }

    [Fact]
    public async Task A_corrected_caption_is_shown_as_text_and_survives_a_rerun()
    {
        var id = await UploadAsync("corrected.jpg");
        await using var page = await OpenAsync($"/images/{id}");
        const string caption = "My <b>cat</b> <script>document.title='x'</script> \u202Eאבג";
        await page.Page.GetByText("Correct the caption").ClickAsync();
        await page.Page.GetByLabel("Caption", new PageGetByLabelOptions { Exact = true }).FillAsync(caption);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save" }).ClickAsync();
        await Expect(page.Page.Locator("#caption")).ToHaveTextAsync(caption.Replace("\u202E", "", StringComparison.Ordinal));
        await Expect(page.Page.GetByText("Corrected by a person")).ToBeVisibleAsync();
        Assert.StartsWith("corrected.jpg", await page.Page.TitleAsync(), StringComparison.Ordinal);

        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Try again" }).ClickAsync();
        await Expect(page.Page.Locator("#details[data-finished=true]")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#caption")).ToContainTextAsync("My <b>cat</b>");

        using var empty = await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "  " }, Cancel);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, empty.StatusCode);
        using var tooLong = await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = new string('x', 2001) }, Cancel);
        Assert.Contains("2,001", await tooLong.Content.ReadAsStringAsync(Cancel));
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
        await Expect(page.Page.Locator($"#i{id}")).ToBeVisibleAsync();
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
        await Expect(page.Page.GetByText("No thumbnail.")).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("The file is a text, not JPEG").First).ToBeVisibleAsync();
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
        await Expect(page.Page.GetByText("Nothing was found.")).ToBeVisibleAsync();
        await page.GotoAsync("/?q=" + Uri.EscapeDataString("+-*~()\"<>@"));
        await Expect(page.Page.GetByText("There is no word in this search.")).ToBeVisibleAsync();
        await page.GotoAsync("/?q=" + new string('x', 2000));
        await Expect(page.Page.GetByText("this one has 2,000")).ToBeVisibleAsync();
        await page.GotoAsync("/?cursor=nonsense");
        await Expect(page.Page.GetByText("This page's address is not complete")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Selected_pictures_are_downloaded_as_one_zip_and_deleted_together()
    {
        var first = await UploadAsync("same name.jpg");
        var second = await UploadAsync("same name.jpg");
        await using var page = await OpenAsync();
        await page.Page.Locator($"#i{first} input").CheckAsync();
        await page.Page.Locator($"#i{second} input").CheckAsync();
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("2 selected");
        await page.AssertAccessibleAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() =>
            page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Download" }).ClickAsync()
        );
        await using (var zip = await ZipFile.OpenReadAsync(await download.PathAsync(), Cancel))
        {
            Assert.Equal(2, zip.Entries.Count);
            Assert.Equal(2, zip.Entries.Select(entry => entry.Name).Distinct().Count());
            Assert.All(zip.Entries, entry => Assert.Equal(TestImages.Jpeg(400, 300).Length, entry.Length));
        }

        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await Expect(page.Page.GetByText("2 pictures were deleted.")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(page.Page.Locator($"#i{second}")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Everything_works_without_script()
    {
        await using var page = await OpenAsync("/", WithoutScript);
        await page.ChooseAsync(("plain.jpg", "image/jpeg", TestImages.Jpeg(400, 300)));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Upload" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("plain");
        var found = page.Page.Locator("li", new PageLocatorOptions { Has = page.Page.GetByLabel("Select plain.jpg") });
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Search" }).ClickAsync();
        await Expect(found).ToHaveCountAsync(1);
        await found.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "plain.jpg" })).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await Expect(page.Page.GetByText("The picture was deleted.")).ToBeVisibleAsync();
        await page.GotoAsync("/?q=plain");
        await Expect(page.Page.GetByText("Nothing was found.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1024, ColorScheme.Light)]
    [InlineData(1024, ColorScheme.Dark)]
    [InlineData(1920, ColorScheme.Light)]
    [InlineData(1920, ColorScheme.Dark)]
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
        Assert.True(
            await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways."
        );
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync($"gallery-{width}-{scheme}");
        await page.GotoAsync($"/images/{id}");
        Assert.True(
            await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
            "The page scrolls sideways."
        );
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync($"image-{width}-{scheme}");
    }

    private async Task<GalleryPage> OpenAsync(string path = "/", BrowserNewContextOptions? options = null) =>
        await GalleryPage.OpenAsync(await fixture.StartAsync(), chromium, path, options);

    private async Task<long> UploadAsync(string name)
    {
        var app = await fixture.StartAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(400, 300)), "file", name } };
        using var answer = await app.Web.PostAsync("/api/images", form, Cancel);
        var id = (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
        await app.WaitForImageAsync(id, RunningApplication.IsFinished);
        return id;
    }

    private async Task<System.Diagnostics.Process> WebAsync() =>
        System.Diagnostics.Process.GetProcessById(RunningApplication.ProcessId(await fixture.ProcessAsync("web")));
}
