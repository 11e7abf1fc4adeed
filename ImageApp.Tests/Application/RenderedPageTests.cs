using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Access;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Tests.Hardening;
using ImageApp.Web.Captioning;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;

namespace ImageApp.Tests.Application;

/// <summary>Gallery pages and lists that are sent again only when they are others, and then always.</summary>
public sealed class RenderedPageTests(DatabaseServer database)
{
    private const int Rows = 60;
    private static int s_moment;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_a_page_is_told_that_it_is_the_same_until_anything_changes_and_then_sees_the_change()
    {
        await using var gallery = await StartAsync();
        var (web, catalogue) = (gallery.Client, gallery.Catalogue);
        var first = await gallery.NewestAsync();
        var uploaded = 0L;
        (string What, Func<Task> Change, string Seen)[] changes =
        [
            ("upload", async () => uploaded = await gallery.UploadAsync("a new one.jpg"), "a new one.jpg"),
            ("thumbnail", () => catalogue.Results.SaveThumbnailAsync(
                gallery.KeyOf(uploaded), "new", new ThumbnailResult("thumbnails/new", 30, 20), Cancel), "/images/{id}/thumbnail?v="),
            ("caption", () => catalogue.Results.SaveCaptionAsync(
                gallery.KeyOf(uploaded), "new", new CaptionResult("Told by a model.", "m"), Cancel), "Told by a model."),
            ("correction", () => web.PutAsJsonAsync($"/api/images/{first}/caption", new { caption = "Told by a person." }, Cancel),
                "Told by a person."),
            ("star", () => catalogue.Gallery.SetFavouriteAsync([first], isFavourite: true, Cancel), "Told by a person."),
            ("deletion", () => web.DeleteAsync($"/api/images/{first}", Cancel), "!Told by a person."),
            ("restoration", () => web.PostAsync($"/api/images/{first}/restore", null, Cancel), "Told by a person."),
            ("purge", () => web.DeleteAsync($"/api/images/{first}?permanently=true", Cancel), "!Told by a person."),
            ("album", () => web.PostAsJsonAsync("/api/albums", new { title = "An album" }, Cancel), "An album"),
            ("other title", () => gallery.ExecuteAsync("UPDATE albums SET title = 'Another title', updated_at = updated_at"),
                "Another title"),
            ("no album", () => gallery.ExecuteAsync("DELETE FROM albums"), "!Another title"),
            ("pause", async () =>
            {
                await catalogue.Captioning.PauseAsync(new CaptionPause(DateTimeOffset.UtcNow.AddDays(1), "There is no quota."), Cancel);
                gallery.Services.GetRequiredService<CaptioningStatusCache>().Forget();
            }, "There is no quota."),
        ];
        foreach (var (what, change, words) in changes)
        {
            await gallery.SettleAsync();
            var before = await gallery.GetAsync("/gallery");
            var kept = await gallery.GetAsync("/gallery");
            var same = await gallery.GetAsync("/gallery", before.Tag);
            if (what is not ("thumbnail" or "caption"))
            {
                // Nothing is awaited, so nothing depends on the time.
                Assert.Equal((what, before.Html, before.Tag), (what, kept.Html, kept.Tag));
                Assert.Equal((what, HttpStatusCode.NotModified, ""), (what, same.Status, same.Html));
            }

            await change();
            var after = await gallery.GetAsync("/gallery", before.Tag);
            Assert.Equal((what, HttpStatusCode.OK), (what, after.Status));
            Assert.NotEqual((what, before.Tag), (what, after.Tag));
            var (isSeen, seen) = (words[0] != '!', words.TrimStart('!').Replace("{id}", $"{uploaded}", StringComparison.Ordinal));
            Assert.True(after.Html.Contains(seen, StringComparison.Ordinal) == isSeen, $"{what}: {after.Html}");

            // And when it is kept.
            await gallery.SettleAsync();
            _ = await gallery.GetAsync("/gallery");
            var later = await gallery.GetAsync("/gallery");
            Assert.Equal((what, isSeen), (what, later.Html.Contains(seen, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Two_changes_within_a_millisecond_are_both_seen()
    {
        await using var gallery = await StartAsync();
        var id = await gallery.NewestAsync();

        // Of a moment that has not passed, however long it takes until it is asked for.
        await gallery.ExecuteAsync(
            $"UPDATE captions SET caption = 'The first.', updated_at = CURRENT_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE id = {id}");
        var seen = await gallery.GetAsync("/gallery");
        Assert.Contains("The first.", seen.Html);
        Assert.Contains("The first.", (await gallery.GetAsync("/gallery")).Html);
        await gallery.ExecuteAsync($"UPDATE captions SET caption = 'The second.', updated_at = updated_at WHERE id = {id}");
        var after = await gallery.GetAsync("/gallery", seen.Tag);
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.Contains("The second.", after.Html);
    }

    [Fact]
    public async Task A_page_on_which_something_is_awaited_is_of_its_second()
    {
        await using var gallery = await StartAsync();
        await gallery.ExecuteAsync(
            "UPDATE captions SET caption = NULL, updated_at = NOW(3) - INTERVAL 10 SECOND ORDER BY id DESC LIMIT 1");
        var first = await gallery.GetAsync("/gallery");
        Assert.Contains("animation-delay:-", first.Html);
        await Eventually.HoldsAsync(
            async () => (await gallery.GetAsync("/gallery", first.Tag)) is { Status: HttpStatusCode.OK } now && now.Html != first.Html,
            "A second later it has waited for longer");
    }

    [Fact]
    public async Task What_is_asked_for_otherwise_is_another_page()
    {
        await using var gallery = await StartAsync();
        await gallery.SettleAsync();
        var plain = await gallery.GetAsync("/gallery");
        var below = await gallery.GetAsync("/gallery", plain.Tag, "captions=below");
        Assert.Contains("gallery below", below.Html);
        Assert.NotEqual(plain.Tag, below.Tag);
        Assert.Equal(HttpStatusCode.NotModified, (await gallery.GetAsync("/gallery", below.Tag, "captions=below")).Status);
        Assert.Equal(HttpStatusCode.OK, (await gallery.GetAsync("/gallery", below.Tag)).Status);
        Assert.Contains("It is too late to undo that", (await gallery.GetAsync("/gallery?gone=true", plain.Tag)).Html);

        foreach (var (address, count, problem) in new[]
        {
            ("/gallery?limit=24", 24, false), ("/gallery?limit=1", 1, false), ("/gallery?limit=200", Rows, false),
            ("/gallery?limit=0", 50, true), ("/gallery?limit=201", 50, true), ("/gallery?limit=many", 50, true),
            ("/gallery?limit=", 50, false),
        })
        {
            var page = await gallery.GetAsync(address);
            Assert.Equal((address, count), (address, page.Html.Split("<li id=\"i").Length - 1));
            Assert.Equal(
                (address, problem), (address, page.Html.Contains("A page has 1 to 200 pictures", StringComparison.Ordinal)));
            Assert.Equal(
                (address, !problem && count is 24 or 1),
                (address, page.Html.Contains(
                    string.Create(CultureInfo.InvariantCulture, $"limit={count}&amp;cursor="), StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    public async Task A_page_that_is_kept_is_sent_in_each_encoding_with_all_that_a_page_says(string encoding)
    {
        await using var gallery = await StartAsync();
        await gallery.SettleAsync();
        var plain = await gallery.GetAsync("/gallery");
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/gallery") { Headers = { { "Accept-Encoding", encoding } } };
            using var answer = await gallery.Client.SendAsync(request, Cancel);
            Assert.Equal(encoding == "identity" ? [] : [encoding], answer.Content.Headers.ContentEncoding);
            Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
            Assert.True(answer.Headers.CacheControl is { Private: true, NoCache: true, NoStore: false });
            Assert.True(answer.Headers.Contains("Content-Security-Policy"));
            Assert.Equal(plain.Tag, answer.Headers.ETag!.ToString());
            await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
            await using var unpacked = encoding switch
            {
                "gzip" => new GZipStream(body, CompressionMode.Decompress),
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                _ => body,
            };
            using var reader = new StreamReader(unpacked);
            Assert.Equal(plain.Html, await reader.ReadToEndAsync(Cancel));
        }
    }

    [Fact]
    public async Task Each_role_has_pages_of_its_own_and_so_has_who_signs_out()
    {
        await using var gallery = await GuardedGallery.StartAsync(
            database, "public-read", new Dictionary<string, string> { ["Reconciler__Interval"] = "23:00:00" });
        await using var rows = new MySqlConnection(gallery.Connection);
        await rows.OpenAsync(Cancel);
        await InsertAsync(rows);
        using var olga = await gallery.SignInAsync("olga");
        using var vera = await gallery.SignInAsync("vera");
        using var nobody = new CookieBrowser();
        nobody.Place(gallery.Address, gallery.Web.Address);
        for (var time = 0; time < 2; time++)
        {
            Assert.Contains("value=\"delete\"", await HtmlAsync(olga));
            Assert.DoesNotContain("value=\"delete\"", await HtmlAsync(vera));
            Assert.Contains(">Account<", await HtmlAsync(vera));
            Assert.Contains(">Sign in<", await HtmlAsync(nobody));
        }

        olga.Forget(gallery.Address);
        Assert.DoesNotContain("value=\"delete\"", await HtmlAsync(olga));
        Assert.Contains(">Sign in<", await HtmlAsync(olga));

        async Task<string> HtmlAsync(CookieBrowser browser)
        {
            var (answer, _) = await browser.GoAsync(new Uri(gallery.Address, "/gallery"));
            using (answer)
            {
                return await answer.Content.ReadAsStringAsync(Cancel);
            }
        }
    }

    [Fact]
    public async Task The_api_tells_who_has_a_list_or_an_image_that_it_is_the_same_and_never_of_what_has_changed()
    {
        await using var gallery = await StartAsync();
        var id = await gallery.UploadAsync("tagged.jpg");
        foreach (var address in new[] { "/api/images", $"/api/images/{id}" })
        {
            var before = await gallery.GetAsync(address);
            var same = await gallery.GetAsync(address, before.Tag);
            Assert.Equal((address, HttpStatusCode.NotModified, ""), (address, same.Status, same.Html));
            Assert.Equal(before.Tag, same.Tag);
        }

        var (list, one) = (await gallery.GetAsync("/api/images"), await gallery.GetAsync($"/api/images/{id}"));
        await gallery.Catalogue.Results.SaveThumbnailAsync(
            gallery.KeyOf(id), "new", new ThumbnailResult("thumbnails/new", 30, 20), Cancel);
        foreach (var (address, tag) in new[] { ("/api/images", list.Tag), ($"/api/images/{id}", one.Tag) })
        {
            var after = await gallery.GetAsync(address, tag);
            Assert.Equal((address, HttpStatusCode.OK), (address, after.Status));
            Assert.Contains($"/images/{id}/thumbnail?v=", after.Html);
        }

        // Who corrects a caption does not care that there is a thumbnail by now.
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/images/{id}/caption")
        {
            Content = JsonContent.Create(new { caption = "Mine." }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", one.Tag);
        using var answer = await gallery.Client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(answer.Headers.ETag!.ToString(), (await gallery.GetAsync($"/api/images/{id}")).Tag);
    }

    [Theory]
    [InlineData(10_000L, null, 0L)]
    [InlineData(10_000L, 10_000L, 10_000L)]
    [InlineData(10_000L, 9_000L, 9_000L)]
    [InlineData(10_000L, 11_000L, 10_000L)]
    [InlineData(10_000L, 7_999L, 10_000L)]
    [InlineData(10_000L, 5_000L, 7_001L)]
    public void Live_changes_go_on_behind_the_last_one_that_has_settled_and_not_ahead_of_the_clock(long clock, long? changed, long after) =>
        Assert.Equal(new PageCursor(after, 0), new PageVersion(clock, changed, [], []).After);

    private async Task<Gallery> StartAsync()
    {
        var aws = await LocalAwsInstance.StartAsync();
        var connection = await database.CreateDatabaseAsync();
        var web = await HostedWeb.StartAsync(connection, aws, ("Reconciler:Interval", "23:00:00"));
        var gallery = new Gallery(aws, web, web.CreateClient(), new MySqlDataSource(connection));
        await Eventually.HoldsAsync(
            async () => (await gallery.Client.GetAsync("/api/images", Cancel)).IsSuccessStatusCode, "The schema is there");
        await using var rows = await gallery.Database.OpenConnectionAsync(Cancel);
        await InsertAsync(rows);
        return gallery;
    }

    private static async Task InsertAsync(MySqlConnection connection)
    {
        var values = Enumerable.Range(1, Rows).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"""
            ('images/{i}.jpg', '{i}.jpg', 'image/jpeg', 1000, 600, 400, 'seed', FROM_UNIXTIME({1_500_000_000 + i}),
             '2017-07-14' + INTERVAL {i} SECOND, 'Number {i}.', 'm', 'thumbnails/seed',
             FROM_UNIXTIME(1500000000), FROM_UNIXTIME(1500000000))
            """));
        await using var insert = new MySqlCommand(
            $"""
            INSERT INTO captions (image_key, file_name, content_type, size_bytes, width, height, object_etag, uploaded_at, shown_at,
                caption, caption_model, thumbnail_key, thumbnail_generated_at, updated_at) VALUES {string.Join(',', values)}
            """,
            connection);
        await insert.ExecuteNonQueryAsync(Cancel);
    }

    private sealed record Answer(HttpStatusCode Status, string Html, string Tag);

    private sealed record Gallery(LocalAwsInstance Aws, HostedWeb Web, HttpClient Client, MySqlDataSource Database) : IAsyncDisposable
    {
        private readonly Dictionary<long, string> _keys = [];

        public CatalogueByAudience Catalogue { get; } = new(Database);

        public IServiceProvider Services => Web.Services;

        public string KeyOf(long id) => _keys[id];

        public async Task<Answer> GetAsync(string address, string? tag = null, string? cookie = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            foreach (var (name, value) in new[] { ("If-None-Match", tag), ("Cookie", cookie) })
            {
                if (value is not null)
                {
                    request.Headers.TryAddWithoutValidation(name, value);
                }
            }

            using var answer = await Client.SendAsync(request, Cancel);
            return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel), answer.Headers.ETag!.ToString());
        }

        public async Task<long> NewestAsync() =>
            (long)(await Client.GetFromJsonAsync<JsonObject>("/api/images?limit=1", Cancel))!["images"]![0]!["id"]!;

        public async Task<long> UploadAsync(string name)
        {
            var key = ImageKey.New("jpg");
            var id = await Catalogue.Uploads.AddAsync(new NewImage(key, name, "image/jpeg", 10), Cancel);
            await Catalogue.Uploads.MarkUploadedAsync(id, "new", 10, Cancel);
            _keys[id] = key;
            return id;
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var connection = await Database.OpenConnectionAsync(Cancel);
            await using var command = new MySqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        // As if the last change were long ago: each time another moment, since no two versions of a row share one that is past.
        public Task SettleAsync() => ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"UPDATE captions SET updated_at = FROM_UNIXTIME({1_600_000_000 + Interlocked.Increment(ref s_moment)})"));

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Web.DisposeAsync();
            await Database.DisposeAsync();
            await Aws.DisposeAsync();
        }
    }
}
