using System.Globalization;
using ImageApp.Benchmarks.Processes;
using ImageApp.Core.Catalogue;
using MySqlConnector;

namespace ImageApp.Benchmarks.Web;

/// <summary>Rows of pictures that are described and have thumbnails, in either application's table. Their objects are not there: no page
/// reads them.</summary>
internal static class GalleryRows
{
    private const int Digits = 5;

    /// <summary>Has so many rows in ImageApp's catalogue.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="count">How many there are afterwards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task FillAsync(string connectionString, int count, CancellationToken cancellationToken) => InsertAsync(
        connectionString,
        count,
        """
        INSERT INTO captions (image_key, file_name, content_type, size_bytes, width, height, object_etag, uploaded_at, shown_at, caption,
            caption_search, caption_model, caption_generated_at, thumbnail_key, preview_key, thumbnail_generated_at, placeholder)
        SELECT CONCAT('images/', LPAD(n, 12, '0'), '.jpg'), CONCAT('IMG_', n, '.jpg'), 'image/jpeg', 4000000 + n, 4000, 3000, MD5(n),
            FROM_UNIXTIME(1700000000 - n * 60), FROM_UNIXTIME(1700000000 - n * 60),
            CONCAT('A quiet harbour in the evening, picture ', n, ': boats at their moorings, and hills behind the town.'),
            'a quiet harbour in the evening boats at their moorings and hills behind the town', 'gemini-flash-latest',
            FROM_UNIXTIME(1700000000 - n * 60), CONCAT('thumbnails/thumb_', LPAD(n, 12, '0'), '.jpg'),
            CONCAT('thumbnails/preview_', LPAD(n, 12, '0'), '.webp'), FROM_UNIXTIME(1700000000 - n * 60), '6a7b8c'
        """,
        cancellationToken);

    /// <summary>Has so many rows in the documented application's table.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="count">How many there are afterwards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task FillDocumentedAsync(string connectionString, int count, CancellationToken cancellationToken) => InsertAsync(
        connectionString,
        count,
        """
        INSERT INTO captions (image_key, caption, thumbnail_key, uploaded_at, caption_generated_at, thumbnail_generated_at)
        SELECT CONCAT('images/', LPAD(n, 12, '0'), '.jpg'),
            CONCAT('A quiet harbour in the evening, picture ', n, ': boats at their moorings, and hills behind the town.'),
            CONCAT('thumbnails/thumb_', LPAD(n, 12, '0'), '.jpg'), FROM_UNIXTIME(1700000000 - n * 60),
            FROM_UNIXTIME(1700000000 - n * 60), FROM_UNIXTIME(1700000000 - n * 60)
        """,
        cancellationToken);

    /// <summary>The cursor that leads to a page of ImageApp's gallery, the newest first.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="page">Which page, the first is 1.</param>
    /// <param name="size">How many pictures a page has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<PageCursor> CursorAsync(string connectionString, int page, int size, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new MySqlCommand(
            "SELECT shown_at, id FROM captions ORDER BY shown_at DESC, id DESC LIMIT 1 OFFSET @before", connection);
        command.Parameters.AddWithValue("@before", ((page - 1) * size) - 1);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? PageCursor.Of(row.GetDateTime(0), row.GetInt64(1))!.Value
            : throw new InvalidOperationException($"There is no page {page} of {size}.");
    }

    // A number from @from to @to: each is five digits. Recursion would do too, which MySQL and MariaDB bound by settings of other names.
    private static string Numbers()
    {
        var ten = $"(SELECT {string.Join(" UNION ALL SELECT ", Enumerable.Range(0, 10).Select(i => $"{i} AS d"))})";
        var digits = Enumerable.Range(0, Digits).ToList();
        return $"""
            FROM (SELECT @from + {string.Join(" + ", digits.Select(i => FormattableString.Invariant($"{Math.Pow(10, i)} * t{i}.d")))} AS n
                FROM {string.Join(", ", digits.Select(i => $"{ten} AS t{i}"))}) AS numbered
            WHERE n <= @to
            """;
    }

    private static async Task InsertAsync(string connectionString, int count, string statement, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var existing = new MySqlCommand("SELECT COUNT(*) FROM captions", connection);
        var there = Convert.ToInt32(await existing.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        var batch = (int)Math.Pow(10, Digits);
        for (var from = there + 1; from <= count; from += batch)
        {
            await using var insert = new MySqlCommand($"{statement} {Numbers()}", connection);
            insert.CommandTimeout = 600;
            insert.Parameters.AddWithValue("@from", from);
            insert.Parameters.AddWithValue("@to", Math.Min(count, from + batch - 1));
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await DatabaseServer.ExecuteAsync(connectionString, "ANALYZE TABLE captions", cancellationToken);
    }
}
