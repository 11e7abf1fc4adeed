using System.Data.Common;
using System.Globalization;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue's albums. A picture can be in several; one that is deleted stays in its albums, hidden, until it is removed for good.
/// Every method throws <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class AlbumCatalogue(MySqlDataSource database)
{
    /// <summary>The longest title, in characters.</summary>
    public const int MaxTitle = 200;

    /// <summary>How many albums are listed at most.</summary>
    public const int MaxListed = 1000;

    internal static readonly string Titles =
        string.Create(CultureInfo.InvariantCulture, $"SELECT id, title FROM albums ORDER BY updated_at DESC, id DESC LIMIT {MaxListed}");

    private const string Shown = "captions.deleted_at IS NULL AND captions.uploaded_at IS NOT NULL";
    private const string InAlbum = "album_images JOIN captions ON captions.id = album_images.image_id";

    private const string Columns =
        $"""
        SELECT albums.id, albums.title,
            COALESCE(
                (SELECT image_id FROM {InAlbum} WHERE album_id = albums.id AND image_id = albums.cover_id AND {Shown}),
                (SELECT image_id FROM {InAlbum} WHERE album_id = albums.id AND {Shown} ORDER BY position, image_id LIMIT 1)),
            (SELECT COUNT(*) FROM {InAlbum} WHERE album_id = albums.id AND {Shown}),
            CAST(UNIX_TIMESTAMP(albums.created_at) * 1000 AS SIGNED), CAST(UNIX_TIMESTAMP(albums.updated_at) * 1000 AS SIGNED)
        FROM albums
        """;

    /// <summary>All albums, the last changed first.</summary>
    public Task<List<Album>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            "list albums", $"{Columns} ORDER BY albums.updated_at DESC, albums.id DESC LIMIT {MaxListed}", Read, cancellationToken);

    /// <summary>What all albums are called, the last changed first.</summary>
    public Task<List<AlbumTitle>> ListTitlesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync("list titles of albums", Titles, ReadTitle, cancellationToken);

    /// <summary>The albums that a picture is in, by title.</summary>
    public Task<List<Album>> ListOfImageAsync(long imageId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            "list albums of image",
            $"{Columns} WHERE albums.id IN (SELECT album_id FROM album_images WHERE image_id = @image) ORDER BY albums.title, albums.id",
            Read, cancellationToken, ("@image", imageId));

    /// <summary>Finds an album by its row's id; null where there is none.</summary>
    public async Task<Album?> FindAsync(long id, CancellationToken cancellationToken) =>
        (await database.ReadAsync("find album", $"{Columns} WHERE albums.id = @id", Read, cancellationToken, ("@id", id)))
        .SingleOrDefault();

    /// <summary>Makes an empty album.</summary>
    /// <returns>The row's id.</returns>
    public Task<long> CreateAsync(string title, CancellationToken cancellationToken) =>
        database.InsertAsync("make album", "INSERT INTO albums (title) VALUES (@title)", cancellationToken, ("@title", title));

    /// <summary>Gives an album another title.</summary>
    /// <returns>Whether there is such an album.</returns>
    public async Task<bool> RenameAsync(long id, string title, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "rename album",
            "UPDATE albums SET title = @title, updated_at = CURRENT_TIMESTAMP(3) WHERE id = @id",
            cancellationToken, ("@id", id), ("@title", title)) > 0;

    /// <summary>Removes an album. Its pictures stay.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("delete album", "DELETE FROM albums WHERE id = @id", cancellationToken, ("@id", id)) > 0;

    /// <summary>Makes a picture of an album its cover.</summary>
    /// <returns>False where there is no such album, or the picture is not in it.</returns>
    public async Task<bool> SetCoverAsync(long id, long imageId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "set cover",
            """
            UPDATE albums SET cover_id = @image, updated_at = CURRENT_TIMESTAMP(3)
            WHERE id = @id AND EXISTS (SELECT 1 FROM album_images WHERE album_id = @id AND image_id = @image)
            """,
            cancellationToken, ("@id", id), ("@image", imageId)) > 0;

    /// <summary>Adds pictures at an album's end, the oldest first; those that are in it stay where they are.</summary>
    /// <returns>How many were added: none where there is no such album.</returns>
    public async Task<int> AddAsync(long id, IReadOnlyCollection<long> imageIds, CancellationToken cancellationToken)
    {
        if (imageIds.Count == 0)
        {
            return 0;
        }

        // IGNORE leaves out what is in it already, and everything where there is no such album.
        var added = await database.ExecuteAsync(
            "add to album",
            $"""
            INSERT IGNORE INTO album_images (album_id, image_id, position)
            SELECT @id, captions.id, last.position + ROW_NUMBER() OVER (ORDER BY captions.shown_at, captions.id)
            FROM captions CROSS JOIN (SELECT COALESCE(MAX(position), 0) AS position FROM album_images WHERE album_id = @id) AS last
            WHERE captions.id IN ({string.Join(',', imageIds)}) AND {Shown}
            """,
            cancellationToken, ("@id", id));
        await NoteChangeAsync(id, added, cancellationToken);
        return added;
    }

    /// <summary>Takes pictures out of an album.</summary>
    /// <returns>How many were in it.</returns>
    public async Task<int> RemoveAsync(long id, IReadOnlyCollection<long> imageIds, CancellationToken cancellationToken)
    {
        if (imageIds.Count == 0)
        {
            return 0;
        }

        var removed = await database.ExecuteAsync(
            "remove from album",
            $"DELETE FROM album_images WHERE album_id = @id AND image_id IN ({string.Join(',', imageIds)})",
            cancellationToken, ("@id", id));
        await NoteChangeAsync(id, removed, cancellationToken);
        return removed;
    }

    /// <summary>Whether a picture is in an album, and shown.</summary>
    public async Task<bool> HasAsync(long id, long imageId, CancellationToken cancellationToken) =>
        await database.CountAsync(
            "find in album",
            $"SELECT COUNT(*) FROM {InAlbum} WHERE album_id = @id AND image_id = @image AND {Shown}",
            cancellationToken, ("@id", id), ("@image", imageId)) > 0;

    /// <summary>Brings all pictures of an album into an order.</summary>
    public async Task ArrangeAsync(long id, AlbumArrangement arrangement, CancellationToken cancellationToken)
    {
        var order = arrangement switch
        {
            AlbumArrangement.Oldest => "captions.shown_at, image_id",
            AlbumArrangement.Newest => "captions.shown_at DESC, image_id DESC",
            _ => "added_at, captions.shown_at, image_id",
        };
        await PlaceAsync(id, await ListIdsAsync(id, order, cancellationToken), cancellationToken);
    }

    /// <summary>Moves pictures of an album by one place, each before or after its neighbour.</summary>
    /// <param name="id">The album.</param>
    /// <param name="imageIds">The pictures.</param>
    /// <param name="isEarlier">Whether towards the beginning.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task MoveAsync(long id, IReadOnlyCollection<long> imageIds, bool isEarlier, CancellationToken cancellationToken)
    {
        var moved = imageIds.ToHashSet();
        var order = await ListIdsAsync(id, "position, image_id", cancellationToken);
        if (!isEarlier)
        {
            order.Reverse();
        }

        // Those that stand together stay together: at the beginning none overtakes another.
        for (var i = 1; i < order.Count; i++)
        {
            if (moved.Contains(order[i]) && !moved.Contains(order[i - 1]))
            {
                (order[i - 1], order[i]) = (order[i], order[i - 1]);
            }
        }

        if (!isEarlier)
        {
            order.Reverse();
        }

        await PlaceAsync(id, order, cancellationToken);
    }

    private Task<List<long>> ListIdsAsync(long id, string order, CancellationToken cancellationToken) =>
        database.ReadAsync(
            "list ids of album", $"SELECT image_id FROM {InAlbum} WHERE album_id = @id AND {Shown} ORDER BY {order}",
            row => row.GetInt64(0), cancellationToken, ("@id", id));

    // In one statement, so that nobody sees half of an order. What is hidden comes after what is shown.
    private async Task PlaceAsync(long id, List<long> order, CancellationToken cancellationToken)
    {
        if (order.Count == 0)
        {
            return;
        }

        var place = $"FIELD(image_id, {string.Join(',', order)})";
        var placed = await database.ExecuteAsync(
            "arrange album",
            $"UPDATE album_images SET position = IF({place} = 0, position + @count, {place}) WHERE album_id = @id",
            cancellationToken, ("@id", id), ("@count", order.Count));
        await NoteChangeAsync(id, placed, cancellationToken);
    }

    private async Task NoteChangeAsync(long id, int changes, CancellationToken cancellationToken)
    {
        if (changes > 0)
        {
            await database.ExecuteAsync(
                "note change of album", "UPDATE albums SET updated_at = CURRENT_TIMESTAMP(3) WHERE id = @id", cancellationToken, ("@id", id));
        }
    }

    internal static AlbumTitle ReadTitle(DbDataReader row) => new(row.GetInt64(0), row.GetString(1));

    private static Album Read(DbDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.IsDBNull(2) ? null : row.GetInt64(2),
        Convert.ToInt32(row.GetValue(3), CultureInfo.InvariantCulture),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)));
}
