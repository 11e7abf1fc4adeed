using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Catalogue;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Core;

public sealed class ImageCatalogueTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_comes_before_its_object_and_shows_once_uploaded()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);

        var id = await catalogue.AddAsync(new NewImage(ImageKey.New("jpg"), "Strand 🏖️ \"x\".jpg", "image/jpeg", 12), Cancel);
        Assert.Empty((await catalogue.ListAsync(new ImageQuery(10), Cancel)).Images);

        var image = await catalogue.MarkUploadedAsync(id, "etag", 12, Cancel);

        Assert.Equal("Strand 🏖️ \"x\".jpg", image!.FileName);
        Assert.Equal(12, image.SizeBytes);
        Assert.InRange(image.UploadedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal(id, Assert.Single((await catalogue.ListAsync(new ImageQuery(10), Cancel)).Images).Id);
    }

    [Fact]
    public async Task Times_do_not_depend_on_the_sessions_time_zone()
    {
        await using var database = await server.CreateCatalogueAsync();
        var id = await new ImageCatalogue(database).AddAsync(new NewImage(ImageKey.New("jpg"), "a.jpg", "image/jpeg", 1), Cancel);
        var written = await new ImageCatalogue(database).MarkUploadedAsync(id, "e", 1, Cancel);

        await using var admin = new MySqlConnection(server.ConnectionString);
        await admin.OpenAsync(Cancel);
        await using var elsewhere = new MySqlDataSourceBuilder(database.ConnectionString + ";ConnectionReset=false;Pooling=true;MaximumPoolSize=1").Build();
        await using (var connection = await elsewhere.OpenConnectionAsync(Cancel))
        await using (var zone = new MySqlCommand("SET time_zone = '+09:00'", connection))
        {
            await zone.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Equal(written!.UploadedAt, (await new ImageCatalogue(elsewhere).FindAsync(id, Cancel))!.UploadedAt);
    }

    [Fact]
    public async Task A_function_may_see_the_object_before_the_upload_is_marked()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);
        var key = ImageKey.New("png");
        var id = await catalogue.AddAsync(new NewImage(key, "cat.png", "image/png", 5), Cancel);

        await catalogue.ObserveObjectAsync(new ObservedObject(key, "e1", 5, "image/png", "other name"), Cancel);
        Assert.True(await catalogue.SaveCaptionAsync(key, "e1", "A cat.", "m", Cancel));
        var image = await catalogue.MarkUploadedAsync(id, "e1", 5, Cancel);

        Assert.Equal("cat.png", image!.FileName);
        Assert.Equal("A cat.", image.Caption);
    }

    [Fact]
    public async Task Other_content_under_the_same_key_drops_every_result_of_the_old()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);
        var key = ImageKey.New("jpg");
        await catalogue.ObserveObjectAsync(new ObservedObject(key, "old", 5, "image/jpeg", "a.jpg"), Cancel);
        await catalogue.SaveCaptionAsync(key, "old", "Old.", "m", Cancel);
        await catalogue.SaveThumbnailAsync(key, "old", new ThumbnailResult("thumbnails/t.jpg", 10, 20) { Damaged = true }, Cancel);

        var image = await catalogue.ObserveObjectAsync(new ObservedObject(key, "new", 6, "image/png", "a.jpg"), Cancel);

        Assert.Null(image.Caption);
        Assert.Null(image.CaptionGeneratedAt);
        Assert.Null(image.ThumbnailKey);
        Assert.Null(image.Width);
        Assert.False(image.Damaged);
        Assert.Equal("image/png", image.ContentType);
        Assert.False(await catalogue.SaveCaptionAsync(key, "old", "Late.", "m", Cancel));
        Assert.False(image.IsDone(PipelineStep.Caption, "new"));
    }

    [Fact]
    public async Task The_same_content_seen_again_keeps_its_results()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);
        var key = ImageKey.New("jpg");
        await catalogue.ObserveObjectAsync(new ObservedObject(key, "e", 5, "image/jpeg", "a.jpg"), Cancel);
        await catalogue.SaveCaptionErrorAsync(key, "e", "blocked", Cancel);
        await catalogue.SaveThumbnailAsync(key, "e", new ThumbnailResult("thumbnails/t.jpg", 10, 20) { Damaged = false }, Cancel);

        var image = await catalogue.ObserveObjectAsync(new ObservedObject(key, "e", 5, null, "b.jpg"), Cancel);

        Assert.Equal("blocked", image.CaptionError);
        Assert.Equal((10, 20), (image.Width, image.Height));
        Assert.Equal("image/jpeg", image.ContentType);
        Assert.True(image.IsDone(PipelineStep.Caption, "e"));
        Assert.True(image.IsDone(PipelineStep.Thumbnail, "e"));
    }

    [Fact]
    public async Task Keys_differ_by_case_as_in_S3()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);

        var lower = await catalogue.ObserveObjectAsync(new ObservedObject("images/a.jpg", "1", 1, null, "a.jpg"), Cancel);
        var upper = await catalogue.ObserveObjectAsync(new ObservedObject("images/A.jpg", "2", 1, null, "A.jpg"), Cancel);

        Assert.NotEqual(lower.Id, upper.Id);
    }

    [Fact]
    public async Task A_key_too_long_for_the_column_is_refused_with_both_numbers()
    {
        await using var database = await server.CreateCatalogueAsync();
        var key = "images/" + new string('x', 300);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
            new ImageCatalogue(database).ObserveObjectAsync(new ObservedObject(key, "1", 1, null, "x"), Cancel));

        Assert.Contains("307", refused.Message);
        Assert.Contains("255", refused.Message);
    }

    [Fact]
    public async Task A_claim_excludes_others_until_it_is_given_up()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);

        await using (await catalogue.ClaimAsync(PipelineStep.Caption, "images/a.jpg", TimeSpan.Zero, Cancel))
        {
            Assert.Null(await catalogue.ClaimAsync(PipelineStep.Caption, "images/a.jpg", TimeSpan.Zero, Cancel));
            await using var otherStep = await catalogue.ClaimAsync(PipelineStep.Thumbnail, "images/a.jpg", TimeSpan.Zero, Cancel);
            Assert.NotNull(otherStep);
        }

        await using var again = await catalogue.ClaimAsync(PipelineStep.Caption, "images/a.jpg", TimeSpan.Zero, Cancel);
        Assert.NotNull(again);
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_repeat_while_rows_come_and_go()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);
        var ids = new List<long>();
        for (var i = 0; i < 25; i++)
        {
            ids.Add((await catalogue.ObserveObjectAsync(new ObservedObject($"images/{i}.jpg", "e", 1, null, $"{i}.jpg"), Cancel)).Id);
        }

        var first = await catalogue.ListAsync(new ImageQuery(10), Cancel);
        await catalogue.DeleteAsync(first.Images[3].Id, Cancel);
        await catalogue.ObserveObjectAsync(new ObservedObject("images/late.jpg", "e", 1, null, "late.jpg"), Cancel);
        var second = await catalogue.ListAsync(new ImageQuery(10) { Cursor = first.NextCursor }, Cancel);
        var third = await catalogue.ListAsync(new ImageQuery(10) { Cursor = second.NextCursor }, Cancel);

        ids.Reverse();
        Assert.Equal(ids, first.Images.Concat(second.Images).Concat(third.Images).Select(image => image.Id));
        Assert.Null(third.NextCursor);
    }

    [Fact]
    public async Task Changes_are_listed_after_a_cursor_in_order()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);
        var first = await catalogue.ObserveObjectAsync(new ObservedObject("images/1.jpg", "e", 1, null, "1"), Cancel);
        await catalogue.ObserveObjectAsync(new ObservedObject("images/2.jpg", "e", 1, null, "2"), Cancel);
        var start = new PageCursor((await catalogue.ClockAsync(Cancel)).AddMinutes(-5).ToUnixTimeMilliseconds(), 0);

        var changes = await catalogue.ListChangesAsync(start, 10, Cancel);
        Assert.Equal(["images/1.jpg", "images/2.jpg"], changes.Select(change => change.Key));

        await catalogue.SaveCaptionAsync("images/1.jpg", "e", "One.", "m", Cancel);
        var last = changes[^1];
        var next = await catalogue.ListChangesAsync(new PageCursor(last.UpdatedAt.ToUnixTimeMilliseconds(), last.Id), 10, Cancel);
        Assert.True(next is [] or [{ Key: "images/1.jpg" }], "only the changed row may follow");
        Assert.Equal("One.", (await catalogue.FindAsync(first.Id, Cancel))!.Caption);
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
        var catalogue = new ImageCatalogue(database);
        await catalogue.ObserveObjectAsync(new ObservedObject("images/1.jpg", "e", 1, null, "DSC_0042.jpg"), Cancel);
        await catalogue.SaveCaptionAsync("images/1.jpg", "e", "A sunset over the beach.", "m", Cancel);

        var page = await catalogue.ListAsync(new ImageQuery(10) { Search = SearchTerms.Parse(text) }, Cancel);

        Assert.Equal(found, page.Images.Count == 1);
    }

    [Fact]
    public async Task Unfinished_images_are_those_without_result_or_reason()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new ImageCatalogue(database);
        foreach (var name in new[] { "none", "caption-only", "done", "failed" })
        {
            await catalogue.ObserveObjectAsync(new ObservedObject($"images/{name}", "e", 1, null, name), Cancel);
        }

        await catalogue.SaveCaptionAsync("images/caption-only", "e", "c", "m", Cancel);
        await catalogue.SaveCaptionAsync("images/done", "e", "c", "m", Cancel);
        await catalogue.SaveThumbnailAsync("images/done", "e", new ThumbnailResult("t", 1, 1) { Damaged = false }, Cancel);
        await catalogue.SaveCaptionErrorAsync("images/failed", "e", "no", Cancel);
        await catalogue.SaveThumbnailErrorAsync("images/failed", "e", "no", Cancel);
        await using (var connection = await database.OpenConnectionAsync(Cancel))
        await using (var age = new MySqlCommand("UPDATE captions SET updated_at = CURRENT_TIMESTAMP(3) - INTERVAL 1 HOUR", connection))
        {
            await age.ExecuteNonQueryAsync(Cancel);
        }

        var unfinished = await catalogue.ListUnfinishedAsync(TimeSpan.FromMinutes(10), 3, 10, Cancel);

        Assert.Equal(["images/caption-only", "images/none"], unfinished.Select(image => image.Key).Order(StringComparer.Ordinal));
        Assert.Empty(await catalogue.ListUnfinishedAsync(TimeSpan.FromHours(2), 3, 10, Cancel));
    }

    [Fact]
    public async Task Migrations_run_once_even_when_several_processes_start_together()
    {
        await using var database = new MySqlDataSource(await server.CreateDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => CatalogueMigrations.Apply(database, NullLogger.Instance), Cancel)));

        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var count = new MySqlCommand("SELECT COUNT(*) FROM schema_history WHERE version = '1' AND success = 1", connection);
        Assert.Equal(1L, await count.ExecuteScalarAsync(Cancel));
    }
}
