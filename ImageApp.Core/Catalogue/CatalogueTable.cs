using System.Collections.Frozen;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ImageApp.Core.Formats;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// Table <c>captions</c>, as everything that reads or writes it sees it. Times cross the wire as Unix time, so that no server's or
/// session's time zone can shift them. Every statement runs in a span that says what it does.
/// </summary>
internal static class CatalogueTable
{
    /// <summary>The codes of reasons that pass, as a list in SQL.</summary>
    public static string Passing { get; } = Quote(FailureCodes.Passing);

    /// <summary>Whether a caption failed, rather than that it waits.</summary>
    public static string IsCaptionFailed { get; } =
        $"(caption_error IS NOT NULL AND COALESCE(caption_error_code, '') NOT IN ({Quote(FailureCodes.Waiting)}))";

    /// <summary>
    /// What <c>shown_at</c> is, of the row's other columns: local wall time where the camera told it, else UTC; independent of the
    /// session's time zone, like every time that is stored.
    /// </summary>
    public const string ShownAt = $"IF(uploaded_at IS NULL, NULL, COALESCE(taken_at, {AddedAt}))";

    /// <summary><c>uploaded_at</c> as wall time in UTC.</summary>
    public const string AddedAt =
        "TIMESTAMP '1970-01-01 00:00:00' + INTERVAL ROUND(UNIX_TIMESTAMP(uploaded_at) * 1000000) MICROSECOND";

    /// <summary>
    /// Of a deleted row, that it can be brought back. An older version says when it deleted, purges ten seconds later, and may still be
    /// running: so a deletion is final ten seconds after <c>deleted_at</c>, which otherwise lies ahead by as long as deleted images are
    /// kept.
    /// </summary>
    public const string IsInTrash =
        "deleted_at >= FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - 10) AND purged_at IS NULL";

    /// <summary>
    /// Of a row whose objects the gallery itself has deleted, that a grant may still be open by which one of them is put again. Later it is
    /// somebody's wish: who puts an object under a key of old wants it there.
    /// </summary>
    public static string IsBarred { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"""
        (deletion_final = 1
            AND purged_at > FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - {UploadCatalogue.BarredFor.TotalSeconds}))
        """);

    /// <summary>When the object was last put or touched, which sends its event.</summary>
    public const string SentAt = "COALESCE(sent_at, uploaded_at)";

    // Of a statement that is given up so that another one can go on.
    private const int MaxAttempts = 20;

    private static readonly string[] Plain =
    [
        "id", "image_key", "file_name", "content_type", "size_bytes", "width", "height", "object_etag", "damaged", "attempts",
        "caption", "caption_model", "caption_language", "caption_shortened", "caption_again", "caption_error", "caption_error_code",
        "thumbnail_key", "preview_key", "thumbnail_error", "thumbnail_error_code", "camera", "taken_at", "placeholder",
        "shown_at", "taken_offset", "lens", "exposure_time", "f_number", "iso", "focal_length", "latitude", "longitude", "animated",
        "has_alpha", "is_favourite", "renditions", "renditions_pending", "content_hash", "deletion_final",
    ];

    private static readonly string[] Times =
    [
        "uploaded_at", "updated_at", "deleted_at", "purged_at", "caption_generated_at", "caption_edited_at", "thumbnail_generated_at",
    ];

    // A time has a name of its own, since ORDER BY would take a column's name for it and leave the index.
    private static readonly string Columns = string.Join(", ", [.. Plain, .. Times.Select(time => $"{Milliseconds(time)} AS {time}_ms")]);

    // The driver looks through all columns for a name, and there are forty in each row.
    private static readonly FrozenDictionary<string, int> Ordinals = Plain.Concat(Times).Index()
        .ToFrozenDictionary(column => column.Item, column => column.Index, StringComparer.Ordinal);

    /// <summary>A time as it crosses the wire: in milliseconds since 1970-01-01.</summary>
    public static string Milliseconds(string time) => $"CAST(UNIX_TIMESTAMP({time}) * 1000 AS SIGNED)";

    /// <summary>A key as it is compared: by its bytes, since S3's keys are bytes.</summary>
    public static object Bytes(string imageKey) => Encoding.UTF8.GetBytes(imageKey);

    /// <summary>When a step last took the image up; null for a step that the table does not follow.</summary>
    public static string? StartedColumn(string? step) => step is "caption" or "thumbnail" ? $"{step}_started_at" : null;

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
        database.ReadAsync(verb, $"SELECT {Columns} FROM captions {where}", Read, cancellationToken, parameters);

    /// <summary>Reads what a query finds, each row by <paramref name="read"/>.</summary>
    public static Task<List<T>> ReadAsync<T>(
        this MySqlDataSource database,
        string verb,
        string sql,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        database.RunAsync(verb, sql, parameters, async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(read(reader));
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

    /// <summary>Makes a command of a statement and its parameters.</summary>
    public static MySqlCommand CreateCommand(
        this MySqlConnection connection, string sql, IEnumerable<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

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
            await using var command = connection.CreateCommand(sql, parameters);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await run(command);
                }
                catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.LockDeadlock && attempt < MaxAttempts)
                {
                    // Each statement is a transaction of its own: the one that the server chose to give up has done nothing. Those that
                    // met do not meet again at once.
                    await Task.Delay(Random.Shared.Next(10 * attempt), cancellationToken);
                }
            }
        });

    // An older version knows one beside the thumbnail.
    private static IReadOnlyList<int> Sides(string? renditions, string? previewKey) =>
        renditions is null
            ? previewKey is null ? [] : [GalleryRendition.Preview.Side]
            : [.. renditions.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(side => int.Parse(side, NumberStyles.None, CultureInfo.InvariantCulture))];

    private static string Quote(IEnumerable<string> codes) => string.Join(", ", codes.Select(code => $"'{code}'"));

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
            CaptionLanguage = Text("caption_language"),
            IsCaptionShortened = row.GetBoolean(Ordinal("caption_shortened")),
            IsCaptionWantedAgain = row.GetBoolean(Ordinal("caption_again")),
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
            PurgedAt = Time("purged_at"),
            ShownAt = Value("shown_at", row.GetDateTime) ?? Value("taken_at", row.GetDateTime) ?? Time("uploaded_at")?.UtcDateTime,
            TakenAtOffset = Value("taken_offset", row.GetInt16) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            Lens = Text("lens"),
            ExposureTime = Value("exposure_time", row.GetDouble),
            FNumber = Value("f_number", row.GetDouble),
            Iso = Value("iso", row.GetInt32),
            FocalLength = Value("focal_length", row.GetDouble),
            Latitude = Value("latitude", row.GetDouble),
            Longitude = Value("longitude", row.GetDouble),
            IsAnimated = row.GetBoolean(Ordinal("animated")),
            HasAlpha = row.GetBoolean(Ordinal("has_alpha")),
            IsFavourite = row.GetBoolean(Ordinal("is_favourite")),
            RenditionSides = Text("thumbnail_key") is null ? [] : Sides(Text("renditions"), Text("preview_key")),
            AreRenditionsPending = Text("thumbnail_key") is not null && row.GetBoolean(Ordinal("renditions_pending")),
            IsDeletionFinal = row.GetBoolean(Ordinal("deletion_final")),
            ContentHash = row.IsDBNull(Ordinal("content_hash")) ? null : (byte[])row.GetValue(Ordinal("content_hash")),
        };

        static int Ordinal(string name) => Ordinals[name];
        string? Text(string name) => row.IsDBNull(Ordinal(name)) ? null : row.GetString(Ordinal(name));
        T? Value<T>(string name, Func<int, T> get)
            where T : struct => row.IsDBNull(Ordinal(name)) ? null : get(Ordinal(name));
        DateTimeOffset? Time(string name) => Value(name, row.GetInt64) is { } time
            ? DateTimeOffset.FromUnixTimeMilliseconds(time)
            : null;
    }
}
