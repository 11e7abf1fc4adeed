using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for pictures that are brought in with what is known of them. Every method throws <see cref="MySqlException"/> where the
/// database is away.
/// </summary>
public sealed class ImportCatalogue(MySqlDataSource database)
{
    // Who says what is in the future has a wrong clock.
    private const string At = "LEAST(COALESCE(FROM_UNIXTIME(@at / 1000), CURRENT_TIMESTAMP(3)), CURRENT_TIMESTAMP(3))";

    // A TIMESTAMP begins in 1970; who says what is older has no clock.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch.AddYears(1);

    /// <summary>
    /// Stores what is known of a picture whose object is about to be put: so the step finds the caption there, and no model is asked for
    /// another.
    /// </summary>
    public Task PrepareAsync(long id, ImportedDetails details, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "prepare import",
            $"""
            UPDATE captions
            SET content_hash = @hash, is_favourite = @favourite, caption = @caption, caption_search = @search, caption_model = @model,
                caption_language = @language,
                caption_generated_at = IF(@model IS NULL, NULL, {At}),
                caption_edited_at = IF(@caption IS NULL OR @model IS NOT NULL, NULL, {At})
            WHERE id = @id AND uploaded_at IS NULL
            """,
            cancellationToken,
            ("@id", id), ("@hash", details.Sha256), ("@favourite", details.IsFavourite), ("@caption", details.Caption),
            ("@search", SearchText.Of(details.Caption)), ("@model", details.Caption is null ? null : details.CaptionModel),
            ("@language", details.Caption is null ? null : details.CaptionLanguage),
            ("@at", Milliseconds(details.CaptionAt)));

    /// <summary>Gives a picture whose object is there the time when it was added to the gallery that it comes from.</summary>
    public async Task KeepAddedTimeAsync(long id, DateTimeOffset? addedAt, CancellationToken cancellationToken)
    {
        if (Milliseconds(addedAt) is not { } added)
        {
            return;
        }

        // Its event was sent just now, whenever it was added.
        await database.ExecuteAsync(
            "keep added time",
            $"""
            UPDATE captions
            SET sent_at = COALESCE(sent_at, uploaded_at), uploaded_at = {At}, shown_at = {CatalogueTable.ShownAt}
            WHERE id = @id AND uploaded_at IS NOT NULL
            """,
            cancellationToken, ("@id", id), ("@at", added));
    }

    private static long? Milliseconds(DateTimeOffset? time) => time >= Earliest ? time.Value.ToUnixTimeMilliseconds() : null;
}
