using ImageApp.Core.Text;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for what keeps it tidy in the background. Every method throws <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class UpkeepCatalogue(MySqlDataSource database)
{
    /// <summary>Images whose object should have come: nothing changed for <paramref name="quiet"/>.</summary>
    public Task<List<ImageRecord>> ListExpectedAsync(TimeSpan quiet, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list expected images",
            $"""
            WHERE uploaded_at IS NULL AND deleted_at IS NULL AND updated_at < {Ago("@quiet")} ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@quiet", quiet.TotalSeconds), ("@limit", limit));

    /// <summary>
    /// Images for which a step has neither a result nor a final reason, and never will by itself. What still waits is not among them:
    /// events behind others, for as long as the step takes events up; and reasons that pass, until they have passed.
    /// </summary>
    /// <param name="step"><c>caption</c> or <c>thumbnail</c>.</param>
    /// <param name="rules">What counts as stuck.</param>
    /// <param name="limit">The most images of each kind.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step.</exception>
    public async Task<List<StuckImage>> ListStuckAsync(string step, StuckRules rules, int limit, CancellationToken cancellationToken)
    {
        var started = CatalogueTable.StartedColumn(step)
            ?? throw new ArgumentOutOfRangeException(nameof(step), step, "There is no such step.");
        var (isMissing, error) = step == "caption"
            ? ("caption IS NULL", "caption_error")
            : ("(thumbnail_key IS NULL OR renditions_pending = 1)", "thumbnail_error");
        var retryAt = step == "caption" ? "caption_retry_at" : "NULL";
        var sent = CatalogueTable.SentAt;
        var shown = "WHERE uploaded_at IS NOT NULL AND deleted_at IS NULL";
        var isOpen = $"{isMissing} AND {error} IS NULL";
        var wasStarted = $"{started} >= {sent}";
        (string, object?)[] parameters =
        [
            ("@quiet", rules.Quiet.TotalSeconds), ("@expiry", rules.EventAge.TotalSeconds), ("@pause", rules.Pause.TotalSeconds),
            ("@attempts", rules.MaxAttempts), ("@limit", limit),
        ];

        // Where the queue has got to: of what was taken up lately, the event that was sent first.
        var head = await database.CountAsync(
            "find head of queue",
            $"""
            SELECT COALESCE(CAST(UNIX_TIMESTAMP(MIN({sent})) * 1000 AS SIGNED), 0) FROM captions WHERE {started} >= {Ago("@quiet")}
            """,
            cancellationToken, parameters);

        var failed = await database.SelectAsync(
            $"list failed {step}s",
            $"""
            {shown} AND {isOpen} AND {wasStarted} AND {started} < {Ago("@quiet")} AND attempts < @attempts
            ORDER BY {started}, id LIMIT @limit
            """,
            cancellationToken, parameters);
        var lost = await database.SelectAsync(
            $"list lost {step}s",
            $"""
            {shown} AND {isOpen} AND ({started} IS NULL OR NOT {wasStarted}) AND attempts < @attempts
              AND ({sent} < {Ago("@expiry")} OR {sent} < FROM_UNIXTIME(@head / 1000 - @quiet))
            ORDER BY uploaded_at, id LIMIT @limit
            """,
            cancellationToken, [.. parameters, ("@head", Math.Max(head, (long)rules.Quiet.TotalMilliseconds))]);
        // A reason that says when it is over is believed; sent_at tells that the event is not under way again.
        var paused = await database.SelectAsync(
            $"list paused {step}s",
            $"""
            {shown} AND {isMissing} AND {error}_code IN ({CatalogueTable.Passing})
              AND ({error}_code <> '{FailureCodes.ModelTimeout}' OR attempts < @attempts)
              AND (({wasStarted} AND {retryAt} IS NULL AND {started} < {Ago("@quiet")} AND {started} < {Ago("@pause")})
                OR ({wasStarted} AND {retryAt} < CURRENT_TIMESTAMP(3))
                OR (NOT {wasStarted} AND {sent} < {Ago("@expiry")}))
            ORDER BY {started}, id LIMIT @resumed
            """,
            cancellationToken, [.. parameters, ("@resumed", Math.Min(limit, rules.Resumed))]);

        // A queue that stands still may be long: a few are sent again, and when they are taken up the others are seen to be lost.
        var probes = head > 0 ? [] : await database.SelectAsync(
            $"list waiting {step}s",
            $"""
            {shown} AND {isOpen} AND ({started} IS NULL OR NOT {wasStarted}) AND {sent} < {Ago("@quiet")} AND {sent} >= {Ago("@expiry")}
            ORDER BY {sent}, id LIMIT @probes
            """,
            cancellationToken, [.. parameters, ("@probes", rules.Probes)]);
        return
        [
            .. failed.Select(image => new StuckImage(image, IsFailure: true)),
            .. lost.Select(image => new StuckImage(image, IsFailure: true)),
            .. paused.Select(image => new StuckImage(
                image, IsFailure: image.CaptionErrorCode is FailureCodes.ProviderAway or FailureCodes.ModelTimeout)),
            .. probes.Select(image => new StuckImage(image, IsFailure: false)),
        ];
    }

    /// <summary>Images whose caption is to be written again and whose event is not under way.</summary>
    public Task<List<ImageRecord>> ListToDescribeAgainAsync(StuckRules rules, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list pictures to describe again",
            $"""
            WHERE caption_again = 1 AND uploaded_at IS NOT NULL AND deleted_at IS NULL
              AND (caption_retry_at IS NULL OR caption_retry_at < CURRENT_TIMESTAMP(3))
              AND (caption_started_at IS NULL OR caption_started_at < {Ago("@quiet")})
              AND (caption_started_at >= {CatalogueTable.SentAt} OR {CatalogueTable.SentAt} < {Ago("@expiry")})
            ORDER BY id LIMIT @limit
            """,
            cancellationToken,
            ("@quiet", rules.Quiet.TotalSeconds), ("@expiry", rules.EventAge.TotalSeconds), ("@limit", rules.Resumed));

    /// <summary>How many captions were stored lately.</summary>
    public Task<long> CountCaptionsAsync(TimeSpan age, CancellationToken cancellationToken) =>
        database.CountAsync(
            "count new captions",
            $"""
            SELECT COUNT(*) FROM captions WHERE caption_started_at >= {Ago("@age")} AND caption_generated_at >= caption_started_at
            """,
            cancellationToken, ("@age", age.TotalSeconds));

    /// <summary>Records that an image's event is about to be sent once more.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="isFailure">Whether it counts as an attempt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task MarkSentAsync(long id, bool isFailure, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "mark sent",
            "UPDATE captions SET sent_at = CURRENT_TIMESTAMP(3), attempts = attempts + @failures, updated_at = updated_at WHERE id = @id",
            cancellationToken, ("@id", id), ("@failures", isFailure ? 1 : 0));

    /// <summary>
    /// Lets the object's next event count as the same content, whatever eTag it brings: for a row of an older version, which knows its
    /// content by the eTag alone, before the object is copied onto itself.
    /// </summary>
    /// <param name="id">The row's id.</param>
    /// <param name="etag">The object's eTag now, without quotes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task ExpectSameContentAsync(long id, string etag, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "expect same content",
            """
            UPDATE captions SET object_etag = NULL, updated_at = updated_at
            WHERE id = @id AND object_etag = @etag AND content_hash IS NULL
            """,
            cancellationToken, ("@id", id), ("@etag", etag));

    /// <summary>The rows of a range of keys, in the order of the keys' bytes, which is that of S3's listings.</summary>
    /// <param name="after">The key before the range; empty for the beginning.</param>
    /// <param name="until">The range's last key; null for the end.</param>
    /// <param name="limit">The most rows.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<List<ImageRecord>> ListByKeyAsync(string after, string? until, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list rows by key",
            $"""
            WHERE key_bytes > @after {(until is null ? "" : "AND key_bytes <= @until")} AND uploaded_at IS NOT NULL
            ORDER BY key_bytes LIMIT @limit
            """,
            cancellationToken,
            ("@after", CatalogueTable.Bytes(after)), ("@until", until is null ? null : CatalogueTable.Bytes(until)), ("@limit", limit));

    /// <summary>
    /// Makes the row of an object that nobody told of, or brings back that of one which was removed and is there again; its steps are then
    /// found to be missing.
    /// </summary>
    public Task AdoptAsync(NewImage item, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "adopt object",
            """
            INSERT INTO captions (image_key, file_name, name_search, search_version, content_type, size_bytes, uploaded_at, shown_at)
            VALUES (@key, @name, @search, @version, @type, @size, CURRENT_TIMESTAMP(3), UTC_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE
                thumbnail_key = IF(purged_at IS NULL, thumbnail_key, NULL), preview_key = IF(purged_at IS NULL, preview_key, NULL),
                renditions = IF(purged_at IS NULL, renditions, NULL),
                sent_at = IF(purged_at IS NULL, sent_at, CURRENT_TIMESTAMP(3)),
                deleted_at = IF(purged_at IS NULL, deleted_at, NULL), deletion_final = 0, purged_at = NULL
            """,
            cancellationToken,
            ("@key", item.Key), ("@name", item.FileName), ("@search", SearchText.Of(item.FileName)), ("@version", SearchText.Version),
            ("@type", item.ContentType), ("@size", item.SizeBytes));

    /// <summary>
    /// Makes what is searched of rows that have none, or one by older rules, and brings their texts into normalization form C. A row that
    /// changes meanwhile is left for the next time.
    /// </summary>
    /// <returns>How many rows were looked at; 0 where none is left.</returns>
    public async Task<int> IndexTextsAsync(int limit, CancellationToken cancellationToken)
    {
        var rows = await database.SelectAsync(
            "list rows to index",
            "WHERE search_version < @version ORDER BY search_version, id LIMIT @limit",
            cancellationToken, ("@version", SearchText.Version), ("@limit", limit));
        foreach (var row in rows)
        {
            var (name, caption) = (TextNormalization.FormC(row.FileName), row.Caption is { } text ? TextNormalization.FormC(text) : null);
            await database.ExecuteAsync(
                "index texts",
                """
                UPDATE captions
                SET file_name = @name, name_search = @nameSearch, caption = @caption, caption_search = @captionSearch,
                    search_version = @version, updated_at = updated_at
                WHERE id = @id AND CAST(file_name AS BINARY) = CAST(@oldName AS BINARY)
                  AND CAST(caption AS BINARY) <=> CAST(@oldCaption AS BINARY)
                """,
                cancellationToken,
                ("@id", row.Id), ("@name", name), ("@caption", caption), ("@version", SearchText.Version),
                ("@nameSearch", SearchText.Of(name)), ("@captionSearch", SearchText.Of(caption)),
                ("@oldName", row.FileName), ("@oldCaption", row.Caption));
        }

        return rows.Count;
    }

    /// <summary>Finds rows whose caption an older version wrote beside this one, and has them indexed again.</summary>
    /// <param name="age">How long ago rows have changed at most; null for all, which reads every row.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task ForgetStaleTextsAsync(TimeSpan? age, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "forget stale texts",
            $"""
            UPDATE captions SET search_version = 0, updated_at = updated_at
            WHERE {Changed(age)} search_version > 0 AND (caption IS NULL) <> (caption_search IS NULL)
            """,
            cancellationToken, ("@age", age?.TotalSeconds));

    /// <summary>
    /// Gives rows the time by which they are shown that an older version, still running beside this one, has written without it, or whose
    /// other times it has changed.
    /// </summary>
    /// <param name="age">How long ago rows have changed at most; null for all, which reads every row.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many rows there were.</returns>
    public Task<int> FillShownTimesAsync(TimeSpan? age, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "fill shown times",
            $"""
            UPDATE captions SET shown_at = {CatalogueTable.ShownAt}, updated_at = updated_at
            WHERE {Changed(age)} uploaded_at IS NOT NULL AND NOT (shown_at <=> {CatalogueTable.ShownAt})
            """,
            cancellationToken, ("@age", age?.TotalSeconds));

    /// <summary>Images that can no longer be brought back and whose objects are still there.</summary>
    public Task<List<ImageRecord>> ListPurgeableAsync(int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list purgeable images",
            $"WHERE deleted_at IS NOT NULL AND purged_at IS NULL AND NOT ({CatalogueTable.IsInTrash}) ORDER BY deleted_at LIMIT @limit",
            cancellationToken, ("@limit", limit));

    /// <summary>Makes a deletion final, before the objects are deleted: then it can no longer be undone.</summary>
    /// <returns>False where it was undone in the meantime, or another process was first.</returns>
    public async Task<bool> PurgeAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "purge image",
            """
            UPDATE captions SET purged_at = CURRENT_TIMESTAMP(3), deletion_final = 1
            WHERE id = @id AND deleted_at IS NOT NULL AND purged_at IS NULL
            """,
            cancellationToken, ("@id", id)) > 0;

    /// <summary>Takes a purge back whose objects could not be deleted, so that it is tried again.</summary>
    public Task PostponePurgeAsync(long id, CancellationToken cancellationToken) =>
        database.ExecuteAsync("postpone purge", "UPDATE captions SET purged_at = NULL WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Rows purged longer than <paramref name="age"/> ago: no page that is open still needs to hear of them.</summary>
    public Task<List<ImageRecord>> ListPurgedAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list purged rows",
            $"WHERE deleted_at IS NOT NULL AND purged_at < {Ago("@age")} ORDER BY purged_at, id LIMIT @limit",
            cancellationToken, ("@age", age.TotalSeconds), ("@limit", limit));

    /// <summary>Removes the row of a purged image, unless it has come back meanwhile.</summary>
    public Task RemovePurgedAsync(ImageRecord image, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "remove purged row", "DELETE FROM captions WHERE id = @id AND purged_at IS NOT NULL", cancellationToken, ("@id", image.Id));

    private static string Changed(TimeSpan? age) => age is null ? "" : $"updated_at >= {Ago("@age")} AND";

    private static string Ago(string seconds) => $"FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - {seconds})";
}
