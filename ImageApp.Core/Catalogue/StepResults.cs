using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for the functions: what they find in the bucket, and what they make of it. Every method throws
/// <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class StepResults(MySqlDataSource database)
{
    /// <summary>Finds an image by its object's key; null where there is none.</summary>
    public Task<ImageRecord?> FindAsync(string imageKey, CancellationToken cancellationToken) =>
        database.FindAsync("find image", "WHERE image_key = @key", cancellationToken, ("@key", imageKey));

    /// <summary>
    /// Records an object found in the bucket, whether or not the app put it there. A different eTag means different content:
    /// then all results of the old content are dropped.
    /// </summary>
    /// <exception cref="ArgumentException">The key is longer than <see cref="ImageKey.MaxLength"/>.</exception>
    public async Task<ImageRecord> ObserveAsync(ObservedObject item, CancellationToken cancellationToken)
    {
        if (item.Key.Length > ImageKey.MaxLength)
        {
            throw new ArgumentException(
                $"The key has {item.Key.Length} characters; at most {ImageKey.MaxLength} are allowed.", nameof(item));
        }

        // Assignments run from left to right on both servers: object_etag comes last, since the others compare with its old value.
        const string ifOther = "IF(object_etag IS NULL OR object_etag = VALUES(object_etag)";
        await database.ExecuteAsync(
            "observe object",
            $"""
            INSERT INTO captions (image_key, file_name, content_type, size_bytes, object_etag, uploaded_at)
            VALUES (@key, @name, @type, @size, @etag, CURRENT_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE
                caption = {ifOther}, caption, NULL), caption_model = {ifOther}, caption_model, NULL),
                caption_generated_at = {ifOther}, caption_generated_at, NULL), caption_edited_at = {ifOther}, caption_edited_at, NULL),
                caption_error = {ifOther}, caption_error, NULL), caption_error_code = {ifOther}, caption_error_code, NULL),
                thumbnail_key = {ifOther}, thumbnail_key, NULL), thumbnail_generated_at = {ifOther}, thumbnail_generated_at, NULL),
                thumbnail_error = {ifOther}, thumbnail_error, NULL), thumbnail_error_code = {ifOther}, thumbnail_error_code, NULL),
                damaged = {ifOther}, damaged, 0), width = {ifOther}, width, NULL), height = {ifOther}, height, NULL),
                preview_key = {ifOther}, preview_key, NULL), placeholder = {ifOther}, placeholder, NULL),
                camera = {ifOther}, camera, NULL), taken_at = {ifOther}, taken_at, NULL),
                deleted_at = IF(purged_at IS NULL, deleted_at, NULL), purged_at = NULL,
                content_type = COALESCE(VALUES(content_type), content_type), size_bytes = VALUES(size_bytes),
                uploaded_at = COALESCE(uploaded_at, VALUES(uploaded_at)), object_etag = VALUES(object_etag)
            """,
            cancellationToken,
            ("@key", item.Key), ("@name", item.FileName), ("@type", item.ContentType), ("@size", item.SizeBytes), ("@etag", item.ETag));
        return await FindAsync(item.Key, cancellationToken)
            ?? throw new InvalidOperationException($"The row of '{item.Key}' was deleted while it was being recorded.");
    }

    /// <summary>Stores a thumbnail, replacing any reason why there was none.</summary>
    /// <returns>False where the row is gone or belongs to newer content: the thumbnail is nobody's.</returns>
    public async Task<bool> SaveThumbnailAsync(string imageKey, string etag, ThumbnailResult result, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save thumbnail",
            """
            UPDATE captions
            SET thumbnail_key = @thumbnail, preview_key = @preview, thumbnail_generated_at = CURRENT_TIMESTAMP(3),
                thumbnail_error = NULL, thumbnail_error_code = NULL,
                width = @width, height = @height, damaged = @damaged, placeholder = @placeholder, camera = @camera, taken_at = @taken
            WHERE image_key = @key AND object_etag = @etag
            """,
            cancellationToken,
            ("@key", imageKey), ("@etag", etag), ("@thumbnail", result.ThumbnailKey), ("@preview", result.PreviewKey),
            ("@width", result.Width), ("@height", result.Height), ("@damaged", result.Damaged), ("@placeholder", result.Placeholder),
            ("@camera", result.Camera), ("@taken", result.TakenAt)) > 0;

    /// <summary>Stores why there is no thumbnail.</summary>
    /// <returns>False where the row is gone or belongs to newer content.</returns>
    public async Task<bool> SaveThumbnailFailureAsync(
        string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save thumbnail's failure",
            """
            UPDATE captions
            SET thumbnail_error = LEFT(@reason, 1000), thumbnail_error_code = @code, thumbnail_generated_at = NULL
            WHERE image_key = @key AND object_etag = @etag
            """,
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@reason", reason.Text), ("@code", reason.Code)) > 0;

    /// <summary>Stores a caption, replacing any reason why there was none, but never a person's own words.</summary>
    /// <returns>False where the row is gone, belongs to newer content, or a person has written the caption.</returns>
    public async Task<bool> SaveCaptionAsync(
        string imageKey, string etag, string caption, string model, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save caption",
            """
            UPDATE captions
            SET caption = @caption, caption_model = @model, caption_generated_at = CURRENT_TIMESTAMP(3),
                caption_error = NULL, caption_error_code = NULL
            WHERE image_key = @key AND object_etag = @etag AND caption_edited_at IS NULL
            """,
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@caption", caption), ("@model", model)) > 0;

    /// <summary>Stores why there is no caption.</summary>
    /// <returns>False where the row is gone, belongs to newer content, or a person has written the caption.</returns>
    public async Task<bool> SaveCaptionFailureAsync(
        string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "save caption's failure",
            """
            UPDATE captions
            SET caption_error = LEFT(@reason, 1000), caption_error_code = @code
            WHERE image_key = @key AND object_etag = @etag AND caption_edited_at IS NULL
            """,
            cancellationToken, ("@key", imageKey), ("@etag", etag), ("@reason", reason.Text), ("@code", reason.Code)) > 0;
}
