using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.Tests.Application;
using ImageApp.Tests.Imaging;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>The upload tray in a real Chromium, on the running application.</summary>
public sealed partial class UploadTrayTests(RunningApplication fixture, Chromium chromium)
{
    // Where what was just sent is on the first page, however many pictures others have added.
    private const string Newest = "/?by=added";

    // Pictures of the same look and of contents of their own: each has a comment that no other has.
    private const string DropMany =
        """
        ([picture, count, name]) => {
          const bytes = Uint8Array.from(atob(picture), c => c.charCodeAt(0));
          const transfer = new DataTransfer();
          for (let i = 0; i < count; i++) {
            const comment = new TextEncoder().encode(`${name} ${i} ${Math.random()}`.padEnd(60));
            const parts = [bytes.slice(0, 2), new Uint8Array([0xff, 0xfe, 0, 62]), comment.slice(0, 60), bytes.slice(2)];
            transfer.items.add(new File(parts, `${name}-${i}.jpg`, { type: 'image/jpeg' }));
          }
          window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chosen_files_go_straight_to_the_bucket_and_appear_described_without_a_reload()
    {
        await using var gallery = await OpenAsync();
        var direct = 0;
        gallery.Page.Response += (_, response) => direct += IsPut(response.Request) && response.Status == 200 ? 1 : 0;
        await gallery.ChooseAsync(
            ("beach one.jpg", "image/jpeg", TestImages.Jpeg(601, 400)),
            ("beach two.png", "image/png", TestImages.TransparentPng(301, 500)));
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("2 of 2 sent");
        Assert.Equal(2, direct);
        foreach (var name in new[] { "beach one.jpg", "beach two.png" })
        {
            await Expect(Tile(gallery, name).Locator("img")).ToHaveAttributeAsync("alt", Described());
        }

        await Expect(gallery.Page.Locator("#queue-list li.done a").First).ToHaveAttributeAsync("href", ImageAddress());
        Assert.Empty(gallery.Foreign);
        await gallery.AssertAccessibleAsync();
        await gallery.Page.Locator("#queue summary").ClickAsync();
        await Expect(gallery.Page.Locator("#queue-list")).ToBeHiddenAsync();
        await gallery.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Files_that_cannot_be_taken_are_refused_with_the_reason_before_any_is_sent()
    {
        await using var gallery = await OpenAsync();
        var sent = 0;
        gallery.Page.Response += (_, response) => sent += IsPut(response.Request) && response.Status == 200 ? 1 : 0;
        await gallery.ChooseAsync(
            ("notes.txt", "text/plain", "hello"u8.ToArray()),
            ("empty.png", "image/png", []),
            ("huge.jpg", "image/jpeg", new byte[26_000_000]));
        await Expect(gallery.Page.Locator("#queue-list li.refused")).ToHaveCountAsync(3);
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("The file is a text, not JPEG, PNG,");
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("The file is empty.");
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("Is larger than 25 MB");
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("3 failed");
        Assert.Equal(0, sent);
        await gallery.AssertAccessibleAsync();
        await gallery.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Clear the list" }).ClickAsync();
        await Expect(gallery.Page.Locator("#queue")).ToBeHiddenAsync();
    }

    /// <summary>What a system makes of a file's name and type does not count: its first bytes do.</summary>
    [Fact]
    public async Task The_content_decides_not_the_name_or_the_type()
    {
        await using var gallery = await OpenAsync();
        var accepted = await gallery.Page.Locator("#file").GetAttributeAsync("accept");
        Assert.All([".heic", ".jfif", ".apng"], extension => Assert.Contains(extension, accepted));
        await gallery.ChooseAsync(
            ("IMG_0815.HEIC", "", [.. Samples.Content("telephone.heic"), 0, 0, 0, 12, .. "freetray"u8]),
            ("without an extension", "", TestImages.Jpeg(81, 60)),
            ("old.jfif", "", TestImages.Jpeg(82, 60)),
            ("moves.apng", "image/apng", [.. Samples.Content("animated.png"), .. "tray"u8]),
            ("scan.tif", "image/jpeg", TestImages.Tiff(30, 20)));
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("4 of 4 sent, 1 failed");
        await Expect(gallery.Page.Locator("#queue-list li").First).ToContainTextAsync("The file is a TIFF picture, not JPEG, PNG,");
        await Expect(Tile(gallery, "IMG_0815.HEIC").Locator("img")).ToHaveAttributeAsync("alt", Described());
        await Expect(Tile(gallery, "without an extension").Locator("img")).ToHaveAttributeAsync("alt", Described());
    }

    [Fact]
    public async Task Identical_content_is_found_before_it_is_sent_and_added_anyway_where_that_is_wanted()
    {
        var app = await fixture.StartAsync();
        var content = TestImages.Jpeg(333, 222);
        var id = (long)(await app.UploadAsync("first name.jpg", content))["id"]!;
        await using var gallery = await OpenAsync();
        var puts = 0;
        gallery.Page.Response += (_, response) => puts += IsPut(response.Request) && response.Status == 200 ? 1 : 0;
        await gallery.ChooseAsync(("second name.jpg", "image/jpeg", content));
        var entry = Entry(gallery, "second name.jpg");
        await Expect(entry).ToContainTextAsync("This picture is here already, as 'first name.jpg'.");
        await Expect(entry.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", $"/images/{id}");
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("1 already here");
        Assert.Equal(0, puts);
        await gallery.AssertAccessibleAsync();
        await entry.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Add anyway second name.jpg" }).ClickAsync();
        await Expect(entry).ToContainTextAsync("Sent");
        Assert.Equal(1, puts);
    }

    [Fact]
    public async Task The_api_tells_of_identical_content_where_it_is_asked_to()
    {
        var app = await fixture.StartAsync();
        var content = TestImages.Jpeg(340, 222);
        var id = (await app.UploadAsync("by the api.jpg", content))["id"]!.ToString();
        var hash = Convert.ToBase64String(SHA256.HashData(content));
        foreach (var (body, status, name) in new (object, HttpStatusCode, string?)[]
        {
            (Start(hash, again: false), HttpStatusCode.Conflict, "already-here"),
            (Start("AAAA", again: false), HttpStatusCode.BadRequest, "bad-hash"),
            (Start(hash, again: true), HttpStatusCode.Created, null),
        })
        {
            using var answer = await app.Web.PostAsJsonAsync("/api/uploads", body, Cancel);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            Assert.Equal((status, name), (answer.StatusCode, ((string?)problem["type"])?.Split(':')[^1]));
            Assert.True(status != HttpStatusCode.Conflict || (string?)problem["id"] == id);
        }

        foreach (var (address, status) in new[]
        {
            ("/api/images?unique=true", HttpStatusCode.Conflict), ("/api/images", HttpStatusCode.Created),
        })
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", "y.jpg" } };
            using var answer = await app.Web.PostAsync(address, form, Cancel);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Where_the_page_cannot_hash_the_server_tells_what_is_here()
    {
        var app = await fixture.StartAsync();
        var content = TestImages.Jpeg(334, 222);
        await app.UploadAsync("hashed by the server.jpg", content);
        await using var gallery = await OpenAsync("/upload");
        await gallery.Page.AddInitScriptAsync("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })");
        await gallery.Page.RouteAsync("**/*X-Amz-Signature*", route => route.AbortAsync());
        await gallery.GotoAsync("/");
        await gallery.ChooseAsync(("same.jpg", "image/jpeg", content), ("other.jpg", "image/jpeg", TestImages.Jpeg(335, 222)));
        await Expect(Entry(gallery, "same.jpg")).ToContainTextAsync("This picture is here already, as 'hashed by the server.jpg'.");
        await Expect(Entry(gallery, "other.jpg")).ToContainTextAsync("Sent");
    }

    [Fact]
    public async Task A_file_that_was_cancelled_or_deleted_can_be_chosen_again()
    {
        await using var gallery = await OpenAsync();
        (string, string, byte[]) file = ("again and again.jpg", "image/jpeg", TestImages.Jpeg(336, 222));
        var isHeld = true;
        await gallery.Page.RouteAsync("**/api/uploads", route => isHeld ? Task.CompletedTask : route.ContinueAsync());
        await gallery.ChooseAsync(file);
        await gallery.ChooseAsync(file);
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("The same picture as again and again.jpg.");
        await gallery.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cancel again and again.jpg" }).ClickAsync();
        await Expect(gallery.Page.Locator("#queue-list li.cancelled")).ToHaveCountAsync(1);
        isHeld = false;
        await gallery.ChooseAsync(file);
        await Expect(gallery.Page.Locator("#queue-list li.done")).ToHaveCountAsync(1);

        var address = await gallery.Page.Locator("#queue-list li.done a").GetAttributeAsync("href");
        using var deleted = await fixture.Web.DeleteAsync($"/api{address}", Cancel);
        deleted.EnsureSuccessStatusCode();
        await gallery.ChooseAsync(file);
        await Expect(gallery.Page.Locator("#queue-list li.done")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task More_than_can_be_taken_at_once_is_answered_in_words()
    {
        await using var gallery = await OpenAsync();
        await gallery.Page.EvaluateAsync(
            """
            async () => {
              const { add } = await import(document.querySelector('script[type=module]').src.replace(/[^/]*$/, 'upload.js'));
              window.fetch = () => new Promise(() => {});
              add(Array.from({ length: 1100 }, (_, i) => new File([new Uint8Array([i, i >> 8])], `n${i}.png`)));
            }
            """);
        await Expect(gallery.Page.Locator("#queue-list"))
            .ToContainTextAsync("1100 files are too many at once: the first 1000 are taken.");
        await Expect(gallery.Page.Locator("#queue-list li.sending")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_uploads_go_on_by_themselves_when_it_is_back()
    {
        await using var gallery = await OpenAsync();
        await gallery.Page.WaitForFunctionAsync("performance.getEntriesByType('resource').some(one => one.name.endsWith('/upload.js'))");
        await gallery.Page.Context.SetOfflineAsync(true);
        await gallery.ChooseAsync(
            ("lost one.jpg", "image/jpeg", TestImages.Jpeg(201, 150)), ("lost two.jpg", "image/jpeg", TestImages.Jpeg(202, 150)));
        await Expect(gallery.Page.Locator("#queue-list li.lost")).ToHaveCountAsync(2);
        await Expect(Entry(gallery, "lost one.jpg")).ToContainTextAsync("The connection was lost.");
        await Expect(gallery.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retry all" })).ToBeVisibleAsync();
        await gallery.Page.Context.SetOfflineAsync(false);
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("2 of 2 sent");

        // Without the browser's word that it is online again: by asking.
        var isCut = true;
        await gallery.Page.RouteAsync(
            url => url.Contains("/api/uploads", StringComparison.Ordinal) || url.EndsWith("/alive", StringComparison.Ordinal),
            route => isCut ? route.AbortAsync() : route.ContinueAsync());
        await gallery.ChooseAsync(("lost three.jpg", "image/jpeg", TestImages.Jpeg(203, 150)));
        await Expect(Entry(gallery, "lost three.jpg")).ToContainTextAsync("The connection was lost.");
        await gallery.AssertAccessibleAsync();
        isCut = false;
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("3 of 3 sent");
    }

    [Fact]
    public async Task Retry_all_sends_what_was_lost()
    {
        await using var gallery = await OpenAsync();
        var isCut = true;
        await gallery.Page.RouteAsync("**/api/uploads", route => isCut ? route.AbortAsync() : route.ContinueAsync());
        await gallery.Page.RouteAsync("**/alive", route => route.AbortAsync());
        await gallery.ChooseAsync(
            ("retry one.jpg", "image/jpeg", TestImages.Jpeg(204, 150)), ("retry two.jpg", "image/jpeg", TestImages.Jpeg(205, 150)));
        await Expect(gallery.Page.Locator("#queue-list li.lost")).ToHaveCountAsync(2);
        isCut = false;
        await gallery.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retry all" }).ClickAsync();
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("2 of 2 sent");
    }

    [Fact]
    public async Task A_bucket_that_does_not_take_requests_from_here_is_known_before_the_first_file()
    {
        await using var gallery = await OpenAsync();
        var asked = new List<string>();
        await gallery.Page.RouteAsync("**/*X-Amz-Signature*", route =>
        {
            asked.Add(route.Request.Url);
            return route.AbortAsync();
        });
        await gallery.ChooseAsync(
            ("through one.jpg", "image/jpeg", TestImages.Jpeg(206, 150)),
            ("through two.jpg", "image/jpeg", TestImages.Jpeg(207, 150)),
            ("through.txt", "text/plain", "a text"u8.ToArray()));
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("2 of 2 sent, 1 failed");
        await Expect(Entry(gallery, "through.txt")).ToContainTextAsync("The file is a text");
        Assert.All(asked, address => Assert.Contains("X-Amz-Signature=000000", address));
        Assert.NotEmpty(asked);
    }

    [Fact]
    public async Task A_page_opened_by_another_name_of_the_machine_uploads_too()
    {
        var app = await fixture.StartAsync();
        await using var gallery = await OpenAsync();
        await gallery.GotoAsync($"http://127.0.0.1:{app.Web.BaseAddress!.Port}/");
        await gallery.ChooseAsync(("other host.jpg", "image/jpeg", TestImages.Jpeg(208, 150)));
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("1 of 1 sent");
    }

    [Fact]
    public async Task A_chosen_folder_is_sent_and_its_other_files_are_named_once()
    {
        var folder = Directory.CreateTempSubdirectory("imageapp-folder-");
        try
        {
            folder.CreateSubdirectory("inner");
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "one.jpg"), TestImages.Jpeg(209, 150), Cancel);
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "inner", "two"), TestImages.Jpeg(210, 150), Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "inner", "notes.txt"), "notes", Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "empty.ini"), "", Cancel);
            await using var gallery = await OpenAsync();
            await gallery.Page.Locator("#folder").SetInputFilesAsync(folder.FullName);
            await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("2 of 2 sent");
            var note = gallery.Page.Locator("#queue-list li.refused");
            await Expect(note).ToHaveCountAsync(1);
            await Expect(note).ToContainTextAsync("2 files in the folder left out, being no picture: empty.ini, notes.txt");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_dropped_folder_is_read_to_its_end_with_the_folders_in_it()
    {
        await using var gallery = await OpenAsync();
        await gallery.Page.EvaluateAsync(
            """
            () => {
              window.fetch = () => new Promise(() => {});
              const file = name => ({ isFile: true, name, file: then => then(new File([new Uint8Array([1, 2, 3])], name)) });
              const folder = (name, batches) => ({
                isDirectory: true, name,
                createReader: () => ({ readEntries: then => then(batches.shift() ?? []) }),
              });
              const inner = folder('inner', [[file('in it.jpg')]]);
              const entry = folder('outer', [
                Array.from({ length: 100 }, (_, i) => file(`a${i}.jpg`)),
                [...Array.from({ length: 49 }, (_, i) => file(`b${i}.jpg`)), inner],
              ]);
              const event = new Event('drop', { bubbles: true, cancelable: true });
              event.dataTransfer = { types: ['Files'], items: [{ kind: 'file', webkitGetAsEntry: () => entry }] };
              window.dispatchEvent(event);
            }
            """);
        await Expect(gallery.Page.Locator("#queue-list li")).ToHaveCountAsync(150);
        await Expect(gallery.Page.Locator("#queue-list")).ToContainTextAsync("in it.jpg");
    }

    [Fact]
    public async Task The_whole_window_is_the_target_on_every_page()
    {
        var app = await fixture.StartAsync();
        var id = (await app.UploadAsync("under a drop.jpg", TestImages.Jpeg(337, 222)))["id"];
        await using var gallery = await OpenAsync();
        foreach (var path in new[] { "/", $"/images/{id}", "/albums" })
        {
            await gallery.GotoAsync(path);
            await DragAsync(gallery, "dragenter");
            await Expect(gallery.Page.GetByText("Drop pictures or folders to add them")).ToBeVisibleAsync();
            await gallery.AssertAccessibleAsync();
            await DragAsync(gallery, "dragleave");
            await Expect(gallery.Page.GetByText("Drop pictures or folders to add them")).ToBeHiddenAsync();
        }

        await gallery.Page.EvaluateAsync(DropMany, new object[] { Convert.ToBase64String(TestImages.Jpeg(338, 222)), 1, "elsewhere" });
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("1 of 1 sent");
    }

    [Fact]
    public async Task Only_while_something_is_sent_leaving_is_asked_and_the_next_page_tells_what_was_not()
    {
        await using var gallery = await OpenAsync();
        var asked = 0;
        gallery.Page.Dialog += (_, dialog) =>
        {
            asked++;
            _ = dialog.AcceptAsync();
        };
        await gallery.Page.GetByRole(AriaRole.Searchbox).ClickAsync();
        await gallery.ChooseAsync(("is sent.jpg", "image/jpeg", TestImages.Jpeg(211, 150)));
        await Expect(gallery.Page.Locator("#queue-text")).ToHaveTextAsync("1 of 1 sent");
        await gallery.GotoAsync("/albums");
        Assert.Equal(0, asked);
        await Expect(gallery.Page.Locator("#queue")).ToBeHiddenAsync();

        await gallery.Page.RouteAsync("**/api/uploads", _ => Task.CompletedTask);
        await gallery.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Albums" }).ClickAsync();
        await gallery.ChooseAsync(("is not sent.jpg", "image/jpeg", TestImages.Jpeg(212, 150)));
        await Expect(gallery.Page.Locator("#queue-list li.sending")).ToBeVisibleAsync();
        await gallery.GotoAsync("/");
        Assert.Equal(1, asked);
        await Expect(gallery.Page.Locator("#queue-list"))
            .ToContainTextAsync("One file not sent, since the page was left: is not sent.jpg. Choose them again.");
        await gallery.GotoAsync("/");
        await Expect(gallery.Page.Locator("#queue")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Sixty_uploads_at_once_move_nothing_and_say_how_long_they_take()
    {
        await using var gallery = await OpenAsync();
        await gallery.Page.EvaluateAsync(
            """
            () => {
              window.shifts = [];
              new PerformanceObserver(list => {
                for (const entry of document.querySelector('#queue[data-busy]') ? list.getEntries() : []) {
                  window.shifts.push(...entry.sources.map(({ node, previousRect, currentRect }) =>
                    `${(node?.parentElement ?? node)?.outerHTML.slice(0, 120)}: ${previousRect.y} to ${currentRect.y}`));
                }
              }).observe({ type: 'layout-shift' });
              window.texts = [];
              const text = document.getElementById('queue-text');
              new MutationObserver(() => window.texts.push(text.textContent)).observe(text, { childList: true });
            }
            """);
        await gallery.Page.EvaluateAsync(DropMany, new object[] { Convert.ToBase64String(TestImages.Jpeg(640, 480)), 60, "sixty" });
        await Expect(gallery.Page.Locator("#queue-text"))
            .ToHaveTextAsync("60 of 60 sent", new LocatorAssertionsToHaveTextOptions { Timeout = 90_000 });
        Assert.Empty(await gallery.Page.EvaluateAsync<string[]>("shifts"));
        Assert.Contains(await gallery.Page.EvaluateAsync<string[]>("texts"), text => Progress().IsMatch(text));
        Assert.InRange(await gallery.Page.Locator("#queue-list img[src^=blob]").CountAsync(), 1, 24);
        await Expect(gallery.Page.Locator("#gallery input[aria-label^='Select sixty-']"))
            .ToHaveCountAsync(60, new LocatorAssertionsToHaveCountOptions { Timeout = 90_000 });
        await gallery.ScreenshotAsync("tray");
    }

    [Fact]
    public async Task A_hundred_files_dropped_at_once_all_arrive_and_the_page_stays_usable()
    {
        await using var gallery = await OpenAsync();
        using var process = System.Diagnostics.Process.GetProcessById(
            RunningApplication.ProcessId(await fixture.ProcessAsync("web")));
        var before = process.WorkingSet64;
        await gallery.Page.EvaluateAsync(DropMany, new object[] { Convert.ToBase64String(TestImages.Jpeg(320, 240)), 100, "hundred" });
        await gallery.Page.GetByRole(AriaRole.Searchbox).FillAsync("typed meanwhile");
        await Expect(gallery.Page.Locator("#queue-text"))
            .ToHaveTextAsync("100 of 100 sent", new LocatorAssertionsToHaveTextOptions { Timeout = 90_000 });
        await Expect(gallery.Page.Locator("#gallery li:has(input[aria-label^='Select hundred-']) img"))
            .ToHaveCountAsync(100, new LocatorAssertionsToHaveCountOptions { Timeout = 90_000 });

        // What it had before is other tests' work: compiled code, and a heap that nothing has asked back.
        process.Refresh();
        Assert.True(process.WorkingSet64 - before < 100_000_000, $"web uses {process.WorkingSet64:N0} bytes, and {before:N0} before");
    }

    [Theory]
    [InlineData(320, ColorScheme.Light)]
    [InlineData(320, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task Looks_right_and_is_accessible_in_every_state(int width, ColorScheme scheme)
    {
        await using var gallery = await OpenAsync(
            Newest,
            new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 700 }, ColorScheme = scheme });
        await gallery.Page.RouteAsync(
            "**/api/uploads",
            async route =>
            {
                if (route.Request.PostData?.Contains("holds", StringComparison.Ordinal) != true)
                {
                    await route.ContinueAsync();
                }
            });
        var name = $"a rather long name of a file that has to be broken somewhere {width} {scheme}.txt";
        await gallery.ChooseAsync(
            (name, "text/plain", "text"u8.ToArray()),
            ("done.jpg", "image/jpeg", TestImages.Jpeg(400 + (width / 10), 200 + (int)scheme)),
            ("holds one.jpg", "image/jpeg", TestImages.Jpeg(402 + (width / 10), 200 + (int)scheme)),
            ("holds two.jpg", "image/jpeg", TestImages.Jpeg(403 + (width / 10), 200 + (int)scheme)),
            ("holds three.jpg", "image/jpeg", TestImages.Jpeg(404 + (width / 10), 200 + (int)scheme)),
            ("waits.jpg", "image/jpeg", TestImages.Jpeg(405 + (width / 10), 200 + (int)scheme)));
        await Expect(gallery.Page.Locator("#queue-list li.sending")).ToHaveCountAsync(3);
        await Expect(gallery.Page.Locator("#queue-list li.refused")).ToHaveCountAsync(1);
        await Expect(gallery.Page.Locator("#queue-list li.done")).ToHaveCountAsync(1);
        await gallery.AssertAccessibleAsync();
        Assert.True(await gallery.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        await gallery.ScreenshotAsync($"tray-{width}-{scheme}");
        await gallery.Page.UnrouteAllAsync();
    }

    [Fact]
    public async Task The_plain_form_works_without_script_and_is_accessible()
    {
        await using var page = await OpenAsync("/upload", new BrowserNewContextOptions { JavaScriptEnabled = false });
        await page.ChooseAsync(("plain form.jpg", "image/jpeg", TestImages.Jpeg(1411, 307)));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Upload" }).ClickAsync();
        await Expect(page.Page.GetByLabel("Select plain form.jpg")).ToHaveCountAsync(1);

        await using var other = await OpenAsync("/upload");
        await other.AssertAccessibleAsync();
        await other.ChooseAsync(("with script.jpg", "image/jpeg", TestImages.Jpeg(1412, 307)));
        await Expect(other.Page.Locator("#queue-text")).ToHaveTextAsync("1 of 1 sent");
    }

    private static object Start(string sha256, bool again) =>
        new { fileName = "x.jpg", contentType = "image/jpeg", sizeBytes = 5, sha256, again };

    private static bool IsPut(IRequest request) =>
        request.Method == "PUT" && request.Url.Contains("X-Amz-Signature", StringComparison.Ordinal);

    private static ILocator Entry(GalleryPage gallery, string name) =>
        gallery.Page.Locator("#queue-list li").Filter(new LocatorFilterOptions { HasText = name });

    private static ILocator Tile(GalleryPage gallery, string name) =>
        gallery.Page.Locator("#gallery li", new PageLocatorOptions
        {
            Has = gallery.Page.GetByLabel($"Select {name}", new PageGetByLabelOptions { Exact = true }),
        }).First;

    private static async Task DragAsync(GalleryPage gallery, string name) => await gallery.Page.EvaluateAsync(
        """
        name => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(['x'], 'x.jpg'));
          document.body.dispatchEvent(new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }
        """,
        name);

    [GeneratedRegex("picture of")]
    private static partial Regex Described();

    [GeneratedRegex("^/images/[0-9]+$")]
    private static partial Regex ImageAddress();

    [GeneratedRegex("^[0-9]+ of 60, [0-9.]+ [kM]B/s, [0-9]+ (s|min) left$")]
    private static partial Regex Progress();

    private async Task<GalleryPage> OpenAsync(string path = Newest, BrowserNewContextOptions? options = null) =>
        await GalleryPage.OpenAsync(await fixture.StartAsync(), chromium, path, options);
}
