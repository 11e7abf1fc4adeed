using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for people: what the gallery shows, and what a person changes. Every method throws <see cref="MySqlException"/> where
/// the database is away.
/// </summary>
public sealed class GalleryCatalogue(MySqlDataSource database)
{
    /// <summary>Finds an image by its row's id; null where there is none, or where it is deleted.</summary>
    public Task<ImageRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.FindAsync("find image", "WHERE id = @id AND deleted_at IS NULL", cancellationToken, ("@id", id));

    /// <summary>Finds images by their rows' ids, newest first; ids that are not there, or deleted, are left out.</summary>
    public Task<List<ImageRecord>> FindAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? Task.FromResult(new List<ImageRecord>())
            : database.SelectAsync(
                "find images",
                $"""
                WHERE id IN ({string.Join(',', ids)}) AND deleted_at IS NULL AND uploaded_at IS NOT NULL
                ORDER BY uploaded_at DESC, id DESC
                """,
                cancellationToken);

    /// <summary>One page of uploaded images.</summary>
    public async Task<ImagePage> ListAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Condition(query);
        parameters.Add(("@limit", query.Limit + 1));
        if (query.Cursor is { } start)
        {
            var after = query.OldestFirst ? ">" : "<";
            where += $" AND (uploaded_at {after} FROM_UNIXTIME(@at / 1000)"
                + $" OR (uploaded_at = FROM_UNIXTIME(@at / 1000) AND id {after} @id))";
            parameters.Add(("@at", start.At));
            parameters.Add(("@id", start.Id));
        }

        var order = query.OldestFirst ? "uploaded_at, id" : "uploaded_at DESC, id DESC";
        var images = await database.SelectAsync(
            "list images", $"{where} ORDER BY {order} LIMIT @limit", cancellationToken, [.. parameters]);
        if (images.Count <= query.Limit)
        {
            return new ImagePage(images, null);
        }

        images.RemoveAt(query.Limit);
        var last = images[^1];
        return new ImagePage(images, new PageCursor(last.UploadedAt!.Value.ToUnixTimeMilliseconds(), last.Id));
    }

    /// <summary>How many images a query finds on all its pages.</summary>
    public Task<long> CountAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Condition(query);
        return database.CountAsync("count images", $"SELECT COUNT(*) FROM captions {where}", cancellationToken, [.. parameters]);
    }

    /// <summary>The images before and after one in the gallery's order.</summary>
    public async Task<ImageNeighbours> FindNeighboursAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        if (image.UploadedAt is not { } at)
        {
            return new ImageNeighbours(null, null);
        }

        var cursor = new PageCursor(at.ToUnixTimeMilliseconds(), image.Id);
        var newer = await ListAsync(new ImageQuery(1) { Cursor = cursor, OldestFirst = true }, cancellationToken);
        var older = await ListAsync(new ImageQuery(1) { Cursor = cursor }, cancellationToken);
        return new ImageNeighbours(newer.Images is [var next, ..] ? next.Id : null, older.Images is [var last, ..] ? last.Id : null);
    }

    /// <summary>
    /// Uploaded images whose row changed after <paramref name="cursor"/>, deleted ones too, oldest change first: what live updates are
    /// made of.
    /// </summary>
    public Task<List<ImageRecord>> ListChangesAsync(PageCursor cursor, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list changes",
            """
            WHERE uploaded_at IS NOT NULL
              AND (updated_at > FROM_UNIXTIME(@at / 1000) OR (updated_at = FROM_UNIXTIME(@at / 1000) AND id > @id))
            ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@at", cursor.At), ("@id", cursor.Id), ("@limit", limit));

    /// <summary>The database's time, to start reading changes from.</summary>
    public async Task<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken) => DateTimeOffset.FromUnixTimeMilliseconds(
        await database.CountAsync("read clock", "SELECT CAST(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000 AS SIGNED)", cancellationToken));

    /// <summary>Stores a person's caption; from then on no model's replaces it.</summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    public async Task<ImageRecord?> EditCaptionAsync(long id, string caption, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            "edit caption",
            """
            UPDATE captions
            SET caption = @caption, caption_search = @search, caption_edited_at = CURRENT_TIMESTAMP(3),
                caption_language = NULL, caption_shortened = 0, caption_again = 0, caption_retry_at = NULL,
                caption_error = NULL, caption_error_code = NULL
            WHERE id = @id AND deleted_at IS NULL
            """,
            cancellationToken, ("@id", id), ("@caption", caption), ("@search", SearchText.Of(caption)));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>
    /// Clears every result and reason of an image, but not a person's caption, before its pipeline runs again as if for the first time.
    /// </summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    public async Task<ImageRecord?> ClearResultsAsync(long id, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            "clear results",
            """
            UPDATE captions
            SET caption = IF(caption_edited_at IS NULL, NULL, caption),
                caption_search = IF(caption_edited_at IS NULL, NULL, caption_search),
                caption_model = IF(caption_edited_at IS NULL, NULL, caption_model), caption_language = NULL, caption_shortened = 0,
                caption_again = 0,
                caption_generated_at = IF(caption_edited_at IS NULL, NULL, caption_generated_at),
                caption_error = NULL, caption_error_code = NULL,
                thumbnail_key = NULL, preview_key = NULL, thumbnail_generated_at = NULL,
                thumbnail_error = NULL, thumbnail_error_code = NULL, damaged = 0,
                attempts = 0, sent_at = CURRENT_TIMESTAMP(3), caption_retry_at = NULL
            WHERE id = @id
            """,
            cancellationToken, ("@id", id));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>Hides an image. Until it is purged, <see cref="RestoreAsync"/> brings it back.</summary>
    /// <returns>Whether there was one to hide.</returns>
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "delete image",
            "UPDATE captions SET deleted_at = CURRENT_TIMESTAMP(3) WHERE id = @id AND deleted_at IS NULL",
            cancellationToken, ("@id", id)) > 0;

    /// <summary>Brings a deleted image back.</summary>
    /// <returns>False where it is too late, or there was none.</returns>
    public async Task<bool> RestoreAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "restore image",
            "UPDATE captions SET deleted_at = NULL WHERE id = @id AND deleted_at IS NOT NULL AND purged_at IS NULL",
            cancellationToken, ("@id", id)) > 0;

    private static (string Where, List<(string Name, object? Value)> Parameters) Condition(ImageQuery query)
    {
        var where = "WHERE uploaded_at IS NOT NULL AND deleted_at IS NULL" + query.Filter switch
        {
            ImageFilter.NoCaption => " AND caption IS NULL",
            ImageFilter.Failed => $" AND (thumbnail_error IS NOT NULL OR {CatalogueTable.IsCaptionFailed})",
            _ => "",
        };
        return query.Search is { } search ? (where + search.Condition, [.. search.Parameters]) : (where, []);
    }
}
