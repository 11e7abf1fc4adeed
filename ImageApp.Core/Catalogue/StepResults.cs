using System.Text;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for the functions: what they find in the bucket, and what they make of it. Every method throws
/// <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class StepResults(MySqlDataSource database)
{
    /// <summary>Finds an image by its object's key, be it deleted or not; null where there is none.</summary>
    public Task<ImageRecord?> FindAsync(string imageKey, CancellationToken cancellationToken) =>
        database.FindAsync("find image", "WHERE key_bytes = @key", cancellationToken, ("@key", CatalogueTable.Bytes(imageKey)));

    /// <summary>
    /// Records an object found in the bucket, whether or not the app put it there, and that a step takes it up. Other content than before,
    /// by its hash, or by its eTag where a hash is missing, drops all results of the old; the same content keeps them, and the eTag they
    /// were stored under. What is put under the key of a picture that was deleted for good a moment ago is deleted as well.
    /// </summary>
    /// <exception cref="ArgumentException">The key is longer than <see cref="ImageKey.MaxBytes"/>.</exception>
    public async Task<ImageRecord> ObserveAsync(ObservedObject item, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(item.Key) is > ImageKey.MaxBytes and var length)
        {
            throw new ArgumentException($"The key has {length} bytes; at most {ImageKey.MaxBytes} are allowed.", nameof(item));
        }

        // Assignments run from left to right on both servers, and each compares with the old values: eTag and hash come last.
        const string isSame =
            """
            IF(content_hash IS NULL OR VALUES(content_hash) IS NULL,
                object_etag IS NULL OR object_etag = VALUES(object_etag), content_hash = VALUES(content_hash))
            """;
        const string ifSame = $"IF({isSame}";

        // What was removed from the bucket has lost its renditions.
        const string ifKept = $"IF(purged_at IS NULL AND {isSame}";
        var (started, column, now) = CatalogueTable.StartedColumn(item.Step) is { } name
            ? ($"{name} = CURRENT_TIMESTAMP(3),", $", {name}", ", CURRENT_TIMESTAMP(3)")
            : ("", "", "");
        await database.ExecuteAsync(
            "observe object",
            $"""
            INSERT INTO captions
                (image_key, file_name, name_search, search_version, content_type, size_bytes, object_etag, content_hash, uploaded_at,
                 shown_at{column})
            VALUES
                (@key, @name, @search, @version, @type, @size, @etag, @hash, CURRENT_TIMESTAMP(3), UTC_TIMESTAMP(3){now})
            ON DUPLICATE KEY UPDATE
                updated_at = IF(
                    {isSame} AND uploaded_at IS NOT NULL AND purged_at IS NULL AND size_bytes <=> VALUES(size_bytes)
                    AND (VALUES(content_type) IS NULL OR content_type <=> VALUES(content_type)), updated_at, CURRENT_TIMESTAMP(3)),
                caption = {ifSame}, caption, NULL), caption_search = {ifSame}, caption_search, NULL),
                caption_model = {ifSame}, caption_model, NULL), caption_language = {ifSame}, caption_language, NULL),
                caption_shortened = {ifSame}, caption_shortened, 0), caption_again = {ifSame}, caption_again, 0),
                caption_generated_at = {ifSame}, caption_generated_at, NULL), caption_edited_at = {ifSame}, caption_edited_at, NULL),
                caption_error = {ifSame}, caption_error, NULL), caption_error_code = {ifSame}, caption_error_code, NULL),
                caption_retry_at = {ifSame}, caption_retry_at, NULL),
                thumbnail_key = {ifKept}, thumbnail_key, NULL), thumbnail_generated_at = {ifKept}, thumbnail_generated_at, NULL),
                thumbnail_error = {ifSame}, thumbnail_error, NULL), thumbnail_error_code = {ifSame}, thumbnail_error_code, NULL),
                damaged = {ifSame}, damaged, 0), width = {ifSame}, width, NULL), height = {ifSame}, height, NULL),
                preview_key = {ifKept}, preview_key, NULL), placeholder = {ifSame}, placeholder, NULL),
                camera = {ifSame}, camera, NULL), taken_at = {ifSame}, taken_at, NULL), taken_offset = {ifSame}, taken_offset, NULL),
                lens = {ifSame}, lens, NULL), exposure_time = {ifSame}, exposure_time, NULL), f_number = {ifSame}, f_number, NULL),
                iso = {ifSame}, iso, NULL), focal_length = {ifSame}, focal_length, NULL),
                latitude = {ifSame}, latitude, NULL), longitude = {ifSame}, longitude, NULL),
                animated = {ifSame}, animated, 0), has_alpha = {ifSame}, has_alpha, 0), renditions = {ifKept}, renditions, NULL),
                attempts = {ifKept}, attempts, 0), sent_at = {ifKept}, sent_at, CURRENT_TIMESTAMP(3)),
                object_etag = {ifSame}, COALESCE(object_etag, VALUES(object_etag)), VALUES(object_etag)),
                {started}
                deleted_at = IF(purged_at IS NULL OR {CatalogueTable.IsBarred}, deleted_at, NULL),
                deletion_final = IF(deleted_at IS NULL, 0, deletion_final), purged_at = NULL,
                content_type = COALESCE(VALUES(content_type), content_type), size_bytes = VALUES(size_bytes),
                uploaded_at = COALESCE(uploaded_at, VALUES(uploaded_at)), shown_at = {CatalogueTable.ShownAt},
                content_hash = VALUES(content_hash)
            """,
            cancellationToken,
            ("@key", item.Key), ("@name", item.FileName), ("@search", SearchText.Of(item.FileName)), ("@version", SearchText.Version),
            ("@type", item.ContentType), ("@size", item.SizeBytes), ("@etag", item.ETag), ("@hash", item.ContentHash));
        return await FindAsync(item.Key, cancellationToken)
            ?? throw new InvalidOperationException($"The row of '{item.Key}' was deleted while it was being recorded.");
    }

    /// <summary>
    /// Records that an object is no longer in the bucket: the picture leaves the gallery. A caption is kept with the row for a while, for
    /// the case that the same content comes back.
    /// </summary>
    /// <returns>False where there is no row, or where the gallery itself deleted the object.</returns>
    public async Task<bool> MarkRemovedAsync(string imageKey, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "mark removed",
            """
            UPDATE captions SET deleted_at = COALESCE(deleted_at, CURRENT_TIMESTAMP(3)), purged_at = CURRENT_TIMESTAMP(3)
            WHERE key_bytes = @key AND purged_at IS NULL
            """,
            cancellationToken, ("@key", CatalogueTable.Bytes(imageKey))) > 0;

    /// <summary>
    /// Takes back <see cref="MarkRemovedAsync"/>: the object was put again in the same moment. What was deleted for good stays deleted, and
    /// the object that is there now is deleted, too.
    /// </summary>
    public Task UnmarkRemovedAsync(string imageKey, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "unmark removed",
            """
            UPDATE captions SET deleted_at = IF(deletion_final = 1, deleted_at, NULL), purged_at = NULL
            WHERE key_bytes = @key AND purged_at IS NOT NULL
            """,
            cancellationToken, ("@key", CatalogueTable.Bytes(imageKey)));

    /// <summary>
    /// Stores a thumbnail and what else is known of the image, replacing any reason why there was none; where renditions are still to
    /// come, <see cref="SaveRenditionsAsync"/> follows.
    /// </summary>
    /// <returns>False where the row is gone or belongs to newer content: the thumbnail is nobody's.</returns>
    public async Task<bool> SaveThumbnailAsync(string imageKey, string etag, ThumbnailResult result, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save thumbnail",
            $"""
            UPDATE captions
            SET thumbnail_key = @thumbnail, preview_key = @preview, renditions = @renditions, renditions_pending = @pending,
                thumbnail_generated_at = CURRENT_TIMESTAMP(3), thumbnail_error = NULL, thumbnail_error_code = NULL,
                width = @width, height = @height, damaged = @damaged, placeholder = @placeholder, camera = @camera, taken_at = @taken,
                taken_offset = @offset, lens = @lens, exposure_time = @exposure, f_number = @aperture, iso = @iso, focal_length = @focal,
                latitude = @latitude, longitude = @longitude, animated = @animated, has_alpha = @alpha,
                shown_at = {CatalogueTable.ShownAt}
            WHERE key_bytes = @key AND object_etag = @etag
            """,
            cancellationToken,
            ("@key", CatalogueTable.Bytes(imageKey)), ("@etag", etag), ("@thumbnail", result.ThumbnailKey), ("@preview", result.PreviewKey),
            ("@width", result.Width), ("@height", result.Height), ("@damaged", result.Damaged), ("@placeholder", result.Placeholder),
            ("@camera", result.Camera), ("@taken", result.TakenAt), ("@offset", (int?)result.TakenAtOffset?.TotalMinutes),
            ("@lens", result.Lens), ("@exposure", result.ExposureTime), ("@aperture", result.FNumber), ("@iso", result.Iso),
            ("@focal", result.FocalLength), ("@latitude", result.Latitude), ("@longitude", result.Longitude),
            ("@animated", result.IsAnimated), ("@alpha", result.HasAlpha), ("@renditions", string.Join(',', result.RenditionSides)),
            ("@pending", result.AreRenditionsPending)) > 0;

    /// <summary>Stores which renditions there are beside a thumbnail. That keeps its version, so that who has it need not fetch it again.
    /// </summary>
    /// <returns>False where the row is gone, belongs to newer content, or its results were cleared: the renditions are nobody's.</returns>
    public async Task<bool> SaveRenditionsAsync(
        string imageKey, string etag, ThumbnailResult result, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save renditions",
            """
            UPDATE captions
            SET preview_key = @preview, renditions = @renditions, renditions_pending = 0, damaged = @damaged, has_alpha = @alpha
            WHERE key_bytes = @key AND object_etag = @etag AND thumbnail_key = @thumbnail
            """,
            cancellationToken,
            ("@key", CatalogueTable.Bytes(imageKey)), ("@etag", etag), ("@thumbnail", result.ThumbnailKey), ("@preview", result.PreviewKey),
            ("@renditions", string.Join(',', result.RenditionSides)), ("@damaged", result.Damaged), ("@alpha", result.HasAlpha)) > 0;

    /// <summary>Stores why there is no thumbnail.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveThumbnailFailureAsync(
        string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save thumbnail's failure",
            """
            UPDATE captions
            SET thumbnail_error = LEFT(@reason, 1000), thumbnail_error_code = @code, thumbnail_generated_at = NULL
            WHERE key_bytes = @key AND object_etag = @etag
            """,
            cancellationToken,
            ("@key", CatalogueTable.Bytes(imageKey)), ("@etag", etag), ("@reason", reason.Text), ("@code", reason.Code)) > 0;

    /// <summary>Stores a caption, replacing any reason why there was none, but never a person's own words.</summary>
    /// <returns>False where the row is gone, belongs to newer content, or a person has written the caption.</returns>
    public async Task<bool> SaveCaptionAsync(string imageKey, string etag, CaptionResult result, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save caption",
            """
            UPDATE captions
            SET caption = @caption, caption_search = @search, caption_model = @model, caption_language = @language,
                caption_shortened = @shortened, caption_again = 0, caption_generated_at = CURRENT_TIMESTAMP(3),
                caption_error = NULL, caption_error_code = NULL, caption_retry_at = NULL
            WHERE key_bytes = @key AND object_etag = @etag AND caption_edited_at IS NULL
            """,
            cancellationToken, ("@key", CatalogueTable.Bytes(imageKey)), ("@etag", etag), ("@caption", result.Text),
            ("@search", SearchText.Of(result.Text)), ("@model", result.Model), ("@language", result.Language),
            ("@shortened", result.IsShortened)) > 0;

    /// <summary>
    /// Stores why there is no caption. One that is there stays, also where it was to be written again; a reason that passes then waits in
    /// the row, and any other ends the wish. Where nobody knows when a reason passes, the waits grow from a minute to six hours.
    /// </summary>
    /// <returns>False where the row is gone, belongs to newer content, or a person has written the caption.</returns>
    public async Task<bool> SaveCaptionFailureAsync(
        string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save caption's failure",
            """
            UPDATE captions
            SET caption_error = IF(caption IS NULL, LEFT(@reason, 1000), NULL), caption_error_code = IF(caption IS NULL, @code, NULL),
                caption_again = IF(@final, 0, caption_again),
                caption_retry_at = IF(
                    @grows, CURRENT_TIMESTAMP(3) + INTERVAL LEAST(60 * POW(2, LEAST(attempts, 20)), 21600) SECOND,
                    FROM_UNIXTIME(@retry / 1000))
            WHERE key_bytes = @key AND object_etag = @etag AND caption_edited_at IS NULL
            """,
            cancellationToken, ("@key", CatalogueTable.Bytes(imageKey)), ("@etag", etag), ("@reason", reason.Text), ("@code", reason.Code),
            ("@final", reason.IsFinal),
            ("@grows", reason is { RetryAt: null, Code: FailureCodes.ProviderAway or FailureCodes.ModelTimeout }),
            ("@retry", reason.RetryAt?.ToUnixTimeMilliseconds())) > 0;
}
