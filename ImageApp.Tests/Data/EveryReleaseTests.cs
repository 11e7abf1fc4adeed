using System.Globalization;
using EvolveDb;
using EvolveDb.Migration;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Data;

/// <summary>A catalogue of each release there ever was, with pictures of its time in every state, brought to this one.</summary>
public sealed class EveryReleaseTests(DatabaseServer server)
{
    private const string ScriptFolder = "ImageApp.Core.Catalogue.Migrations";

    // What a release knew of a picture, by column; what its table had no column for it did not know.
    private static readonly (string Name, (string Column, string Value)[] Values)[] Rows =
    [
        ("waiting", []),
        ("new", [("uploaded_at", "'2021-03-04 05:06:07'"), ("shown_at", "'2021-03-04 05:06:07'")]),
        (
            "described",
            [
                ("uploaded_at", "'2021-03-04 05:06:08'"), ("shown_at", "'2021-03-04 05:06:08'"), ("object_etag", "'e1'"),
                ("caption", "'A grey heron stands in shallow water.'"), ("caption_model", "'vision-1'"),
                ("caption_generated_at", "'2021-03-04 05:07:00'"), ("thumbnail_key", "'thumbnails/thumb_d.jpg'"),
                ("thumbnail_generated_at", "'2021-03-04 05:07:00'"), ("preview_key", "'thumbnails/preview_d.webp'"),
                ("renditions", "'400'"), ("width", "640"), ("height", "480"), ("is_favourite", "1"), ("content_hash", "REPEAT('a', 32)"),
            ]),
        (
            "edited",
            [
                ("uploaded_at", "'2021-03-04 05:06:09'"), ("shown_at", "'2021-03-04 05:06:09'"), ("object_etag", "'e2'"),
                ("caption", "'Großmutter am See 🦆'"), ("caption_edited_at", "'2021-03-05 05:07:00'"),
            ]),
        (
            "failed",
            [
                ("uploaded_at", "'2021-03-04 05:06:10'"), ("shown_at", "'2021-03-04 05:06:10'"), ("object_etag", "'e3'"),
                ("caption_error", "'The picture is damaged.'"), ("caption_error_code", "'unreadable'"),
                ("thumbnail_error", "'The picture is damaged.'"), ("thumbnail_error_code", "'unreadable'"), ("damaged", "1"),
            ]),
        (
            "deleted",
            [
                ("uploaded_at", "'2021-03-04 05:06:11'"), ("shown_at", "'2021-03-04 05:06:11'"),
                ("deleted_at", "CURRENT_TIMESTAMP(3) + INTERVAL 7 DAY"), ("caption", "'A deleted heron.'"),
            ]),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly List<string> Versions =
    [
        .. typeof(GalleryCatalogue).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ScriptFolder, StringComparison.Ordinal))
            .Select(name => name[(ScriptFolder.Length + 2)..name.IndexOf("__", StringComparison.Ordinal)].Replace('_', '.'))
            .OrderBy(version => double.Parse(version, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Every version: one for each script.</summary>
    public static TheoryData<string> Releases => [.. Versions];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Is_migrated_with_every_picture_usable(string release)
    {
        await using var database = new MySqlDataSource(await server.CreateDatabaseAsync());
        await BuildAsync(database, release);
        var columns = await ColumnsAsync(database);

        CatalogueMigrations.Apply(database, NullLogger.Instance);
        var catalogue = new CatalogueByAudience(database);
        while (await catalogue.Upkeep.IndexTextsAsync(100, Cancel) > 0)
        {
        }

        await catalogue.Upkeep.FillShownTimesAsync(null, Cancel);

        // A release without a trash deleted rows at once.
        var hasTrash = columns.Contains("deleted_at");
        var shown = (await catalogue.Gallery.ListAsync(new ImageQuery(20) { OldestFirst = true }, Cancel)).Images;
        string[] expected = hasTrash ? ["new", "described", "edited", "failed"] : ["new", "described", "edited", "failed", "deleted"];
        Assert.Equal(expected, shown.Select(image => image.FileName));
        Assert.Equal(["waiting"], (await catalogue.Upkeep.ListExpectedAsync(TimeSpan.Zero, 20, Cancel)).Select(image => image.FileName));
        string[] deleted = hasTrash ? ["deleted"] : [];
        Assert.Equal(
            deleted,
            (await catalogue.Gallery.ListAsync(new ImageQuery(20) { IsTrash = true }, Cancel)).Images.Select(image => image.FileName));

        var (described, edited, failed) = (shown[1], shown[2], shown[3]);
        Assert.Equal("A grey heron stands in shallow water.", described.Caption);
        Assert.Equal(("vision-1", 640, "thumbnails/thumb_d.jpg"), (described.CaptionModel, described.Width, described.ThumbnailKey));
        Assert.Equal(columns.Contains("preview_key"), described.RenditionSides.SequenceEqual([400]));
        Assert.Equal(columns.Contains("is_favourite"), described.IsFavourite);
        Assert.Equal("Großmutter am See 🦆", edited.Caption);
        Assert.Equal(columns.Contains("caption_edited_at"), edited.CaptionEditedAt is not null);
        Assert.Equal(("The picture is damaged.", "The picture is damaged."), (failed.CaptionError, failed.ThumbnailError));
        Assert.True(failed.Damaged);
        Assert.All(shown, image => Assert.Equal(2021, image.ShownAt?.Year));

        // Found, corrected, deleted, brought back, in an album, and joined by another.
        Assert.Contains(
            described.Id,
            (await catalogue.Gallery.ListAsync(new ImageQuery(20) { Search = SearchTerms.Parse("heron water") }, Cancel)).Images
                .Select(image => image.Id));
        var edit = await catalogue.Gallery.EditCaptionAsync(described.Id, "A heron.", described.CaptionTag, Cancel);
        Assert.Equal(CaptionEditOutcome.Done, edit.Outcome);
        Assert.Equal(1, await catalogue.Gallery.DeleteAsync([failed.Id], TimeSpan.FromDays(30), Cancel));
        Assert.Equal(1, await catalogue.Gallery.RestoreAsync([failed.Id], Cancel));
        var albums = new AlbumCatalogue(database);
        var album = (await albums.ListAsync(Cancel)).SingleOrDefault();
        Assert.Equal(columns.Contains("albums.title") ? "Herons of old" : null, album?.Title);
        Assert.Equal(columns.Contains("album_images.position") ? 1 : 0, album?.Count ?? 0);
        Assert.Equal(columns.Contains("shares.token_hash") ? 1 : 0, (await new ShareCatalogue(database).ListAsync(Cancel)).Count);
        Assert.Equal(2, await albums.AddAsync(await albums.CreateAsync("Today's", Cancel), [described.Id, edited.Id], Cancel));
        var added = await catalogue.Uploads.AddAsync(new NewImage("images/today.jpg", "today.jpg", "image/jpeg", 5), Cancel);
        Assert.NotNull(await catalogue.Uploads.MarkUploadedAsync(added, "e", 5, Cancel));
    }

    [Fact]
    public async Task Is_migrated_once_by_two_instances_that_start_at_the_same_moment()
    {
        await using var aws = await LocalAwsInstance.StartAsync(_ => { });
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        var connection = await server.CreateDatabaseAsync();
        await using var database = new MySqlDataSource(connection);
        await BuildAsync(database, "1");

        var both = await Task.WhenAll(Start(), Start());
        await using var one = both[0];
        await using var other = both[1];

        var versions = await ReadAsync(database, "SELECT version FROM schema_history WHERE version <> '0' AND success = 1");
        Assert.Equal(Versions.Count, versions.Count);
        Assert.Equal(versions.Count, versions.Distinct().Count());
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(30, 20)), "file", "from-one.jpg" } };
        Assert.True((await one.Http.PostAsync("/api/images", form, Cancel)).IsSuccessStatusCode);
        var list = await other.Http.GetStringAsync("/api/images", Cancel);
        Assert.Contains("from-one.jpg", list);
        Assert.Contains("A grey heron stands in shallow water.", list);

        Task<WebProcess> Start() => WebProcess.StartAsync(connection, aws.Server.Endpoint.Port, aws);
    }

    private static async Task BuildAsync(MySqlDataSource database, string release)
    {
        await using (var connection = database.CreateConnection())
        {
            new Evolve(connection)
            {
                EmbeddedResourceAssemblies = [typeof(GalleryCatalogue).Assembly],
                EmbeddedResourceFilters = [ScriptFolder],
                MetadataTableName = "schema_history",
                TargetVersion = new MigrationVersion(release),
            }.Migrate();
        }

        var columns = await ColumnsAsync(database);
        foreach (var (name, values) in Rows)
        {
            var known = values.Where(value => columns.Contains(value.Column)).ToList();
            await ExecuteAsync(
                database,
                $"""
                INSERT INTO captions (image_key, file_name, updated_at{string.Concat(known.Select(value => $", {value.Column}"))})
                VALUES ('images/{name}.jpg', '{name}', '2021-03-05'{string.Concat(known.Select(value => $", {value.Value}"))})
                """);
        }

        if (columns.Contains("albums.title"))
        {
            await ExecuteAsync(database, "INSERT INTO albums (title) VALUES ('Herons of old')");
        }

        if (columns.Contains("album_images.position"))
        {
            await ExecuteAsync(
                database,
                """
                INSERT INTO album_images (album_id, image_id, position)
                SELECT albums.id, captions.id, 1 FROM albums, captions WHERE file_name = 'described'
                """);
        }

        if (columns.Contains("shares.token_hash"))
        {
            await ExecuteAsync(
                database,
                "INSERT INTO shares (token_hash, album_id) SELECT REPEAT('t', 32), id FROM albums");
        }
    }

    // Those of other tables with the table's name.
    private static async Task<HashSet<string>> ColumnsAsync(MySqlDataSource database) =>
    [
        .. await ReadAsync(
            database,
            """
            SELECT IF(table_name = 'captions', column_name, CONCAT(table_name, '.', column_name))
            FROM information_schema.columns WHERE table_schema = DATABASE()
            """),
    ];

    private static async Task<List<string>> ReadAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private static async Task ExecuteAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
