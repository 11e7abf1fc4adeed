using System.Diagnostics;
using System.Security.Cryptography;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>The catalogue for people: orders, months, neighbours, stars, the trash, corrections.</summary>
public sealed class GalleryCatalogueTests(DatabaseServer server)
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);
    private static readonly DateTime Summer = new(2024, 7, 14, 23, 30, 0, DateTimeKind.Unspecified);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_are_sorted_by_when_they_were_taken_or_by_when_they_were_added_without_gap_or_repeat()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var old = await AddAsync(catalogue, "old", new DateTime(1931, 2, 3, 4, 5, 6, DateTimeKind.Unspecified));
        var undated = await AddAsync(catalogue, "undated", null);
        var summer = await AddAsync(catalogue, "summer", Summer);
        var same = await AddAsync(catalogue, "same second", Summer);
        var ahead = await AddAsync(catalogue, "clock ahead", new DateTime(2099, 1, 1, 0, 0, 0, DateTimeKind.Unspecified));

        Assert.Equal([ahead, undated, same, summer, old], await WalkAsync(catalogue, new ImageQuery(1)));
        Assert.Equal([old, summer, same, undated, ahead], await WalkAsync(catalogue, new ImageQuery(2) { OldestFirst = true }));
        Assert.Equal([ahead, same, summer, undated, old], await WalkAsync(catalogue, new ImageQuery(1) { Order = ImageOrder.Added }));
        Assert.Equal([same, summer], await IdsAsync(catalogue, [summer, same], ImageOrder.Taken));
    }

    [Fact]
    public async Task A_page_is_read_through_the_same_connection_and_through_another_where_the_server_closed_it()
    {
        await using var database = await server.CreateCatalogueAsync();
        using var gallery = new GalleryCatalogue(database);
        var id = await AddAsync(new CatalogueByAudience(database), "one", Summer);
        await ReadAsync();
        var first = Assert.Single(await ConnectionsAsync());
        await ReadAsync();
        Assert.Equal(first, Assert.Single(await ConnectionsAsync()));

        await using (var elsewhere = await database.OpenConnectionAsync(Cancel))
        {
            await using var kill = new MySqlCommand($"KILL {first}", elsewhere);
            await kill.ExecuteNonQueryAsync(Cancel);
        }

        await ReadAsync();
        Assert.DoesNotContain(first, await ConnectionsAsync());

        async Task ReadAsync() =>
            Assert.Equal(id, Assert.Single((await gallery.ReadVersionAsync(new ImageQuery(1), Cancel)).Rows).Id);

        async Task<List<long>> ConnectionsAsync()
        {
            await using var elsewhere = await database.OpenConnectionAsync(Cancel);
            await using var list = new MySqlCommand(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()", elsewhere);
            await using var reader = await list.ExecuteReaderAsync(Cancel);
            var found = new List<long>();
            while (await reader.ReadAsync(Cancel))
            {
                found.Add(reader.GetInt64(0));
            }

            return found;
        }
    }

    [Fact]
    public async Task A_page_that_the_server_takes_too_long_for_is_not_asked_for_again()
    {
        await using var database = await server.CreateCatalogueAsync();
        await using var impatient = new MySqlDataSourceBuilder(database.ConnectionString + ";DefaultCommandTimeout=1").Build();
        using var gallery = new GalleryCatalogue(impatient);
        await gallery.ReadVersionAsync(new ImageQuery(1), Cancel);
        await using var elsewhere = await database.OpenConnectionAsync(Cancel);
        await using (var command = new MySqlCommand("LOCK TABLES captions WRITE", elsewhere))
        {
            await command.ExecuteNonQueryAsync(Cancel);
        }

        using var test = new Activity("test").Start();
        var asked = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MySqlConnector",
            Sample = (ref options) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = activity => asked += activity.TraceId == test.TraceId && activity.OperationName == "Execute" ? 1 : 0,
        };
        ActivitySource.AddActivityListener(listener);

        var error = await Assert.ThrowsAsync<MySqlException>(() => gallery.ReadVersionAsync(new ImageQuery(1), Cancel));

        Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, error.ErrorCode);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task The_time_it_is_shown_by_is_the_cameras_or_that_of_the_upload_in_UTC_whatever_the_sessions_time_zone()
    {
        await using var database = await server.CreateCatalogueAsync();
        var connection = database.ConnectionString + ";ConnectionReset=false;MaximumPoolSize=1";
        await using var elsewhere = new MySqlDataSourceBuilder(connection).Build();
        await ExecuteAsync(elsewhere, "SET time_zone = '+09:00'");
        var catalogue = new CatalogueByAudience(elsewhere);
        var observed = await catalogue.Results.ObserveAsync(new ObservedObject("images/a.jpg", "e", 1, null, "a"), Cancel);
        Assert.Equal(observed.UploadedAt!.Value.UtcDateTime, observed.ShownAt!.Value);

        var uploaded = await catalogue.Uploads.AddAsync(new NewImage(ImageKey.New("jpg"), "b", "image/jpeg", 1), Cancel);
        var row = (await catalogue.Uploads.MarkUploadedAsync(uploaded, "e", 1, Cancel))!;
        Assert.Equal(row.UploadedAt!.Value.UtcDateTime, row.ShownAt!.Value);

        await catalogue.Results.SaveThumbnailAsync("images/a.jpg", "e", Full, Cancel);
        var full = (await new CatalogueByAudience(database).Gallery.FindAsync(observed.Id, Cancel))!;
        Assert.Equal((Summer, TimeSpan.FromHours(5.5)), (full.ShownAt, full.TakenAtOffset));
        Assert.Equal(("Lens 35", 0.005, 2.8, 400, 35.5), (full.Lens, full.ExposureTime, full.FNumber, full.Iso, full.FocalLength));
        Assert.Equal((48.5, -11.25), (full.Latitude, full.Longitude));
        Assert.Equal((true, true, false), (full.IsAnimated, full.HasAlpha, full.IsFavourite));
        Assert.Equal([400, 1600], full.RenditionSides);

        // Other content under the same key is another picture.
        var other = await catalogue.Results.ObserveAsync(new ObservedObject("images/a.jpg", "other", 1, null, "a"), Cancel);
        Assert.Equal(other.UploadedAt!.Value.UtcDateTime, other.ShownAt!.Value);
        Assert.Equal((null, null, null, null), (other.Lens, other.Latitude, other.TakenAtOffset, other.Iso));
        Assert.Empty(other.RenditionSides);
    }

    [Fact]
    public async Task Rows_that_an_older_version_writes_meanwhile_get_the_time_they_are_shown_by()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var dated = await AddAsync(catalogue, "dated", null);
        await ExecuteAsync(
            database,
            """
            INSERT INTO captions (image_key, file_name, uploaded_at, thumbnail_key, preview_key)
            VALUES ('images/old.jpg', 'old', '2020-05-05 10:00:00', 't', 'p');
            UPDATE captions SET taken_at = '2019-01-02 03:04:05' WHERE file_name = 'dated'
            """
        );

        var older = (await catalogue.Results.FindAsync("images/old.jpg", Cancel))!;
        Assert.Equal(older.UploadedAt!.Value.UtcDateTime, older.ShownAt!.Value);
        Assert.Equal([400], older.RenditionSides);

        Assert.Equal(2, await catalogue.Upkeep.FillShownTimesAsync(null, Cancel));

        Assert.Equal(0, await catalogue.Upkeep.FillShownTimesAsync(null, Cancel));
        Assert.Equal([older.Id, dated], await WalkAsync(catalogue, new ImageQuery(1)));
    }

    [Fact]
    public async Task Months_are_counted_in_the_orders_time_within_what_is_searched()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var first = await AddAsync(catalogue, "beach one", Summer);
        await AddAsync(catalogue, "beach two", Summer.AddDays(20));
        await AddAsync(catalogue, "harbour", Summer);
        var now = DateTime.UtcNow;

        Assert.Equal(
            [new ImageMonth(2024, 8, 1), new ImageMonth(2024, 7, 2)],
            await catalogue.Gallery.CountByMonthAsync(new ImageQuery(1), Cancel)
        );
        Assert.Equal(
            [new ImageMonth(2024, 8, 1), new ImageMonth(2024, 7, 1)],
            await catalogue.Gallery.CountByMonthAsync(new ImageQuery(1) { Search = SearchTerms.Parse("beach") }, Cancel)
        );
        var added = await catalogue.Gallery.CountByMonthAsync(new ImageQuery(1) { Order = ImageOrder.Added }, Cancel);
        Assert.Equal(3, added.Sum(month => month.Count));
        Assert.InRange(new DateTime(added[0].Year, added[0].Month, 1), now.AddDays(-32), now.AddDays(1));
        Assert.NotNull(await catalogue.Gallery.FindAsync(first, Cancel));
    }

    [Fact]
    public async Task Neighbours_are_those_of_the_search_the_filter_and_the_order_that_a_picture_was_opened_from()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var one = await AddAsync(catalogue, "beach one", Summer);
        await AddAsync(catalogue, "harbour", Summer.AddDays(1));
        var two = await AddAsync(catalogue, "beach two", Summer.AddDays(2));
        var three = await AddAsync(catalogue, "beach three", Summer.AddDays(-5));
        await catalogue.Gallery.SetFavouriteAsync([one, three], true, Cancel);

        Assert.Equal((two, three), await AroundAsync(new ImageQuery(50) { Search = SearchTerms.Parse("beach"), OldestFirst = true }));
        Assert.Equal((null, three), await AroundAsync(new ImageQuery(50) { Filter = ImageFilter.Favourites }));
        Assert.Equal((two, null), await AroundAsync(new ImageQuery(50) { Order = ImageOrder.Added, Search = SearchTerms.Parse("beach") }));

        async Task<(long?, long?)> AroundAsync(ImageQuery query)
        {
            var image = (await catalogue.Gallery.FindAsync(one, Cancel))!;
            var around = await catalogue.Gallery.FindNeighboursAsync(image, query, Cancel);
            return (around.Newer, around.Older);
        }
    }

    [Fact]
    public async Task Stars_are_given_taken_and_filtered_by()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        long[] ids = [await AddAsync(catalogue, "a", null), await AddAsync(catalogue, "b", null), await AddAsync(catalogue, "c", null)];
        var favourites = new ImageQuery(10) { Filter = ImageFilter.Favourites };

        Assert.Equal(2, await catalogue.Gallery.SetFavouriteAsync([ids[0], ids[2], 999_999], true, Cancel));
        Assert.Equal([ids[2], ids[0]], await WalkAsync(catalogue, favourites));
        await catalogue.Gallery.SetFavouriteAsync([ids[0]], false, Cancel);
        Assert.Equal([ids[2]], await WalkAsync(catalogue, favourites));
        Assert.Equal(0, await catalogue.Gallery.SetFavouriteAsync([], true, Cancel));
    }

    [Fact]
    public async Task A_content_is_found_by_its_hash_where_its_picture_is_shown()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var (hash, other) = (SHA256.HashData("a"u8), SHA256.HashData("b"u8));
        var observed = new ObservedObject("images/a.jpg", "e", 1, null, "a") { ContentHash = hash };
        var id = (await catalogue.Results.ObserveAsync(observed, Cancel)).Id;

        var found = (await catalogue.Gallery.FindByHashAsync(hash, Cancel))!;
        Assert.Equal((id, Convert.ToHexString(hash)), (found.Id, Convert.ToHexString(found.ContentHash!)));
        Assert.Null(await catalogue.Gallery.FindByHashAsync(other, Cancel));
        await catalogue.Gallery.DeleteAsync([id], Month, Cancel);
        Assert.Null(await catalogue.Gallery.FindByHashAsync(hash, Cancel));
    }

    [Fact]
    public async Task What_is_deleted_is_in_the_trash_until_it_is_brought_back_or_its_time_is_over()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        long[] ids = [await AddAsync(catalogue, "a", null), await AddAsync(catalogue, "b", null), await AddAsync(catalogue, "c", null)];
        var trash = new ImageQuery(1) { IsTrash = true };

        Assert.Equal(2, await catalogue.Gallery.DeleteAsync([ids[0], ids[1]], Month, Cancel));
        Assert.Equal(0, await catalogue.Gallery.DeleteAsync([ids[0]], Month, Cancel));
        await catalogue.Gallery.DeleteAsync([ids[2]], Month * 2, Cancel);
        Assert.Empty(await WalkAsync(catalogue, new ImageQuery(10)));
        Assert.Equal([ids[2], ids[1], ids[0]], await WalkAsync(catalogue, trash));
        Assert.Equal(3, await catalogue.Gallery.CountAsync(trash, Cancel));
        Assert.Null(await catalogue.Gallery.FindAsync(ids[0], Cancel));
        var kept = (await catalogue.Gallery.FindKeptAsync(ids[0], Cancel))!;
        Assert.InRange(kept.DeletedAt!.Value, DateTimeOffset.UtcNow + Month - TimeSpan.FromHours(1), DateTimeOffset.UtcNow + Month);
        Assert.Empty(await catalogue.Upkeep.ListPurgeableAsync(10, Cancel));

        Assert.Equal(1, await catalogue.Gallery.RestoreAsync([ids[0]], Cancel));
        Assert.Equal([ids[0]], await WalkAsync(catalogue, new ImageQuery(10)));

        // For good: what is shown, and what is in the trash.
        Assert.Equal(2, await catalogue.Gallery.PurgeNowAsync([ids[0], ids[1]], Cancel));
        Assert.Equal([ids[2]], await WalkAsync(catalogue, trash));
        Assert.Equal(0, await catalogue.Gallery.RestoreAsync([ids[0], ids[1]], Cancel));
        Assert.Equal(ids[..2], (await catalogue.Upkeep.ListPurgeableAsync(10, Cancel)).Select(image => image.Id).Order());
        Assert.Null(await catalogue.Gallery.FindKeptAsync(ids[0], Cancel));

        Assert.Equal(1, await catalogue.Gallery.EmptyTrashAsync(Cancel));
        Assert.Empty(await WalkAsync(catalogue, trash));
        Assert.Equal(3, (await catalogue.Upkeep.ListPurgeableAsync(10, Cancel)).Count);
    }

    [Fact]
    public async Task A_deletion_by_an_older_version_can_be_undone_for_ten_seconds_and_is_final_then()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var (now, before) = (await AddAsync(catalogue, "now", null), await AddAsync(catalogue, "before", null));
        await ExecuteAsync(
            database,
            $"""
            UPDATE captions SET deleted_at = CURRENT_TIMESTAMP(3) WHERE id = {now};
            UPDATE captions SET deleted_at = CURRENT_TIMESTAMP(3) - INTERVAL 11 SECOND WHERE id = {before}
            """
        );

        Assert.Equal([before], (await catalogue.Upkeep.ListPurgeableAsync(10, Cancel)).Select(image => image.Id));
        Assert.Equal(0, await catalogue.Gallery.RestoreAsync([before], Cancel));
        Assert.Equal(1, await catalogue.Gallery.RestoreAsync([now], Cancel));
    }

    [Fact]
    public async Task Two_people_who_correct_one_caption_do_not_overwrite_each_other()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var id = await AddAsync(catalogue, "a", null);
        var empty = (await catalogue.Gallery.FindAsync(id, Cancel))!.CaptionTag;
        Assert.Equal("", empty);

        var first = await catalogue.Gallery.EditCaptionAsync(id, "The first.", empty, Cancel);
        Assert.Equal((CaptionEditOutcome.Done, "The first."), (first.Outcome, first.Image!.Caption));

        var second = await catalogue.Gallery.EditCaptionAsync(id, "The second.", empty, Cancel);
        Assert.Equal((CaptionEditOutcome.Changed, "The first."), (second.Outcome, second.Image!.Caption));

        var again = await catalogue.Gallery.EditCaptionAsync(id, "THE FIRST.", second.Image.CaptionTag, Cancel);
        Assert.Equal((CaptionEditOutcome.Done, "THE FIRST."), (again.Outcome, again.Image!.Caption));
        Assert.NotEqual(first.Image.CaptionTag, again.Image.CaptionTag);

        Assert.Equal(CaptionEditOutcome.Done, (await catalogue.Gallery.EditCaptionAsync(id, "Whatever.", null, Cancel)).Outcome);
        Assert.Equal(CaptionEditOutcome.Missing, (await catalogue.Gallery.EditCaptionAsync(999_999, "x", null, Cancel)).Outcome);
    }

    [Fact]
    public async Task Changes_that_were_missed_are_counted_up_to_a_limit()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        for (var i = 0; i < 5; i++)
        {
            await AddAsync(catalogue, $"{i}", null);
        }

        Assert.Equal(5, await catalogue.Gallery.CountChangesAsync(default, 10, Cancel));
        Assert.Equal(3, await catalogue.Gallery.CountChangesAsync(default, 3, Cancel));
        var last = (await catalogue.Gallery.ListChangesAsync(default, 10, Cancel))[^1];
        Assert.Equal(0, await catalogue.Gallery.CountChangesAsync(PageCursor.Of(last.UpdatedAt.UtcDateTime, last.Id)!.Value, 3, Cancel));
    }

    [Fact]
    public void A_search_says_whether_a_text_is_why_something_was_found()
    {
        var search = SearchTerms.Parse("flower \"old harbour\"")!;
        Assert.True(search.FindsIn("YellowFlower.jpg"));
        Assert.True(search.FindsIn("an Old Harbour"));
        Assert.False(search.FindsIn("sunflowers"));
        Assert.False(search.FindsIn(null));
    }

    private static ThumbnailResult Full => new("thumbnails/t.jpg", 10, 20)
    {
        TakenAt = Summer,
        TakenAtOffset = TimeSpan.FromHours(5.5),
        Lens = "Lens 35",
        ExposureTime = 0.005,
        FNumber = 2.8,
        Iso = 400,
        FocalLength = 35.5,
        Latitude = 48.5,
        Longitude = -11.25,
        IsAnimated = true,
        HasAlpha = true,
        RenditionSides = [400, 1600],
    };

    private static async Task<long> AddAsync(CatalogueByAudience catalogue, string name, DateTime? takenAt)
    {
        var key = ImageKey.New("jpg");
        var id = (await catalogue.Results.ObserveAsync(new ObservedObject(key, "e", 1, "image/jpeg", name), Cancel)).Id;
        await catalogue.Results.SaveThumbnailAsync(key, "e", new ThumbnailResult("t", 10, 20) { TakenAt = takenAt }, Cancel);
        return id;
    }

    private static async Task<List<long>> WalkAsync(CatalogueByAudience catalogue, ImageQuery query)
    {
        var ids = new List<long>();
        var page = await catalogue.Gallery.ListAsync(query, Cancel);
        ids.AddRange(page.Images.Select(image => image.Id));
        while (page.NextCursor is { } next)
        {
            Assert.True(PageCursor.TryParse(next.ToString(), out var cursor));
            page = await catalogue.Gallery.ListAsync(query with { Cursor = cursor }, Cancel);
            ids.AddRange(page.Images.Select(image => image.Id));
        }

        return ids;
    }

    private static async Task<IEnumerable<long>> IdsAsync(CatalogueByAudience catalogue, long[] ids, ImageOrder order) =>
        (await catalogue.Gallery.FindAsync(ids, order, Cancel)).Select(image => image.Id);

    private static async Task ExecuteAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
