using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Core;

public sealed class CatalogueTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_comes_before_its_object_and_shows_once_uploaded()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);

        var id = await catalogue.Uploads.AddAsync(new NewImage(ImageKey.New("jpg"), "Strand 🏖️ \"x\".jpg", "image/jpeg", 12), Cancel);
        Assert.Empty((await catalogue.Gallery.ListAsync(new ImageQuery(10), Cancel)).Images);

        var image = await catalogue.Uploads.MarkUploadedAsync(id, "etag", 12, Cancel);

        Assert.Equal("Strand 🏖️ \"x\".jpg", image!.FileName);
        Assert.Equal(12, image.SizeBytes);
        Assert.InRange(image.UploadedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal(id, Assert.Single((await catalogue.Gallery.ListAsync(new ImageQuery(10), Cancel)).Images).Id);
    }

    [Fact]
    public async Task Times_do_not_depend_on_the_sessions_time_zone()
    {
        await using var database = await server.CreateCatalogueAsync();
        var id = await new CatalogueByAudience(database).Uploads.AddAsync(
            new NewImage(ImageKey.New("jpg"), "a.jpg", "image/jpeg", 1),
            Cancel
        );
        var written = await new CatalogueByAudience(database).Uploads.MarkUploadedAsync(id, "e", 1, Cancel);

        await using var admin = new MySqlConnection(server.ConnectionString);
        await admin.OpenAsync(Cancel);
        await using var elsewhere = new MySqlDataSourceBuilder(
            database.ConnectionString + ";ConnectionReset=false;Pooling=true;MaximumPoolSize=1"
        ).Build();
        await using (var connection = await elsewhere.OpenConnectionAsync(Cancel))
        await using (var zone = new MySqlCommand("SET time_zone = '+09:00'", connection))
        {
            await zone.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Equal(written!.UploadedAt, (await new CatalogueByAudience(elsewhere).Gallery.FindAsync(id, Cancel))!.UploadedAt);
    }

    [Fact]
    public async Task A_function_may_see_the_object_before_the_upload_is_marked()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var key = ImageKey.New("png");
        var id = await catalogue.Uploads.AddAsync(new NewImage(key, "cat.png", "image/png", 5), Cancel);

        await catalogue.Results.ObserveAsync(new ObservedObject(key, "e1", 5, "image/png", "other name"), Cancel);
        Assert.True(await catalogue.Results.SaveCaptionAsync(key, "e1", new CaptionResult("A cat.", "m"), Cancel));
        var image = await catalogue.Uploads.MarkUploadedAsync(id, "e1", 5, Cancel);

        Assert.Equal("cat.png", image!.FileName);
        Assert.Equal("A cat.", image.Caption);
    }

    [Fact]
    public async Task Other_content_under_the_same_key_drops_every_result_of_the_old()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var key = ImageKey.New("jpg");
        await catalogue.Results.ObserveAsync(new ObservedObject(key, "old", 5, "image/jpeg", "a.jpg"), Cancel);
        await catalogue.Results.SaveCaptionAsync(key, "old", new CaptionResult("Old.", "m"), Cancel);
        await catalogue.Results.SaveThumbnailAsync(key, "old", new ThumbnailResult("thumbnails/t.jpg", 10, 20) { Damaged = true }, Cancel);

        var image = await catalogue.Results.ObserveAsync(new ObservedObject(key, "new", 6, "image/png", "a.jpg"), Cancel);

        Assert.Null(image.Caption);
        Assert.Null(image.CaptionGeneratedAt);
        Assert.Null(image.ThumbnailKey);
        Assert.Null(image.Width);
        Assert.False(image.Damaged);
        Assert.Equal("image/png", image.ContentType);
        Assert.False(await catalogue.Results.SaveCaptionAsync(key, "old", new CaptionResult("Late.", "m"), Cancel));
        Assert.False(image.IsCaptionDone);
    }

    [Fact]
    public async Task The_same_content_seen_again_keeps_its_results()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var key = ImageKey.New("jpg");
        await catalogue.Results.ObserveAsync(new ObservedObject(key, "e", 5, "image/jpeg", "a.jpg"), Cancel);
        await catalogue.Results.SaveCaptionFailureAsync(key, "e", FailureReason.Declined, Cancel);
        await catalogue.Results.SaveThumbnailAsync(key, "e", new ThumbnailResult("thumbnails/t.jpg", 10, 20) { Damaged = false }, Cancel);

        var image = await catalogue.Results.ObserveAsync(new ObservedObject(key, "e", 5, null, "b.jpg"), Cancel);

        Assert.Equal((FailureReason.Declined.Text, "declined"), (image.CaptionError, image.CaptionErrorCode));
        Assert.Equal((10, 20), (image.Width, image.Height));
        Assert.Equal("image/jpeg", image.ContentType);
        Assert.True(image.IsCaptionDone);
        Assert.True(image.IsThumbnailDone);
    }

    [Fact]
    public async Task A_thumbnail_is_shown_before_its_renditions_and_keeps_its_version_when_they_come()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var first = new ThumbnailResult("thumbnails/t.jpg", 1000, 500) { AreRenditionsPending = true, Placeholder = "aabbcc" };
        var all = first with { RenditionSides = [400, 800], PreviewKey = "thumbnails/p.webp", HasAlpha = true };
        await catalogue.Results.ObserveAsync(new ObservedObject("images/a.jpg", "e", 5, "image/jpeg", "a.jpg"), Cancel);

        Assert.True(await catalogue.Results.SaveThumbnailAsync("images/a.jpg", "e", first, Cancel));
        var shown = (await catalogue.Results.FindAsync("images/a.jpg", Cancel))!;
        Assert.Equal((true, false, 0), (shown.AreRenditionsPending, shown.IsThumbnailDone, shown.RenditionSides.Count));
        Assert.Equal(("thumbnails/t.jpg", 1000, "aabbcc"), (shown.ThumbnailKey, shown.Width, shown.Placeholder));

        Assert.False(await catalogue.Results.SaveRenditionsAsync("images/a.jpg", "other", all, Cancel));
        Assert.True(await catalogue.Results.SaveRenditionsAsync("images/a.jpg", "e", all, Cancel));
        var done = (await catalogue.Results.FindAsync("images/a.jpg", Cancel))!;
        Assert.Equal((false, true, true), (done.AreRenditionsPending, done.IsThumbnailDone, done.HasAlpha));
        Assert.Equal([400, 800], done.RenditionSides);
        Assert.Equal("thumbnails/p.webp", done.PreviewKey);
        Assert.Equal(shown.ThumbnailGeneratedAt, done.ThumbnailGeneratedAt);
        Assert.True(done.UpdatedAt >= shown.UpdatedAt);
    }

    [Fact]
    public async Task Renditions_of_results_that_were_cleared_meanwhile_are_nobodys()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var result = new ThumbnailResult("thumbnails/t.jpg", 1000, 500) { AreRenditionsPending = true };
        var image = await catalogue.Results.ObserveAsync(new ObservedObject("images/a.jpg", "e", 5, "image/jpeg", "a.jpg"), Cancel);
        await catalogue.Results.SaveThumbnailAsync("images/a.jpg", "e", result, Cancel);
        Assert.False((await catalogue.Gallery.ClearResultsAsync(image.Id, Cancel))!.AreRenditionsPending);

        Assert.False(await catalogue.Results.SaveRenditionsAsync("images/a.jpg", "e", result with { RenditionSides = [400] }, Cancel));
        Assert.Empty((await catalogue.Results.FindAsync("images/a.jpg", Cancel))!.RenditionSides);
    }

    [Theory]
    [InlineData("images/a.jpg", "images/a.jpg ")]
    [InlineData("images/a.jpg", "images/A.jpg")]
    [InlineData("images/\u00E9.jpg", "images/e\u0301.jpg")]
    [InlineData("images/a", "images/a\0")]
    [InlineData("images/\u30D1.jpg", "images/\u30CF\u309A.jpg")]
    public async Task Two_objects_whose_keys_differ_in_a_byte_are_two_pictures(string one, string other)
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);

        var first = await catalogue.Results.ObserveAsync(new ObservedObject(one, "1", 1, null, "a.jpg"), Cancel);
        var second = await catalogue.Results.ObserveAsync(new ObservedObject(other, "2", 2, null, "A.jpg"), Cancel);
        await catalogue.Results.SaveCaptionAsync(one, "1", new CaptionResult("One.", "m"), Cancel);

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal((one, other), (first.Key, second.Key));
        Assert.Equal("One.", (await catalogue.Results.FindAsync(one, Cancel))!.Caption);
        Assert.Null((await catalogue.Results.FindAsync(other, Cancel))!.Caption);
    }

    [Fact]
    public async Task A_key_of_all_the_bytes_that_S3_takes_has_a_row_and_a_longer_one_is_refused_with_both_numbers()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var longest = "images/" + new string('写', 339);

        Assert.Equal(longest, (await catalogue.Results.ObserveAsync(new ObservedObject(longest, "1", 1, null, "x"), Cancel)).Key);
        var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
            catalogue.Results.ObserveAsync(new ObservedObject(longest + "x", "1", 1, null, "x"), Cancel)
        );
        Assert.Contains("1025", refused.Message);
        Assert.Contains("1024", refused.Message);
    }

    [Fact]
    public async Task A_claim_excludes_others_until_it_is_given_up()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);

        await using (await catalogue.Locks.ClaimStepAsync("caption", "images/a.jpg", TimeSpan.Zero, Cancel))
        {
            Assert.Null(await catalogue.Locks.ClaimStepAsync("caption", "images/a.jpg", TimeSpan.Zero, Cancel));
            await using var otherStep = await catalogue.Locks.ClaimStepAsync("thumbnail", "images/a.jpg", TimeSpan.Zero, Cancel);
            Assert.NotNull(otherStep);
        }

        await using var again = await catalogue.Locks.ClaimStepAsync("caption", "images/a.jpg", TimeSpan.Zero, Cancel);
        Assert.NotNull(again);
    }

    [Fact]
    public async Task Another_application_on_the_same_server_has_locks_of_its_own()
    {
        await using var here = await server.CreateCatalogueAsync();
        await using var there = await server.CreateCatalogueAsync();
        var (ours, theirs) = (new CatalogueByAudience(here), new CatalogueByAudience(there));

        await using var claim = await ours.Locks.ClaimStepAsync("caption", "images/a.jpg", TimeSpan.Zero, Cancel);
        await using var theirClaim = await theirs.Locks.ClaimStepAsync("caption", "images/a.jpg", TimeSpan.Zero, Cancel);
        await using var lead = await ours.Locks.LeadAsync("sweep", Cancel);
        await using var theirLead = await theirs.Locks.LeadAsync("sweep", Cancel);

        Assert.All(new[] { claim, theirClaim, lead, theirLead }, Assert.NotNull);
        Assert.Null(await ours.Locks.LeadAsync("sweep", Cancel));
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_repeat_while_rows_come_and_go()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var ids = new List<long>();
        for (var i = 0; i < 25; i++)
        {
            ids.Add((await catalogue.Results.ObserveAsync(new ObservedObject($"images/{i}.jpg", "e", 1, null, $"{i}.jpg"), Cancel)).Id);
        }

        var first = await catalogue.Gallery.ListAsync(new ImageQuery(10), Cancel);
        await catalogue.Gallery.DeleteAsync([first.Images[3].Id], TimeSpan.FromDays(30), Cancel);
        await catalogue.Results.ObserveAsync(new ObservedObject("images/late.jpg", "e", 1, null, "late.jpg"), Cancel);
        var second = await catalogue.Gallery.ListAsync(new ImageQuery(10) { Cursor = first.NextCursor }, Cancel);
        var third = await catalogue.Gallery.ListAsync(new ImageQuery(10) { Cursor = second.NextCursor }, Cancel);

        ids.Reverse();
        Assert.Equal(ids, first.Images.Concat(second.Images).Concat(third.Images).Select(image => image.Id));
        Assert.Null(third.NextCursor);
    }

    [Fact]
    public async Task Changes_are_listed_after_a_cursor_in_order()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var first = await catalogue.Results.ObserveAsync(new ObservedObject("images/1.jpg", "e", 1, null, "1"), Cancel);
        await catalogue.Results.ObserveAsync(new ObservedObject("images/2.jpg", "e", 1, null, "2"), Cancel);
        var start = new PageCursor((await catalogue.Gallery.ReadClockAsync(Cancel)).AddMinutes(-5).ToUnixTimeMilliseconds(), 0);

        var changes = await catalogue.Gallery.ListChangesAsync(start, 10, Cancel);
        Assert.Equal(["images/1.jpg", "images/2.jpg"], changes.Select(change => change.Key));

        await catalogue.Results.SaveCaptionAsync("images/1.jpg", "e", new CaptionResult("One.", "m"), Cancel);
        var last = changes[^1];
        var next = await catalogue.Gallery.ListChangesAsync(new PageCursor(last.UpdatedAt.ToUnixTimeMilliseconds(), last.Id), 10, Cancel);
        Assert.True(next is [] or [{ Key: "images/1.jpg" }], "only the changed row may follow");
        Assert.Equal("One.", (await catalogue.Gallery.FindAsync(first.Id, Cancel))!.Caption);
    }

    [Theory]
    [InlineData("beach", true)]
    [InlineData("bea", true)]
    [InlineData("sunset BEACH", true)]
    [InlineData("beach mountain", false)]
    [InlineData("DSC_0042", true)]
    [InlineData("a", true)]
    [InlineData("the", true)]
    [InlineData("+-><()~*\"@ beach", true)]
    [InlineData("%", true)]
    [InlineData("zz", false)]
    public async Task Search_finds_words_in_captions_and_file_names(string text, bool found)
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await catalogue.Results.ObserveAsync(new ObservedObject("images/1.jpg", "e", 1, null, "DSC_0042.jpg"), Cancel);
        await catalogue.Results.SaveCaptionAsync("images/1.jpg", "e", new CaptionResult("A sunset over the beach.", "m"), Cancel);

        var page = await catalogue.Gallery.ListAsync(new ImageQuery(10) { Search = SearchTerms.Parse(text) }, Cancel);

        Assert.Equal(found, page.Images.Count == 1);
    }

    [Fact]
    public async Task Reasons_that_an_older_version_wrote_or_cleared_without_their_code_are_read_as_they_are_meant()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var id = (await catalogue.Results.ObserveAsync(new ObservedObject("images/a.jpg", "e", 1, null, "a"), Cancel)).Id;
        await catalogue.Results.SaveThumbnailFailureAsync("images/a.jpg", "e", FailureReason.NotAnImage, Cancel);
        await using (var connection = await database.OpenConnectionAsync(Cancel))
        await using (
            var older = new MySqlCommand("UPDATE captions SET caption_error = 'The model declined.', thumbnail_error = NULL", connection)
        )
        {
            await older.ExecuteNonQueryAsync(Cancel);
        }

        var image = (await catalogue.Gallery.FindAsync(id, Cancel))!;
        Assert.Equal((true, null), (image.IsCaptionDone, image.CaptionErrorCode));
        Assert.Equal((false, null), (image.IsThumbnailDone, image.ThumbnailErrorCode));
    }

    [Fact]
    public async Task Migrations_run_once_even_when_several_processes_start_together()
    {
        await using var database = new MySqlDataSource(await server.CreateDatabaseAsync());

        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => CatalogueMigrations.Apply(database, NullLogger.Instance), Cancel))
        );

        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var count = new MySqlCommand("SELECT COUNT(*) FROM schema_history WHERE version = '1' AND success = 1", connection);
        Assert.Equal(1L, await count.ExecuteScalarAsync(Cancel));
    }
}
