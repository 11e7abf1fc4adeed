using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// Table <c>captions</c>, as everything that reads or writes it sees it. Times cross the wire as Unix time, so that no server's or
/// session's time zone can shift them. Every statement runs in a span that says what it does.
/// </summary>
internal static class CatalogueTable
{
    /// <summary>A step has neither a result nor a reason that is final.</summary>
    public static string IsUnfinished { get; } =
        $"""
        (thumbnail_key IS NULL AND (thumbnail_error IS NULL OR thumbnail_error_code IN ({Passing})))
        OR (caption IS NULL AND (caption_error IS NULL OR caption_error_code IN ({Passing})))
        """;

    // A time has a name of its own, since ORDER BY would take a column's name for it and leave the index.
    private static readonly string Columns = string.Join(", ",
    [
        "id", "image_key", "file_name", "content_type", "size_bytes", "width", "height", "object_etag", "damaged", "attempts",
        "caption", "caption_model", "caption_error", "caption_error_code",
        "thumbnail_key", "preview_key", "thumbnail_error", "thumbnail_error_code", "camera", "taken_at", "placeholder",
        .. new[] { "uploaded_at", "updated_at", "deleted_at", "caption_generated_at", "caption_edited_at", "thumbnail_generated_at" }
            .Select(time => $"CAST(UNIX_TIMESTAMP({time}) * 1000 AS SIGNED) AS {time}_ms"),
    ]);

    private static string Passing => string.Join(", ", FailureCodes.Passing.Select(code => $"'{code}'"));

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it touched.</returns>
    public static Task<int> ExecuteAsync(
        this MySqlDataSource database,
        string verb,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        database.RunAsync(verb, sql, parameters, command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    /// <summary>Inserts a row.</summary>
    /// <returns>Its id.</returns>
    public static Task<long> InsertAsync(
        this MySqlDataSource database,
        string verb,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        database.RunAsync(verb, sql, parameters, async command =>
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            return command.LastInsertedId;
        }, cancellationToken);

    /// <summary>Reads one number.</summary>
    public static Task<long> CountAsync(
        this MySqlDataSource database,
        string verb,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        database.RunAsync(
            verb,
            sql,
            parameters,
            async command => Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture),
            cancellationToken);

    /// <summary>Reads rows.</summary>
    public static Task<List<ImageRecord>> SelectAsync(
        this MySqlDataSource database,
        string verb,
        string where,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        database.RunAsync(verb, $"SELECT {Columns} FROM captions {where}", parameters, async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<ImageRecord>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(Read(reader));
            }

            return rows;
        }, cancellationToken);

    /// <summary>Reads one row; null where there is none.</summary>
    public static async Task<ImageRecord?> FindAsync(
        this MySqlDataSource database,
        string verb,
        string where,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        (await database.SelectAsync(verb, where, cancellationToken, parameters)).SingleOrDefault();

    private static Task<T> RunAsync<T>(
        this MySqlDataSource database,
        string verb,
        string sql,
        (string Name, object? Value)[] parameters,
        Func<MySqlCommand, Task<T>> run,
        CancellationToken cancellationToken) =>
        ImageAppTelemetry.TraceAsync(verb, ActivityKind.Client, async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            return await run(command);
        });

    private static ImageRecord Read(DbDataReader row)
    {
        return new ImageRecord
        {
            Id = row.GetInt64(Ordinal("id")),
            Key = row.GetString(Ordinal("image_key")),
            FileName = row.GetString(Ordinal("file_name")),
            ContentType = Text("content_type"),
            SizeBytes = Value("size_bytes", row.GetInt64),
            Width = Value("width", row.GetInt32),
            Height = Value("height", row.GetInt32),
            ObjectETag = Text("object_etag"),
            UploadedAt = Time("uploaded_at"),
            Caption = Text("caption"),
            CaptionModel = Text("caption_model"),
            CaptionGeneratedAt = Time("caption_generated_at"),
            CaptionEditedAt = Time("caption_edited_at"),
            CaptionError = Text("caption_error"),
            CaptionErrorCode = Text("caption_error") is null ? null : Text("caption_error_code"),
            ThumbnailKey = Text("thumbnail_key"),
            PreviewKey = Text("preview_key"),
            ThumbnailGeneratedAt = Time("thumbnail_generated_at"),
            ThumbnailError = Text("thumbnail_error"),
            ThumbnailErrorCode = Text("thumbnail_error") is null ? null : Text("thumbnail_error_code"),
            Damaged = row.GetBoolean(Ordinal("damaged")),
            Attempts = row.GetInt32(Ordinal("attempts")),
            UpdatedAt = Time("updated_at")!.Value,
            Camera = Text("camera"),
            TakenAt = Value("taken_at", row.GetDateTime),
            Placeholder = Text("placeholder"),
            DeletedAt = Time("deleted_at"),
        };

        int Ordinal(string name) => row.GetOrdinal(name);
        string? Text(string name) => row.IsDBNull(Ordinal(name)) ? null : row.GetString(Ordinal(name));
        T? Value<T>(string name, Func<int, T> get)
            where T : struct => row.IsDBNull(Ordinal(name)) ? null : get(Ordinal(name));
        DateTimeOffset? Time(string name) => Value($"{name}_ms", row.GetInt64) is { } time
            ? DateTimeOffset.FromUnixTimeMilliseconds(time)
            : null;
    }
}
