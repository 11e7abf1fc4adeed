using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.Tests.Application;
using ImageApp.Tests.Imaging;
using Microsoft.Playwright;
using MySqlConnector;
using NetVips;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>Shared links in a real Chromium and by HTTP, on the running application with two web instances.</summary>
public sealed partial class SharingTests(RunningApplication fixture, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_picture_is_shared_from_its_page_and_seen_without_the_owners_functions(bool script)
    {
        var app = await fixture.StartAsync();
        var id = (await app.UploadAsync($"shared {script}.jpg", TestImages.Jpeg(601 + (script ? 1 : 0), 450)))["id"];
        await using var owner = await GalleryPage.OpenAsync(
            app, chromium, $"/images/{id}", new BrowserNewContextOptions
            {
                JavaScriptEnabled = script,
                ViewportSize = new ViewportSize { Width = script ? 390 : 1440, Height = 800 },
            });
        await owner.Page.Locator(".share summary").First.ClickAsync();
        var panel = await owner.BoxAsync(".share > form");
        Assert.True(panel.X >= 0 && panel.X + panel.Width <= (script ? 390 : 1440), $"The panel stands at {panel.X}, {panel.Width} wide.");
        if (script)
        {
            await owner.AssertAccessibleAsync();
        }

        await owner.ScreenshotAsync($"share-{script}");
        await owner.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make the link" }).ClickAsync();
        var link = owner.Page.Locator("input[readonly]");
        await Expect(link).ToHaveValueAsync(Link());
        var address = new Uri(await link.InputValueAsync());

        await using var guest = await GalleryPage.OpenAsync(
            app, chromium, address.AbsolutePath, new BrowserNewContextOptions { JavaScriptEnabled = script });
        await Expect(guest.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { NameRegex = Described() })).ToBeVisibleAsync();
        var html = await guest.Page.ContentAsync();
        Assert.DoesNotContain("Delete", html, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"/images/{id}", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>", html, StringComparison.Ordinal);
        if (script)
        {
            await guest.AssertAccessibleAsync();
            await guest.Page.WaitForFunctionAsync("() => document.querySelector('figure img').naturalWidth > 200");
        }

        await owner.GotoAsync("/shared");
        await owner.Page.GetByLabel($"Revoke the link to shared {script}.jpg").ClickAsync();
        await Expect(owner.Page.GetByLabel($"Revoke the link to shared {script}.jpg")).ToHaveCountAsync(0);
        using var revoked = await app.Web.GetAsync(address.AbsolutePath, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, revoked.StatusCode);
        using var picture = await app.Web.GetAsync($"{address.AbsolutePath}/images/{id}/original", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, picture.StatusCode);
    }

    [Fact]
    public async Task A_link_to_an_album_shows_its_pictures_and_no_others()
    {
        var app = await fixture.StartAsync();
        var inside = (long)(await app.UploadAsync("in the album.jpg", TestImages.Jpeg(603, 450)))["id"]!;
        var outside = (long)(await app.UploadAsync("not in the album.jpg", TestImages.Jpeg(604, 450)))["id"]!;
        var album = await AlbumAsync(app, "Shared party", inside);
        var path = await ShareAsync(app, new { albumId = album });

        await using var guest = await GalleryPage.OpenAsync(app, chromium, path);
        await Expect(guest.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Shared party" })).ToBeVisibleAsync();
        await Expect(guest.Page.Locator(".row li")).ToHaveCountAsync(1);
        await guest.AssertAccessibleAsync();
        await guest.Page.Locator(".row li a").ClickAsync();
        await Expect(guest.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Download the original" })).ToBeVisibleAsync();
        await guest.AssertAccessibleAsync();

        foreach (var address in new[]
        {
            $"{path}/images/{outside}", $"{path}/images/{outside}/thumbnail", $"{path}/images/{outside}/rendition/400",
            $"{path}/images/{outside}/original", "/s/unknown", $"/s/{new string('x', 3000)}",
        })
        {
            using var answer = await app.Web.GetAsync(address, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var found = await app.Web.GetAsync($"{path}/images/{inside}/rendition/400", Cancel);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        Assert.Equal("noindex, nofollow", string.Join(",", found.Headers.GetValues("X-Robots-Tag")));
        Assert.Equal("no-referrer", string.Join(",", found.Headers.GetValues("Referrer-Policy")));
        using var page = await app.Web.GetAsync(path, Cancel);
        Assert.Equal("noindex, nofollow", string.Join(",", page.Headers.GetValues("X-Robots-Tag")));
        using var deleted = await app.Web.DeleteAsync($"/api/images/{inside}", Cancel);
        deleted.EnsureSuccessStatusCode();
        using var gone = await app.Web.GetAsync($"{path}/images/{inside}/thumbnail", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_panel_that_is_being_filled_in_stays_when_the_picture_changes_meanwhile()
    {
        var app = await fixture.StartAsync();
        var id = (await app.UploadAsync("half filled in.jpg", TestImages.Jpeg(608, 450)))["id"];
        await using var owner = await GalleryPage.OpenAsync(app, chromium, $"/images/{id}");
        await owner.Page.Locator(".share summary").ClickAsync();
        await owner.Page.Locator("#share-password").FillAsync("half a pass");
        using (await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "Changed meanwhile" }, Cancel)) { }
        await Expect(owner.Page.Locator("#caption")).ToHaveTextAsync("Changed meanwhile");
        await Expect(owner.Page.Locator("#share-password")).ToBeVisibleAsync();
        await Expect(owner.Page.Locator("#share-password")).ToHaveValueAsync("half a pass");
        await Expect(owner.Page.Locator("#share-password")).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_a_link_that_is_not_valid_is_told_so_and_not_led_to_the_gallery(bool script)
    {
        var app = await fixture.StartAsync();
        await using var guest = await GalleryPage.OpenAsync(
            app, chromium, "/s/unknown", new BrowserNewContextOptions
            {
                JavaScriptEnabled = script,
                ViewportSize = new ViewportSize { Width = 320, Height = 640 },
            });
        await Expect(guest.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("This link is not valid");
        await Expect(guest.Page.GetByRole(AriaRole.Link)).ToHaveCountAsync(0);
        if (script)
        {
            await guest.AssertAccessibleAsync();
            await guest.ScreenshotAsync("shared-unknown");
        }
    }

    [Fact]
    public async Task A_password_is_asked_for_and_cannot_be_guessed_for_ever()
    {
        var app = await fixture.StartAsync();
        var id = (long)(await app.UploadAsync("secret.jpg", TestImages.Jpeg(605, 450)))["id"]!;
        var path = await ShareAsync(app, new { imageId = id, password = "sesame \u00e9" });
        using (var closed = await app.Web.GetAsync($"{path}/images/{id}/thumbnail", Cancel))
        {
            Assert.Equal(HttpStatusCode.NotFound, closed.StatusCode);
        }

        await using var guest = await GalleryPage.OpenAsync(app, chromium, path);
        await Expect(guest.Page.Locator("figure")).ToHaveCountAsync(0);
        await guest.AssertAccessibleAsync();
        await EnterAsync(guest, "open");
        await Expect(guest.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not the password of this link.");
        await guest.AssertAccessibleAsync();
        await EnterAsync(guest, "sesame \u00e9");
        await Expect(guest.Page.Locator("figure img")).ToBeVisibleAsync();
        await guest.Page.WaitForFunctionAsync("() => document.querySelector('figure img').naturalWidth > 0");
        var cookie = Assert.Single(await guest.Page.Context.CookiesAsync());
        Assert.True(cookie is { HttpOnly: true, SameSite: SameSiteAttribute.Lax });
        Assert.Equal(path, cookie.Path);

        // A cookie of another link, or one that was made up, opens nothing.
        var other = await ShareAsync(app, new { imageId = id, password = "another" });
        using var forged = new HttpRequestMessage(HttpMethod.Get, $"{other}/images/{id}/thumbnail");
        forged.Headers.Add("Cookie", $"{cookie.Name}={cookie.Value}; {OtherName(cookie.Name)}={cookie.Value}");
        using var refused = await app.Web.SendAsync(forged, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        var locations = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            using var form = new FormUrlEncodedContent([new("password", $"guess {i}")]);
            using var answer = await app.Web.PostAsync($"{other}/password", form, Cancel);
            locations.Add(answer.RequestMessage!.RequestUri!.Query);
        }

        Assert.Equal(10, locations.Count(query => query == "?wrong=true"));
        Assert.Equal("?wait=true", locations[^1]);
        using var right = new FormUrlEncodedContent([new("password", "another")]);
        using var late = await app.Web.PostAsync($"{other}/password", right, Cancel);
        Assert.Equal("?wait=true", late.RequestMessage!.RequestUri!.Query);

        static string OtherName(string name) => $"share-{long.Parse(name.Split('-')[1], null) + 1}";
    }

    [Fact]
    public async Task What_cannot_be_shared_is_named()
    {
        var app = await fixture.StartAsync();
        var id = (long)(await app.UploadAsync("expires.jpg", TestImages.Jpeg(606, 450)))["id"]!;
        foreach (var (body, name) in new (object, string)[]
        {
            (new { }, "share-target"),
            (new { imageId = 999_999_999 }, "share-target"),
            (new { imageId = id, albumId = 1 }, "share-target"),
            (new { imageId = id, expiresInDays = 0 }, "share-expiry"),
            (new { imageId = id, password = new string('x', 201) }, "share-password"),
        })
        {
            using var answer = await app.Web.PostAsJsonAsync("/api/shares", body, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.EndsWith(name, (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["type"], StringComparison.Ordinal);
        }

        var path = await ShareAsync(app, new { imageId = id, expiresInDays = 1, password = "x" });
        var share = (await app.Web.GetFromJsonAsync<JsonObject>("/api/shares", Cancel))!["shares"]!.AsArray()
            .First(item => (long?)item!["imageId"] == id)!;
        Assert.True((bool)share["hasPassword"]!);
        Assert.NotNull(share["expiresAt"]);
        Assert.DoesNotContain(path[3..], share.ToJsonString(), StringComparison.Ordinal);
        using var ended = await app.Web.DeleteAsync($"/api/shares/{share["id"]}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var again = await app.Web.DeleteAsync($"/api/shares/{share["id"]}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    /// <summary>What is downloaded by a link says nothing of place and owner, looks the same and is the same way up.</summary>
    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("heic")]
    public async Task Originals_are_downloaded_without_their_metadata(string kind)
    {
        var app = await fixture.StartAsync();
        var content = kind == "heic" ? Samples.Content("irot1-imir1.heic") : Tagged(kind);
        var id = (long)(await app.UploadAsync($"private.{kind}", content))["id"]!;
        var path = await ShareAsync(app, new { imageId = id });
        using var answer = await app.Web.GetAsync($"{path}/images/{id}/original", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var name = answer.Content.Headers.ContentDisposition!.FileNameStar ?? answer.Content.Headers.ContentDisposition.FileName;
        Assert.Equal(kind == "heic" ? "private.webp" : $"private.{kind}", name?.Trim('"'));
        var stripped = await answer.Content.ReadAsByteArrayAsync(Cancel);
        Assert.DoesNotContain("Secret Owner", System.Text.Encoding.Latin1.GetString(stripped), StringComparison.Ordinal);
        using var after = Image.NewFromBuffer(stripped);
        Assert.DoesNotContain(after.GetFields(), field => field.Contains("GPS", StringComparison.Ordinal)
            || field.Contains("Artist", StringComparison.Ordinal) || field is "xmp-data" or "iptc-data");
        if (kind == "heic")
        {
            return;
        }

        Assert.Contains("Secret Owner", System.Text.Encoding.Latin1.GetString(content), StringComparison.Ordinal);
        using var before = Image.NewFromBuffer(content);
        Assert.Equal(Orientation(before), Orientation(after));
        using var difference = (before - after).Abs();
        Assert.Equal(0, difference.Max());
    }

    /// <summary>All of an album in one file: as little is said of place and owner, and it ends with the link.</summary>
    [Fact]
    public async Task An_album_is_downloaded_as_a_zip_without_metadata()
    {
        var app = await fixture.StartAsync();
        var first = (long)(await app.UploadAsync("holiday.jpg", Tagged("jpg")))["id"]!;
        var album = await AlbumAsync(app, "Zipped / holiday", first);
        foreach (var (name, content) in new (string, byte[])[]
        {
            ("holiday.jpg", [.. Tagged("jpg"), 1]),
            ("holiday.png", Tagged("png")),
            ("turned.heic", [.. Samples.Content("irot1-imir1.heic"), .. ZipBox]),
        })
        {
            var id = (long)(await app.UploadAsync(name, content))["id"]!;
            using var added = await app.Web.PostAsJsonAsync($"/api/albums/{album}/images", new { ids = new[] { id } }, Cancel);
            added.EnsureSuccessStatusCode();
        }

        var path = await ShareAsync(app, new { albumId = album });
        await using var guest = await GalleryPage.OpenAsync(
            app, chromium, path, new BrowserNewContextOptions { JavaScriptEnabled = false });
        await guest.ScreenshotAsync("shared-album-zip");
        var download = await guest.Page.RunAndWaitForDownloadAsync(() =>
            guest.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Download all" }).ClickAsync());
        Assert.StartsWith("Zipped", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.EndsWith(".zip", download.SuggestedFilename, StringComparison.Ordinal);
        await using (var file = File.OpenRead(await download.PathAsync()))
        await using (var zip = new ZipArchive(file, ZipArchiveMode.Read))
        {
            Assert.Equal(
                ["holiday (2).jpg", "holiday.jpg", "holiday.png", "turned.webp"],
                zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
            foreach (var entry in zip.Entries)
            {
                using var content = new MemoryStream();
                await using (var stored = await entry.OpenAsync(Cancel))
                {
                    await stored.CopyToAsync(content, Cancel);
                }

                Assert.DoesNotContain("Secret Owner", System.Text.Encoding.Latin1.GetString(content.ToArray()), StringComparison.Ordinal);
                using var picture = Image.NewFromBuffer(content.ToArray());
                Assert.True(picture.Width > 30 && picture.Avg() > 0, entry.FullName);
                Assert.DoesNotContain(picture.GetFields(), field => field.Contains("GPS", StringComparison.Ordinal)
                    || field.Contains("Artist", StringComparison.Ordinal) || field is "xmp-data" or "iptc-data");
            }
        }

        using (var head = await app.Web.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{path}/pictures.zip"), Cancel))
        {
            Assert.Equal((HttpStatusCode.OK, "application/zip"), (head.StatusCode, head.Content.Headers.ContentType?.MediaType));
            Assert.Equal("noindex, nofollow", string.Join(",", head.Headers.GetValues("X-Robots-Tag")));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        }

        // Neither without its password, nor of a link to a picture, nor after its end.
        await NotThereAsync(app, await ShareAsync(app, new { albumId = album, password = "sesame" }));
        await NotThereAsync(app, await ShareAsync(app, new { imageId = first }));
        var ended = await ShareAsync(app, new { albumId = album, expiresInDays = 1 });
        await using var connection = new MySqlConnection((await app.VariablesAsync("web"))["ConnectionStrings__imagedb"]);
        await connection.OpenAsync(Cancel);
        await using var end = new MySqlCommand(
            "UPDATE shares SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE album_id = @album AND expires_at IS NOT NULL", connection);
        end.Parameters.AddWithValue("@album", album);
        Assert.Equal(1, await end.ExecuteNonQueryAsync(Cancel));
        await NotThereAsync(app, ended);
        var shares = (await app.Web.GetFromJsonAsync<JsonObject>("/api/shares", Cancel))!["shares"]!.AsArray();
        foreach (var share in shares.Where(share => (long?)share!["albumId"] == album))
        {
            using var revoked = await app.Web.DeleteAsync($"/api/shares/{share!["id"]}", Cancel);
            revoked.EnsureSuccessStatusCode();
        }

        await NotThereAsync(app, path);

        static async Task NotThereAsync(RunningApplication app, string path)
        {
            using var answer = await app.Web.GetAsync($"{path}/pictures.zip", Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    // ISO 14496-12: a box that readers skip, so that this picture is no other test's.
    private static byte[] ZipBox => [0, 0, 0, 15, .. "freezip"u8];

    private static object? Orientation(Image image) => image.Contains("orientation") ? image.Get("orientation") : 1;

    private static byte[] Tagged(string kind)
    {
        using var picture = TestImages.Picture(64, 40);
        using var tagged = picture.Mutate(mutable =>
        {
            mutable.Set(GValue.GIntType, "orientation", 6);
            mutable.Set(GValue.GStrType, "exif-ifd0-Artist", "Secret Owner");
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "48/1 8/1 0/1");
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLatitudeRef", "N");
            mutable.Set(GValue.BlobType, "xmp-data", System.Text.Encoding.UTF8.GetBytes("<x>Secret Owner</x>"));
        });
        return kind switch
        {
            "jpg" => [.. tagged.JpegsaveBuffer(q: 90), .. "Secret Owner's film behind the picture"u8],
            "png" => tagged.PngsaveBuffer(),
            "webp" => tagged.WebpsaveBuffer(lossless: true),
            _ => WithComment(TestImages.AnimatedGif(40, 30, 3)),
        };
    }

    // GIF 89a: a comment before the trailer.
    private static byte[] WithComment(byte[] gif) => [.. gif[..^1], 0x21, 0xFE, 12, .. "Secret Owner"u8, 0, 0x3B];

    private static Task EnterAsync(GalleryPage guest, string password) => EnterAsync(guest.Page, password);

    private static async Task EnterAsync(IPage page, string password)
    {
        await page.GetByLabel("Password of this link").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Open" }).ClickAsync();
    }

    private static async Task<string> ShareAsync(RunningApplication app, object request)
    {
        using var answer = await app.Web.PostAsJsonAsync("/api/shares", request, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["path"]!;
    }

    private static async Task<long> AlbumAsync(RunningApplication app, string title, long image)
    {
        using var created = await app.Web.PostAsJsonAsync("/api/albums", new { title }, Cancel);
        var album = (long)(await created.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!;
        using var added = await app.Web.PostAsJsonAsync($"/api/albums/{album}/images", new { ids = new[] { image } }, Cancel);
        added.EnsureSuccessStatusCode();
        return album;
    }

    [GeneratedRegex("^http://[^/]+/s/[A-Za-z0-9_-]{24}$")]
    private static partial Regex Link();

    [GeneratedRegex("picture of")]
    private static partial Regex Described();
}
