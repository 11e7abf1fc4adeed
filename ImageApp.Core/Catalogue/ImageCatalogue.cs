using System.Data.Common;
using System.Globalization;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// Table <c>captions</c>: every image, its results and its reasons. Times cross the wire as Unix time, so that no server's or
/// session's time zone can shift them. Every method throws <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class ImageCatalogue(MySqlDataSource database)
{
    private const string Columns = """
        id, image_key, file_name, content_type, size_bytes, width, height, object_etag,
        CAST(UNIX_TIMESTAMP(uploaded_at) * 1000 AS SIGNED), caption, caption_model,
        CAST(UNIX_TIMESTAMP(caption_generated_at) * 1000 AS SIGNED), caption_error,
        thumbnail_key, CAST(UNIX_TIMESTAMP(thumbnail_generated_at) * 1000 AS SIGNED), thumbnail_error,
        damaged, attempts, CAST(UNIX_TIMESTAMP(updated_at) * 1000 AS SIGNED),
        CAST(UNIX_TIMESTAMP(caption_edited_at) * 1000 AS SIGNED), camera, taken_at, placeholder, preview_key,
        CAST(UNIX_TIMESTAMP(deleted_at) * 1000 AS SIGNED)
        """;

    /// <summary>Makes the row of an image whose object is about to be put.</summary>
    /// <returns>The row's id.</returns>
    public async Task<long> AddAsync(NewImage image, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO captions (image_key, file_name, content_type, size_bytes) VALUES (@key, @name, @type, @size)";
        command.Parameters.AddWithValue("@key", image.Key);
        command.Parameters.AddWithValue("@name", image.FileName);
        command.Parameters.AddWithValue("@type", image.ContentType);
        command.Parameters.AddWithValue("@size", image.SizeBytes);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return command.LastInsertedId;
    }

    /// <summary>Records that the object is there. A function may have seen it first; then its results stay.</summary>
    /// <returns>The row as it is now; null where it was deleted in the meantime.</returns>
    public async Task<ImageRecord?> MarkUploadedAsync(long id, string etag, long sizeBytes, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            UPDATE captions
            SET object_etag = COALESCE(object_etag, @etag), size_bytes = @size, uploaded_at = COALESCE(uploaded_at, CURRENT_TIMESTAMP(3))
            WHERE id = @id
            """,
            cancellationToken, ("@id", id), ("@etag", etag), ("@size", sizeBytes));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>
    /// Records an object found in the bucket, whether or not the app put it there. A different eTag means different content:
    /// then all results of the old content are dropped.
    /// </summary>
    /// <exception cref="ArgumentException">The key is longer than <see cref="ImageKey.MaxLength"/>.</exception>
    public async Task<ImageRecord> ObserveObjectAsync(ObservedObject item, CancellationToken cancellationToken)
    {
        if (item.Key.Length > ImageKey.MaxLength)
        {
            throw new ArgumentException($"The key has {item.Key.Length} characters; at most {ImageKey.MaxLength} are allowed.", nameof(item));
        }

        // Assignments run from left to right on both servers: object_etag comes last, since the others compare with its old value.
        const string ifOther = "IF(object_etag IS NULL OR object_etag = VALUES(object_etag)";
        await ExecuteAsync(
            $"""
            INSERT INTO captions (image_key, file_name, content_type, size_bytes, object_etag, uploaded_at)
            VALUES (@key, @name, @type, @size, @etag, CURRENT_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE
                caption = {ifOther}, caption, NULL), caption_model = {ifOther}, caption_model, NULL),
                caption_generated_at = {ifOther}, caption_generated_at, NULL), caption_error = {ifOther}, caption_error, NULL),
                thumbnail_key = {ifOther}, thumbnail_key, NULL), thumbnail_generated_at = {ifOther}, thumbnail_generated_at, NULL),
                thumbnail_error = {ifOther}, thumbnail_error, NULL), damaged = {ifOther}, damaged, 0),
                width = {ifOther}, width, NULL), height = {ifOther}, height, NULL), preview_key = {ifOther}, preview_key, NULL),
                placeholder = {ifOther}, placeholder, NULL), camera = {ifOther}, camera, NULL), taken_at = {ifOther}, taken_at, NULL),
                caption_edited_at = {ifOther}, caption_edited_at, NULL),
                deleted_at = IF(purged_at IS NULL, deleted_at, NULL), purged_at = NULL,
                content_type = COALESCE(VALUES(content_type), content_type), size_bytes = VALUES(size_bytes),
                uploaded_at = COALESCE(uploaded_at, VALUES(uploaded_at)), object_etag = VALUES(object_etag)
            """,
            cancellationToken,
            ("@key", item.Key), ("@name", item.FileName), ("@type", item.ContentType), ("@size", item.SizeBytes), ("@etag", item.ETag));
        return await FindByKeyAsync(item.Key, cancellationToken)
            ?? throw new InvalidOperationException($"The row of '{item.Key}' was deleted while it was being recorded.");
    }

    /// <summary>Claims a step of an image, so that a duplicate delivery does not do the work twice at the same time.</summary>
    /// <returns>The claim, to be disposed of when the result is stored; null where another process still holds it after <paramref name="wait"/>.</returns>
    public Task<StepClaim?> ClaimAsync(PipelineStep step, string imageKey, TimeSpan wait, CancellationToken cancellationToken) =>
        StepClaim.TryTakeAsync(database, $"{step}:{StableHash.Of(imageKey)}", wait, cancellationToken);

    /// <summary>Stores a thumbnail, replacing any reason why there was none.</summary>
    /// <returns>False where the row is gone or belongs to newer content: the thumbnail is nobody's.</returns>
    public async Task<bool> SaveThumbnailAsync(string imageKey, string etag, ThumbnailResult result, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            """
            UPDATE captions
            SET thumbnail_key = @thumbnail, preview_key = @preview, thumbnail_generated_at = CURRENT_TIMESTAMP(3), thumbnail_error = NULL,
                width = @width, height = @height, damaged = @damaged, placeholder = @placeholder, camera = @camera, taken_at = @taken
            WHERE image_key = @key AND object_etag = @etag
            """,
            cancellationToken,
            ("@key", imageKey), ("@etag", etag), ("@thumbnail", result.ThumbnailKey), ("@preview", result.PreviewKey), ("@width", result.Width), ("@height", result.Height),
            ("@damaged", result.Damaged), ("@placeholder", result.Placeholder), ("@camera", result.Camera), ("@taken", result.TakenAt)) > 0;

    /// <summary>Stores why there will be no thumbnail.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveThumbnailErrorAsync(string imageKey, string etag, string reason, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            "UPDATE captions SET thumbnail_error = LEFT(@reason, 1000), thumbnail_generated_at = NULL WHERE image_key = @key AND object_etag = @etag",
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@reason", reason)) > 0;

    /// <summary>Stores a caption, replacing any reason why there was none, but never a person's own words.</summary>
    /// <returns>False where the row is gone, belongs to newer content, or a person has written the caption.</returns>
    public async Task<bool> SaveCaptionAsync(string imageKey, string etag, string caption, string model, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            """
            UPDATE captions
            SET caption = @caption, caption_model = @model, caption_generated_at = CURRENT_TIMESTAMP(3), caption_error = NULL
            WHERE image_key = @key AND object_etag = @etag AND caption_edited_at IS NULL
            """,
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@caption", caption), ("@model", model)) > 0;

    /// <summary>Stores why there will be no caption.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveCaptionErrorAsync(string imageKey, string etag, string reason, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            "UPDATE captions SET caption_error = LEFT(@reason, 1000) WHERE image_key = @key AND object_etag = @etag AND caption_edited_at IS NULL",
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@reason", reason)) > 0;

    /// <summary>Stores a person's caption; from then on no model's replaces it.</summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    public async Task<ImageRecord?> EditCaptionAsync(long id, string caption, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            "UPDATE captions SET caption = @caption, caption_edited_at = CURRENT_TIMESTAMP(3), caption_error = NULL WHERE id = @id AND deleted_at IS NULL",
            cancellationToken, ("@id", id), ("@caption", caption));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>Clears every result and reason of an image, but not a person's caption, and counts the attempt, before its pipeline runs again.</summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    public async Task<ImageRecord?> ResetAsync(long id, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            UPDATE captions
            SET caption = IF(caption_edited_at IS NULL, NULL, caption), caption_model = IF(caption_edited_at IS NULL, NULL, caption_model),
                caption_generated_at = IF(caption_edited_at IS NULL, NULL, caption_generated_at), caption_error = NULL,
                thumbnail_key = NULL, preview_key = NULL, thumbnail_generated_at = NULL, thumbnail_error = NULL, damaged = 0, attempts = attempts + 1
            WHERE id = @id
            """,
            cancellationToken, ("@id", id));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>Counts another attempt without touching any result, before the reconciler starts the missing steps again.</summary>
    public Task CountAttemptAsync(long id, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE captions SET attempts = attempts + 1 WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Finds an image by its row's id; null where there is none, or where it is deleted.</summary>
    public Task<ImageRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        SingleAsync("WHERE id = @id AND deleted_at IS NULL", cancellationToken, ("@id", id));

    /// <summary>Finds images by their rows' ids, newest first; ids that are not there, or deleted, are left out.</summary>
    public Task<List<ImageRecord>> FindAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? Task.FromResult(new List<ImageRecord>())
            : ManyAsync($"WHERE id IN ({string.Join(',', ids)}) AND deleted_at IS NULL AND uploaded_at IS NOT NULL ORDER BY uploaded_at DESC, id DESC", cancellationToken);

    /// <summary>Finds an image by its object's key; null where there is none.</summary>
    public Task<ImageRecord?> FindByKeyAsync(string imageKey, CancellationToken cancellationToken) =>
        SingleAsync("WHERE image_key = @key", cancellationToken, ("@key", imageKey));

    /// <summary>Removes a row for good. Objects are the caller's to delete first or never to have been there.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(long id, CancellationToken cancellationToken) =>
        await ExecuteAsync("DELETE FROM captions WHERE id = @id", cancellationToken, ("@id", id)) > 0;

    /// <summary>Hides an image. Until it is purged, <see cref="RestoreAsync"/> brings it back.</summary>
    /// <returns>Whether there was one to hide.</returns>
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) =>
        await ExecuteAsync("UPDATE captions SET deleted_at = CURRENT_TIMESTAMP(3) WHERE id = @id AND deleted_at IS NULL", cancellationToken, ("@id", id)) > 0;

    /// <summary>Brings a deleted image back.</summary>
    /// <returns>False where it is too late, or there was none.</returns>
    public async Task<bool> RestoreAsync(long id, CancellationToken cancellationToken) =>
        await ExecuteAsync("UPDATE captions SET deleted_at = NULL WHERE id = @id AND deleted_at IS NOT NULL AND purged_at IS NULL", cancellationToken, ("@id", id)) > 0;

    /// <summary>Images deleted longer than <paramref name="age"/> ago whose objects are still there.</summary>
    public Task<List<ImageRecord>> ListPurgeableAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        ManyAsync(
            "WHERE deleted_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @age) AND purged_at IS NULL ORDER BY deleted_at LIMIT @limit",
            cancellationToken, ("@age", age.TotalSeconds), ("@limit", limit));

    /// <summary>Makes a deletion final, before the objects are deleted: then it can no longer be undone.</summary>
    /// <returns>False where it was undone in the meantime, or another process was first.</returns>
    public async Task<bool> PurgeAsync(long id, CancellationToken cancellationToken) =>
        await ExecuteAsync("UPDATE captions SET purged_at = CURRENT_TIMESTAMP(3) WHERE id = @id AND deleted_at IS NOT NULL AND purged_at IS NULL", cancellationToken, ("@id", id)) > 0;

    /// <summary>Takes a purge back whose objects could not be deleted, so that it is tried again.</summary>
    public Task PostponePurgeAsync(long id, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE captions SET purged_at = NULL WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Removes rows purged longer than <paramref name="age"/> ago: no page that is open still needs to hear of them.</summary>
    public Task RemovePurgedAsync(TimeSpan age, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM captions WHERE purged_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @age)", cancellationToken, ("@age", age.TotalSeconds));

    /// <summary>One page of uploaded images.</summary>
    public async Task<ImagePage> ListAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Condition(query);
        parameters.Add(("@limit", query.Limit + 1));
        if (query.Cursor is { } start)
        {
            var after = query.OldestFirst ? ">" : "<";
            where += $" AND (uploaded_at {after} FROM_UNIXTIME(@at / 1000) OR (uploaded_at = FROM_UNIXTIME(@at / 1000) AND id {after} @id))";
            parameters.Add(("@at", start.At));
            parameters.Add(("@id", start.Id));
        }

        var images = await ManyAsync($"{where} ORDER BY {(query.OldestFirst ? "uploaded_at, id" : "uploaded_at DESC, id DESC")} LIMIT @limit", cancellationToken, [.. parameters]);
        if (images.Count <= query.Limit)
        {
            return new ImagePage(images, null);
        }

        images.RemoveAt(query.Limit);
        var last = images[^1];
        return new ImagePage(images, new PageCursor(last.UploadedAt!.Value.ToUnixTimeMilliseconds(), last.Id));
    }

    /// <summary>How many images a query finds on all its pages.</summary>
    public async Task<long> CountAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Condition(query);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, $"SELECT COUNT(*) FROM captions {where}", [.. parameters]);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
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
        return new ImageNeighbours(newer.Images is [{ } next, ..] ? next.Id : null, older.Images is [{ } previous, ..] ? previous.Id : null);
    }

    /// <summary>Uploaded images whose row changed after <paramref name="cursor"/>, deleted ones too, oldest change first: what live updates are made of.</summary>
    public Task<List<ImageRecord>> ListChangesAsync(PageCursor cursor, int limit, CancellationToken cancellationToken) =>
        ManyAsync(
            """
            WHERE uploaded_at IS NOT NULL
              AND (updated_at > FROM_UNIXTIME(@at / 1000) OR (updated_at = FROM_UNIXTIME(@at / 1000) AND id > @id))
            ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@at", cursor.At), ("@id", cursor.Id), ("@limit", limit));

    /// <summary>The database's time, to start reading changes from.</summary>
    public async Task<DateTimeOffset> ClockAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT CAST(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000 AS SIGNED)";
        return DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Images that should have been finished: nothing changed for <paramref name="quiet"/>, a step has neither result nor reason
    /// (or the object never came), and fewer than <paramref name="maxAttempts"/> attempts were made.
    /// </summary>
    public Task<List<ImageRecord>> ListUnfinishedAsync(TimeSpan quiet, int maxAttempts, int limit, CancellationToken cancellationToken) =>
        ManyAsync(
            """
            WHERE updated_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @quiet) AND attempts < @attempts AND deleted_at IS NULL
              AND (uploaded_at IS NULL OR (thumbnail_key IS NULL AND thumbnail_error IS NULL) OR (caption IS NULL AND caption_error IS NULL))
            ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@quiet", quiet.TotalSeconds), ("@attempts", maxAttempts), ("@limit", limit));

    /// <summary>Becomes the one process that reconciles, as long as the claim is held.</summary>
    /// <returns>The claim; null where another process is the leader.</returns>
    public Task<StepClaim?> LeadReconciliationAsync(CancellationToken cancellationToken) =>
        StepClaim.TryTakeAsync(database, "imageapp:reconciler", TimeSpan.Zero, cancellationToken);

    private static (string Where, List<(string Name, object? Value)> Parameters) Condition(ImageQuery query)
    {
        var where = "WHERE uploaded_at IS NOT NULL AND deleted_at IS NULL" + query.Filter switch
        {
            ImageFilter.NoCaption => " AND caption IS NULL",
            ImageFilter.Failed => " AND (thumbnail_error IS NOT NULL OR caption_error IS NOT NULL)",
            _ => "",
        };
        return query.Search is { } search ? (where + search.Condition, [.. search.Parameters]) : (where, []);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<ImageRecord?> SingleAsync(string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        (await ManyAsync(where, cancellationToken, parameters)).SingleOrDefault();

    private async Task<List<ImageRecord>> ManyAsync(string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, $"SELECT {Columns} FROM captions {where}", parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<ImageRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Read(reader));
        }

        return rows;
    }

    private static MySqlCommand Command(MySqlConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static ImageRecord Read(DbDataReader row)
    {
        return new ImageRecord
        {
            Id = row.GetInt64(0),
            Key = row.GetString(1),
            FileName = row.GetString(2),
            ContentType = Text(3),
            SizeBytes = row.IsDBNull(4) ? null : row.GetInt64(4),
            Width = row.IsDBNull(5) ? null : row.GetInt32(5),
            Height = row.IsDBNull(6) ? null : row.GetInt32(6),
            ObjectETag = Text(7),
            UploadedAt = Time(8),
            Caption = Text(9),
            CaptionModel = Text(10),
            CaptionGeneratedAt = Time(11),
            CaptionError = Text(12),
            ThumbnailKey = Text(13),
            ThumbnailGeneratedAt = Time(14),
            ThumbnailError = Text(15),
            Damaged = row.GetBoolean(16),
            Attempts = row.GetInt32(17),
            UpdatedAt = Time(18)!.Value,
            CaptionEditedAt = Time(19),
            Camera = Text(20),
            TakenAt = row.IsDBNull(21) ? null : row.GetDateTime(21),
            Placeholder = Text(22),
            PreviewKey = Text(23),
            DeletedAt = Time(24),
        };

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
    }
}
