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
        damaged, attempts, CAST(UNIX_TIMESTAMP(updated_at) * 1000 AS SIGNED)
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
                width = {ifOther}, width, NULL), height = {ifOther}, height, NULL),
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
    public async Task<bool> SaveThumbnailAsync(string imageKey, string etag, string thumbnailKey, int width, int height, bool damaged, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            """
            UPDATE captions
            SET thumbnail_key = @thumbnail, thumbnail_generated_at = CURRENT_TIMESTAMP(3), thumbnail_error = NULL,
                width = @width, height = @height, damaged = @damaged
            WHERE image_key = @key AND object_etag = @etag
            """,
            cancellationToken,
            ("@key", imageKey), ("@etag", etag), ("@thumbnail", thumbnailKey), ("@width", width), ("@height", height), ("@damaged", damaged)) > 0;

    /// <summary>Stores why there will be no thumbnail.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveThumbnailErrorAsync(string imageKey, string etag, string reason, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            "UPDATE captions SET thumbnail_error = LEFT(@reason, 1000), thumbnail_generated_at = NULL WHERE image_key = @key AND object_etag = @etag",
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@reason", reason)) > 0;

    /// <summary>Stores a caption, replacing any reason why there was none.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveCaptionAsync(string imageKey, string etag, string caption, string model, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            """
            UPDATE captions
            SET caption = @caption, caption_model = @model, caption_generated_at = CURRENT_TIMESTAMP(3), caption_error = NULL
            WHERE image_key = @key AND object_etag = @etag
            """,
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@caption", caption), ("@model", model)) > 0;

    /// <summary>Stores why there will be no caption.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveCaptionErrorAsync(string imageKey, string etag, string reason, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            "UPDATE captions SET caption_error = LEFT(@reason, 1000) WHERE image_key = @key AND object_etag = @etag",
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@reason", reason)) > 0;

    /// <summary>Clears every result and reason of an image and counts the attempt, before its pipeline runs again.</summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    public async Task<ImageRecord?> ResetAsync(long id, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            UPDATE captions
            SET caption = NULL, caption_model = NULL, caption_generated_at = NULL, caption_error = NULL,
                thumbnail_key = NULL, thumbnail_generated_at = NULL, thumbnail_error = NULL, damaged = 0, attempts = attempts + 1
            WHERE id = @id
            """,
            cancellationToken, ("@id", id));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>Counts another attempt without touching any result, before the reconciler starts the missing steps again.</summary>
    public Task CountAttemptAsync(long id, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE captions SET attempts = attempts + 1 WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Finds an image by its row's id; null where there is none.</summary>
    public Task<ImageRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        SingleAsync("WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Finds an image by its object's key; null where there is none.</summary>
    public Task<ImageRecord?> FindByKeyAsync(string imageKey, CancellationToken cancellationToken) =>
        SingleAsync("WHERE image_key = @key", cancellationToken, ("@key", imageKey));

    /// <summary>Deletes the row. Objects are the caller's to delete, afterwards: an object without a row is found by key, a row without an object misleads.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) =>
        await ExecuteAsync("DELETE FROM captions WHERE id = @id", cancellationToken, ("@id", id)) > 0;

    /// <summary>One page of uploaded images, newest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="cursor">Where the previous page ended; null for the first.</param>
    /// <param name="search">Words to find in captions and file names; null for all images.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<ImagePage> ListAsync(int limit, PageCursor? cursor, SearchTerms? search, CancellationToken cancellationToken)
    {
        var where = "WHERE uploaded_at IS NOT NULL";
        var parameters = new List<(string, object?)> { ("@limit", limit + 1) };
        if (cursor is { } start)
        {
            where += " AND (uploaded_at < FROM_UNIXTIME(@at / 1000) OR (uploaded_at = FROM_UNIXTIME(@at / 1000) AND id < @id))";
            parameters.Add(("@at", start.At));
            parameters.Add(("@id", start.Id));
        }

        if (search is not null)
        {
            where += search.Condition;
            parameters.AddRange(search.Parameters);
        }

        var images = await ManyAsync($"{where} ORDER BY uploaded_at DESC, id DESC LIMIT @limit", cancellationToken, [.. parameters]);
        if (images.Count <= limit)
        {
            return new ImagePage(images, null);
        }

        images.RemoveAt(limit);
        var last = images[^1];
        return new ImagePage(images, new PageCursor(last.UploadedAt!.Value.ToUnixTimeMilliseconds(), last.Id));
    }

    /// <summary>Uploaded images whose row changed after <paramref name="cursor"/>, oldest change first: what live updates are made of.</summary>
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
            WHERE updated_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @quiet) AND attempts < @attempts
              AND (uploaded_at IS NULL OR (thumbnail_key IS NULL AND thumbnail_error IS NULL) OR (caption IS NULL AND caption_error IS NULL))
            ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@quiet", quiet.TotalSeconds), ("@attempts", maxAttempts), ("@limit", limit));

    /// <summary>Becomes the one process that reconciles, as long as the claim is held.</summary>
    /// <returns>The claim; null where another process is the leader.</returns>
    public Task<StepClaim?> LeadReconciliationAsync(CancellationToken cancellationToken) =>
        StepClaim.TryTakeAsync(database, "imageapp:reconciler", TimeSpan.Zero, cancellationToken);

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
        };

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
    }
}
