using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for whoever puts originals: the row comes before its object. Every method throws <see cref="MySqlException"/> where the
/// database is away.
/// </summary>
public sealed class UploadCatalogue(MySqlDataSource database)
{
    /// <summary>How long a browser may take a grant to put an object.</summary>
    public static readonly TimeSpan GrantValidity = TimeSpan.FromMinutes(5);

    /// <summary>How long after a picture was deleted for good an object under its key may be one that a grant still allowed.</summary>
    public static readonly TimeSpan BarredFor = GrantValidity * 3;

    /// <summary>Makes the row of an image whose object is about to be put.</summary>
    /// <returns>The row's id.</returns>
    public Task<long> AddAsync(NewImage image, CancellationToken cancellationToken) =>
        database.InsertAsync(
            "save row",
            """
            INSERT INTO captions (image_key, file_name, name_search, search_version, content_type, size_bytes, content_hash)
            VALUES (@key, @name, @search, @version, @type, @size, @hash)
            """,
            cancellationToken,
            ("@key", image.Key), ("@name", image.FileName), ("@search", SearchText.Of(image.FileName)),
            ("@version", SearchText.Version), ("@type", image.ContentType), ("@size", image.SizeBytes),
            ("@hash", image.ContentHash));

    /// <summary>Finds the rows of a content whose objects are not known to be there, the newest first: of an upload that goes on, or that
    /// ended before its end was written down.</summary>
    /// <param name="sha256">SHA-256 of the file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<List<ImageRecord>> ListUnfinishedAsync(byte[] sha256, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "find unfinished uploads",
            "WHERE content_hash = @hash AND deleted_at IS NULL AND uploaded_at IS NULL ORDER BY id DESC LIMIT 5",
            cancellationToken, ("@hash", sha256));

    /// <summary>Records that the object is there. A function may have seen it first; then its results stay.</summary>
    /// <returns>The row as it is now; null where it was deleted in the meantime.</returns>
    public async Task<ImageRecord?> MarkUploadedAsync(long id, string etag, long sizeBytes, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            "mark uploaded",
            $"""
            UPDATE captions
            SET object_etag = COALESCE(object_etag, @etag), size_bytes = @size, uploaded_at = COALESCE(uploaded_at, CURRENT_TIMESTAMP(3)),
                shown_at = {CatalogueTable.ShownAt}
            WHERE id = @id
            """,
            cancellationToken, ("@id", id), ("@etag", etag), ("@size", sizeBytes));
        return await database.FindAsync("find image", "WHERE id = @id AND deleted_at IS NULL", cancellationToken, ("@id", id));
    }

    /// <summary>Removes the rows of objects that never came.</summary>
    /// <returns>How many there were; one that came in the meantime stays.</returns>
    public async Task<int> WithdrawAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => ids.Count == 0
        ? 0
        : await database.ExecuteAsync(
            "remove unused rows",
            $"DELETE FROM captions WHERE id IN ({string.Join(',', ids)}) AND uploaded_at IS NULL AND deleted_at IS NULL",
            cancellationToken);

    /// <summary>Removes the row of an object that never came.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> WithdrawAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("remove row", "DELETE FROM captions WHERE id = @id", cancellationToken, ("@id", id)) > 0;
}
