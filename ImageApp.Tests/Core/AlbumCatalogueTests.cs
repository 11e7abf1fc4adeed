using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>Albums over a real database.</summary>
public sealed class AlbumCatalogueTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_are_added_once_at_the_end_and_taken_out_and_stay_in_the_gallery()
    {
        await using var database = await server.CreateCatalogueAsync();
        var albums = new AlbumCatalogue(database);
        var (a, b, c) = (await AddAsync(database, "a.jpg"), await AddAsync(database, "b.jpg"), await AddAsync(database, "c.jpg"));
        var album = await albums.CreateAsync("Summer \u00e9 \ud83c\udf1e", Cancel);

        Assert.Equal(2, await albums.AddAsync(album, [b, a], Cancel));
        Assert.Equal(1, await albums.AddAsync(album, [a, c, 999_999], Cancel));
        Assert.Equal([a, b, c], await OrderAsync(database, album));
        Assert.Equal(("Summer \u00e9 \ud83c\udf1e", 3, (long?)a), Shown(await albums.FindAsync(album, Cancel)));

        Assert.Equal(1, await albums.RemoveAsync(album, [a], Cancel));
        Assert.Equal(0, await albums.RemoveAsync(album, [a], Cancel));
        Assert.Equal([b, c], await OrderAsync(database, album));
        Assert.NotNull(await new GalleryCatalogue(database).FindAsync(a, Cancel));
        Assert.Equal(0, await albums.AddAsync(album + 1, [a], Cancel));
        Assert.True(await albums.DeleteAsync(album, Cancel));
        Assert.False(await albums.DeleteAsync(album, Cancel));
        Assert.NotNull(await new GalleryCatalogue(database).FindAsync(b, Cancel));
    }

    [Fact]
    public async Task A_picture_is_in_several_albums()
    {
        await using var database = await server.CreateCatalogueAsync();
        var albums = new AlbumCatalogue(database);
        var image = await AddAsync(database, "a.jpg");
        var second = await albums.CreateAsync("B", Cancel);
        var first = await albums.CreateAsync("A", Cancel);
        await albums.CreateAsync("C", Cancel);
        await albums.AddAsync(first, [image], Cancel);
        await albums.AddAsync(second, [image], Cancel);
        Assert.Equal([first, second], (await albums.ListOfImageAsync(image, Cancel)).Select(album => album.Id));
        Assert.True(await albums.HasAsync(first, image, Cancel));
        Assert.Equal([1, 1, 0], (await albums.ListAsync(Cancel)).OrderByDescending(album => album.Count).Select(album => album.Count));
    }

    [Fact]
    public async Task The_order_is_by_date_as_added_or_by_hand()
    {
        await using var database = await server.CreateCatalogueAsync();
        var albums = new AlbumCatalogue(database);
        var (a, b, c, d) = (
            await AddAsync(database, "a.jpg", "2024-01-03"), await AddAsync(database, "b.jpg", "2024-01-01"),
            await AddAsync(database, "c.jpg", "2024-01-04"), await AddAsync(database, "d.jpg", "2024-01-02"));
        var album = await albums.CreateAsync("Order", Cancel);
        var clock = new GalleryCatalogue(database);
        foreach (var id in new[] { a, b, c, d })
        {
            await albums.AddAsync(album, [id], Cancel);

            // What is added in one millisecond counts as added together.
            var added = await clock.ReadClockAsync(Cancel);
            await Eventually.HoldsAsync(async () => await clock.ReadClockAsync(Cancel) > added, "a later millisecond");
        }

        Assert.Equal([a, b, c, d], await OrderAsync(database, album));
        await albums.ArrangeAsync(album, AlbumArrangement.Oldest, Cancel);
        Assert.Equal([b, d, a, c], await OrderAsync(database, album));
        await albums.ArrangeAsync(album, AlbumArrangement.Newest, Cancel);
        Assert.Equal([c, a, d, b], await OrderAsync(database, album));
        await albums.MoveAsync(album, [d], isEarlier: true, Cancel);
        Assert.Equal([c, d, a, b], await OrderAsync(database, album));
        await albums.MoveAsync(album, [c, d], isEarlier: true, Cancel);
        Assert.Equal([c, d, a, b], await OrderAsync(database, album));
        await albums.MoveAsync(album, [c, d], isEarlier: false, Cancel);
        Assert.Equal([a, c, d, b], await OrderAsync(database, album));
        await albums.ArrangeAsync(album, AlbumArrangement.Added, Cancel);
        Assert.Equal([a, b, c, d], await OrderAsync(database, album));
    }

    [Fact]
    public async Task A_deleted_picture_is_hidden_comes_back_and_goes_for_good_with_its_row()
    {
        await using var database = await server.CreateCatalogueAsync();
        var albums = new AlbumCatalogue(database);
        var (a, b) = (await AddAsync(database, "a.jpg"), await AddAsync(database, "b.jpg"));
        var album = await albums.CreateAsync("Trash", Cancel);
        await albums.AddAsync(album, [a, b], Cancel);
        Assert.False(await albums.SetCoverAsync(album, 999_999, Cancel));
        Assert.True(await albums.SetCoverAsync(album, b, Cancel));
        Assert.Equal(("Trash", 2, (long?)b), Shown(await albums.FindAsync(album, Cancel)));

        var gallery = new GalleryCatalogue(database);
        await gallery.DeleteAsync([b], TimeSpan.FromDays(30), Cancel);
        Assert.Equal(("Trash", 1, (long?)a), Shown(await albums.FindAsync(album, Cancel)));
        await gallery.RestoreAsync([b], Cancel);
        Assert.Equal(("Trash", 2, (long?)b), Shown(await albums.FindAsync(album, Cancel)));

        await ExecuteAsync(database, $"DELETE FROM captions WHERE id = {b}");
        Assert.Equal(("Trash", 1, (long?)a), Shown(await albums.FindAsync(album, Cancel)));
        Assert.Equal([a], await OrderAsync(database, album));
    }

    [Fact]
    public async Task Two_that_add_at_once_lose_nothing()
    {
        await using var database = await server.CreateCatalogueAsync();
        var albums = new AlbumCatalogue(database);
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await AddAsync(database, $"{i}.jpg"));
        }

        var album = await albums.CreateAsync("Both", Cancel);
        await Task.WhenAll(ids.Select(id => albums.AddAsync(album, [id], Cancel)));
        Assert.Equal(ids, (await OrderAsync(database, album)).Order());
    }

    internal static async Task<long> AddAsync(MySqlDataSource database, string name, string? taken = null)
    {
        var uploads = new UploadCatalogue(database);
        var id = await uploads.AddAsync(new NewImage(ImageKey.New("jpg"), name, "image/jpeg", 1), Cancel);
        await uploads.MarkUploadedAsync(id, "etag", 1, Cancel);
        if (taken is not null)
        {
            await ExecuteAsync(database, $"UPDATE captions SET shown_at = '{taken}' WHERE id = {id}");
        }

        return id;
    }

    private static (string Title, int Count, long? Cover) Shown(Album? album) => (album!.Title, album.Count, album.CoverId);

    private static async Task<IEnumerable<long>> OrderAsync(MySqlDataSource database, long album) =>
        (await new GalleryCatalogue(database).ListAsync(new ImageQuery(100) { AlbumId = album, Order = ImageOrder.Album }, Cancel))
        .Images.Select(image => image.Id);

    private static async Task ExecuteAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
