using EvolveDb;
using EvolveDb.Migration;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>A catalogue of an older version, brought to this one.</summary>
public sealed class CatalogueMigrationTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_lost_and_renditions_that_originals_shared_are_made_again()
    {
        await using var database = new MySqlDataSource(await server.CreateDatabaseAsync());
        await using (var connection = database.CreateConnection())
        {
            new Evolve(connection)
            {
                EmbeddedResourceAssemblies = [typeof(GalleryCatalogue).Assembly],
                EmbeddedResourceFilters = ["ImageApp.Core.Catalogue.Migrations"],
                MetadataTableName = "schema_history",
                TargetVersion = new MigrationVersion("3"),
            }.Migrate();
        }

        await ExecuteAsync(
            """
            INSERT INTO captions (image_key, file_name, object_etag, uploaded_at, caption, caption_edited_at, thumbnail_key, preview_key, thumbnail_generated_at)
            VALUES ('images/g.jpg', 'é.jpg', 'e', CURRENT_TIMESTAMP(3), 'One.', CURRENT_TIMESTAMP(3), 'thumbnails/thumb_g.jpg', 'p', CURRENT_TIMESTAMP(3)),
                   ('images/g.png', 'b.png', 'e', CURRENT_TIMESTAMP(3), 'Two.', NULL, 'thumbnails/thumb_g.jpg', 'p', CURRENT_TIMESTAMP(3)),
                   ('images/写.png', 'c.png', 'e', CURRENT_TIMESTAMP(3), 'Three.', NULL, 'thumbnails/thumb_c.jpg', 'q', CURRENT_TIMESTAMP(3))
            """
        );

        CatalogueMigrations.Apply(database, NullLogger.Instance);

        var catalogue = new CatalogueByAudience(database);
        var rows = (await catalogue.Gallery.ListAsync(new ImageQuery(10) { OldestFirst = true }, Cancel)).Images;
        Assert.Equal(["One.", "Two.", "Three."], rows.Select(row => row.Caption));
        Assert.Equal([null, null, "thumbnails/thumb_c.jpg"], rows.Select(row => row.ThumbnailKey));
        Assert.Equal([null, null, "q"], rows.Select(row => row.PreviewKey));
        Assert.Equal("Three.", (await catalogue.Results.FindAsync("images/写.png", Cancel))!.Caption);

        // An older version that still runs goes on, by the same statement as ever.
        await ExecuteAsync(
            "INSERT INTO captions (image_key, file_name) VALUES ('images/g.jpg', 'x') ON DUPLICATE KEY UPDATE size_bytes = 5"
        );
        Assert.Equal((5, "One."), ((await catalogue.Results.FindAsync("images/g.jpg", Cancel))!.SizeBytes!.Value, rows[0].Caption));

        async Task ExecuteAsync(string sql)
        {
            await using var connection = await database.OpenConnectionAsync(Cancel);
            await using var command = new MySqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }

    [Fact]
    public async Task Pictures_of_an_older_version_are_shown_by_their_times_whatever_the_sessions_time_zone()
    {
        await using var database = new MySqlDataSource(await server.CreateDatabaseAsync());
        await using (var connection = database.CreateConnection())
        {
            new Evolve(connection)
            {
                EmbeddedResourceAssemblies = [typeof(GalleryCatalogue).Assembly],
                EmbeddedResourceFilters = ["ImageApp.Core.Catalogue.Migrations"],
                MetadataTableName = "schema_history",
                TargetVersion = new MigrationVersion("6.1"),
            }.Migrate();
        }

        await using (var connection = await database.OpenConnectionAsync(Cancel))
        await using (
            var insert = new MySqlCommand(
                """
                SET time_zone = '-07:00';
                INSERT INTO captions (image_key, file_name, uploaded_at, taken_at, thumbnail_key, preview_key, updated_at)
                VALUES ('images/1', 'added', '2021-03-04 23:00:00.125', NULL, 'thumbnails/thumb_1.jpg', 'thumbnails/preview_1.webp', '2021-03-04'),
                       ('images/2', 'taken', '2021-03-04 23:00:00', '2020-01-02 03:04:05', NULL, NULL, '2021-03-04'),
                       ('images/3', 'expected', NULL, NULL, NULL, NULL, '2021-03-04')
                """,
                connection
            )
        )
        {
            await insert.ExecuteNonQueryAsync(Cancel);
        }

        CatalogueMigrations.Apply(database, NullLogger.Instance);

        var catalogue = new CatalogueByAudience(database);
        var rows = (await catalogue.Gallery.ListAsync(new ImageQuery(10), Cancel)).Images;
        Assert.Equal(["added", "taken"], rows.Select(row => row.FileName));
        Assert.Equal(new DateTime(2021, 3, 5, 6, 0, 0, 125), rows[0].ShownAt);
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5), rows[1].ShownAt);
        Assert.Equal([400], rows[0].RenditionSides);
        Assert.Empty(rows[1].RenditionSides);

        // Nobody is told of pictures that have not changed.
        Assert.All(rows, row => Assert.Equal(2021, row.UpdatedAt.Year));
        Assert.Equal(0, await catalogue.Upkeep.FillShownTimesAsync(null, Cancel));
        Assert.Null((await catalogue.Results.FindAsync("images/3", Cancel))!.ShownAt);
    }

    [Fact]
    public async Task A_picture_of_an_older_version_keeps_its_caption_when_it_is_described_again_under_another_etag()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var id = (await catalogue.Results.ObserveAsync(new ObservedObject("images/a.jpg", "parts-2", 5, null, "a.jpg"), Cancel)).Id;
        await catalogue.Gallery.EditCaptionAsync(id, "A person's.", null, Cancel);

        await catalogue.Upkeep.ExpectSameContentAsync(id, "parts-2", Cancel);
        var image = await catalogue.Results.ObserveAsync(
            new ObservedObject("images/a.jpg", "whole", 5, null, "a.jpg") { ContentHash = new byte[32] },
            Cancel
        );
        Assert.Equal("A person's.", image.Caption);

        await catalogue.Upkeep.ExpectSameContentAsync(id, "whole", Cancel);
        image = await catalogue.Results.ObserveAsync(
            new ObservedObject("images/a.jpg", "third", 5, null, "a.jpg") { ContentHash = [1, .. new byte[31]] },
            Cancel
        );
        Assert.Null(image.Caption);
    }
}
