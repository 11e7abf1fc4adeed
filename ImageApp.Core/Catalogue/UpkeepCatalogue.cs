using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for what keeps it tidy in the background. Every method throws <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class UpkeepCatalogue(MySqlDataSource database)
{
    /// <summary>
    /// Images that should have been finished: nothing changed for <paramref name="quiet"/>, a step has neither a result nor a final reason
    /// (or the object never came), and fewer than <paramref name="maxAttempts"/> attempts were made.
    /// </summary>
    public Task<List<ImageRecord>> ListUnfinishedAsync(TimeSpan quiet, int maxAttempts, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list unfinished images",
            $"""
            WHERE updated_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @quiet) AND attempts < @attempts AND deleted_at IS NULL
              AND (uploaded_at IS NULL OR {CatalogueTable.IsUnfinished})
            ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@quiet", quiet.TotalSeconds), ("@attempts", maxAttempts), ("@limit", limit));

    /// <summary>Counts another attempt without touching any result, before the missing steps start again.</summary>
    public Task CountAttemptAsync(long id, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "count attempt", "UPDATE captions SET attempts = attempts + 1 WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Gives every result that is missing the same reason: nothing will ever come of this image.</summary>
    public Task GiveUpAsync(long id, FailureReason reason, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "give up image",
            """
            UPDATE captions
            SET thumbnail_error_code = IF(thumbnail_key IS NULL, @code, thumbnail_error_code),
                thumbnail_error = IF(thumbnail_key IS NULL, @reason, thumbnail_error),
                caption_error_code = IF(caption IS NULL, @code, caption_error_code),
                caption_error = IF(caption IS NULL, @reason, caption_error)
            WHERE id = @id
            """,
            cancellationToken, ("@id", id), ("@reason", reason.Text), ("@code", reason.Code));

    /// <summary>Images deleted longer than <paramref name="age"/> ago whose objects are still there.</summary>
    public Task<List<ImageRecord>> ListPurgeableAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list purgeable images",
            """
            WHERE deleted_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @age) AND purged_at IS NULL
            ORDER BY deleted_at LIMIT @limit
            """,
            cancellationToken, ("@age", age.TotalSeconds), ("@limit", limit));

    /// <summary>Makes a deletion final, before the objects are deleted: then it can no longer be undone.</summary>
    /// <returns>False where it was undone in the meantime, or another process was first.</returns>
    public async Task<bool> PurgeAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "purge image",
            "UPDATE captions SET purged_at = CURRENT_TIMESTAMP(3) WHERE id = @id AND deleted_at IS NOT NULL AND purged_at IS NULL",
            cancellationToken, ("@id", id)) > 0;

    /// <summary>Takes a purge back whose objects could not be deleted, so that it is tried again.</summary>
    public Task PostponePurgeAsync(long id, CancellationToken cancellationToken) =>
        database.ExecuteAsync("postpone purge", "UPDATE captions SET purged_at = NULL WHERE id = @id", cancellationToken, ("@id", id));

    /// <summary>Removes rows purged longer than <paramref name="age"/> ago: no page that is open still needs to hear of them.</summary>
    public Task RemovePurgedAsync(TimeSpan age, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "remove purged rows",
            "DELETE FROM captions WHERE purged_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @age)",
            cancellationToken, ("@age", age.TotalSeconds));
}
