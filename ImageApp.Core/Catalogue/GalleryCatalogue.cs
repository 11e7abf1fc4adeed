using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue for people: what the gallery shows, and what a person changes. Every method throws <see cref="MySqlException"/> where
/// the database is away.
/// </summary>
public sealed class GalleryCatalogue(MySqlDataSource database) : IDisposable
{
    private const string AlbumPosition = "album_position";

    // A deletion is final a moment after deleted_at (CatalogueTable.IsInTrash).
    private const string LongDeleted = "deleted_at = FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - 3600)";

    private readonly KeptConnections _reading = new(database);

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    /// <summary>Finds an image by its row's id; null where there is none, or where it is deleted.</summary>
    public Task<ImageRecord?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.FindAsync("find image", "WHERE id = @id AND deleted_at IS NULL", cancellationToken, ("@id", id));

    /// <summary>Finds an image by its row's id, also in the trash; null where there is none, or where it is gone for good.</summary>
    public Task<ImageRecord?> FindKeptAsync(long id, CancellationToken cancellationToken) =>
        database.FindAsync(
            "find image", $"WHERE id = @id AND (deleted_at IS NULL OR ({CatalogueTable.IsInTrash}))", cancellationToken, ("@id", id));

    /// <summary>Finds images by their rows' ids, newest first; ids that are not there, or deleted, are left out.</summary>
    public Task<List<ImageRecord>> FindAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        FindAsync(ids, ImageOrder.Taken, cancellationToken);

    /// <summary>Finds images by their rows' ids, the newest of an order first.</summary>
    public Task<List<ImageRecord>> FindAsync(IReadOnlyList<long> ids, ImageOrder order, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? Task.FromResult(new List<ImageRecord>())
            : database.SelectAsync(
                "find images",
                $"""
                WHERE id IN ({string.Join(',', ids)}) AND deleted_at IS NULL AND uploaded_at IS NOT NULL
                ORDER BY {(order == ImageOrder.Added ? "uploaded_at" : "shown_at")} DESC, id DESC
                """,
                cancellationToken);

    /// <summary>Finds the image that is shown of a content; null where there is none.</summary>
    /// <param name="sha256">SHA-256 of the file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ImageRecord?> FindByHashAsync(byte[] sha256, CancellationToken cancellationToken) =>
        database.FindAsync(
            "find image by hash",
            "WHERE content_hash = @hash AND deleted_at IS NULL AND uploaded_at IS NOT NULL ORDER BY id LIMIT 1",
            cancellationToken, ("@hash", sha256));

    /// <summary>One page of uploaded images.</summary>
    public async Task<ImagePage> ListAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Page(query);
        var images = await database.SelectAsync("list images", where, cancellationToken, [.. parameters]);
        if (images.Count <= query.Limit)
        {
            return new ImagePage(images, null);
        }

        images.RemoveAt(query.Limit);
        return new ImagePage(images, await CursorOfAsync(images[^1], query, cancellationToken));
    }

    /// <summary>
    /// Which versions of which rows <see cref="ListAsync"/> would read, how far the catalogue has come, and which albums there are: what
    /// says, at a fraction of the cost, whether a page that was made of them before is still right.
    /// </summary>
    public Task<PageVersion> ReadVersionAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Page(query);

        // The clock first: what changes in between is of its time or later.
        var sql = $"""
            SELECT {CatalogueTable.Milliseconds("CURRENT_TIMESTAMP(3)")}, {CatalogueTable.Milliseconds("MAX(updated_at)")} FROM captions;
            {AlbumCatalogue.Titles};
            SELECT id, {CatalogueTable.Milliseconds("updated_at")}, shown_at FROM captions {where}
            """;
        return ImageAppTelemetry.TraceAsync("read versions", ActivityKind.Client, () => _reading.ReadAsync(
            async connection =>
            {
                await using var command = connection.CreateCommand(sql, parameters);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await ReadVersionAsync(reader, query.Limit, cancellationToken);
            },
            cancellationToken));
    }

    /// <summary>How many images a query finds on all its pages.</summary>
    public Task<long> CountAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Condition(query);
        return database.CountAsync("count images", $"SELECT COUNT(*) FROM captions {where}", cancellationToken, [.. parameters]);
    }

    /// <summary>How many images a query finds in each month of its order's time, the newest month first.</summary>
    public Task<List<ImageMonth>> CountByMonthAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var (where, parameters) = Condition(query);
        var time = query.Order == ImageOrder.Added ? CatalogueTable.AddedAt : "shown_at";
        return database.ReadAsync(
            "count images by month",
            $"""
            SELECT YEAR(shown), MONTH(shown), COUNT(*) FROM (SELECT {time} AS shown FROM captions {where}) AS found
            WHERE shown IS NOT NULL
            GROUP BY YEAR(shown), MONTH(shown) ORDER BY YEAR(shown) DESC, MONTH(shown) DESC
            """,
            ReadMonth,
            cancellationToken,
            [.. parameters]);
    }

    /// <summary>How many images of the whole gallery there are in each month of an order's time, the newest month first.</summary>
    /// <param name="order">By added or by taken.</param>
    /// <param name="months">The first days of the months to count; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<List<ImageMonth>> CountByMonthAsync(
        ImageOrder order, IReadOnlyCollection<DateOnly>? months, CancellationToken cancellationToken)
    {
        // Only what the index has: both times are there once the object is.
        var (time, column, of) = order == ImageOrder.Added
            ? (CatalogueTable.AddedAt, "uploaded_at", (Func<DateOnly, string>)(day => string.Create(
                CultureInfo.InvariantCulture, $"FROM_UNIXTIME({StartOf(day).ToUnixTimeSeconds()})")))
            : ("shown_at", "shown_at", day => string.Create(CultureInfo.InvariantCulture, $"'{day:yyyy-MM-dd}'"));
        var ranges = months is null
            ? [$"{column} IS NOT NULL"]
            : months.Select(day => day is { Year: 9999, Month: 12 }
                ? $"{column} >= {of(day)}"
                : $"{column} >= {of(day)} AND {column} < {of(day.AddMonths(1))}").ToList();
        if (ranges.Count == 0)
        {
            return Task.FromResult(new List<ImageMonth>());
        }

        return database.ReadAsync(
            "count all images by month",
            $"""
            SELECT YEAR(shown), MONTH(shown), COUNT(*)
            FROM (SELECT {time} AS shown FROM captions WHERE deleted_at IS NULL AND ({string.Join(" OR ", ranges)})) AS found
            GROUP BY YEAR(shown), MONTH(shown) ORDER BY YEAR(shown) DESC, MONTH(shown) DESC
            """,
            ReadMonth,
            cancellationToken);

        static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
    }

    /// <summary>
    /// The months whose numbers may be others after what changed behind a cursor: those in which the rows stand now, and in which they
    /// stood when they were added and when they were changed.
    /// </summary>
    /// <param name="after">Where what was counted had come to; changes that became visible late are looked for as well.</param>
    /// <param name="limit">The most changes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The first days of the months; null where more has changed.</returns>
    public async Task<IReadOnlyCollection<DateOnly>?> ListChangedMonthsAsync(
        PageCursor after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            "list changed months",
            $"""
            SELECT shown_at, {CatalogueTable.Milliseconds("uploaded_at")}, {CatalogueTable.Milliseconds("updated_at")} FROM captions
            WHERE updated_at >= FROM_UNIXTIME(@at / 1000) ORDER BY updated_at LIMIT @limit
            """,
            row => new[] { row.IsDBNull(0) ? null : (DateTime?)row.GetDateTime(0), Time(row, 1), Time(row, 2) },
            cancellationToken,
            ("@at", Math.Max(0, after.At - (long)PageVersion.Settling.TotalMilliseconds)), ("@limit", limit + 1));
        return rows.Count > limit
            ? null
            : rows.SelectMany(times => times).OfType<DateTime>().Select(time => new DateOnly(time.Year, time.Month, 1)).ToHashSet();

        static DateTime? Time(DbDataReader row, int column) =>
            row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column)).UtcDateTime;
    }

    /// <summary>The images before and after one in a query's order, among those that the query finds.</summary>
    /// <param name="image">The image.</param>
    /// <param name="query">What is searched, and how it is sorted; its cursor, limit and direction do not matter.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ImageNeighbours> FindNeighboursAsync(ImageRecord image, ImageQuery query, CancellationToken cancellationToken)
    {
        if (await CursorOfAsync(image, query, cancellationToken) is not { } cursor)
        {
            return new ImageNeighbours(null, null);
        }

        var one = query with { Limit = 1, Cursor = cursor };
        var before = await ListAsync(one with { OldestFirst = true }, cancellationToken);
        var after = await ListAsync(one with { OldestFirst = false }, cancellationToken);
        return new ImageNeighbours(IdOf(before), IdOf(after));

        static long? IdOf(ImagePage page) => page.Images is [var next, ..] ? next.Id : null;
    }

    /// <summary>
    /// Uploaded images whose row changed after <paramref name="cursor"/>, deleted ones too, oldest change first: what live updates are
    /// made of.
    /// </summary>
    public Task<List<ImageRecord>> ListChangesAsync(PageCursor cursor, int limit, CancellationToken cancellationToken) =>
        database.SelectAsync(
            "list changes",
            """
            WHERE uploaded_at IS NOT NULL
              AND (updated_at > FROM_UNIXTIME(@at / 1000) OR (updated_at = FROM_UNIXTIME(@at / 1000) AND id > @id))
            ORDER BY updated_at, id LIMIT @limit
            """,
            cancellationToken, ("@at", cursor.At), ("@id", cursor.Id), ("@limit", limit));

    /// <summary>How many images <see cref="ListChangesAsync"/> would list, counted up to <paramref name="limit"/>.</summary>
    public Task<long> CountChangesAsync(PageCursor cursor, int limit, CancellationToken cancellationToken) =>
        database.CountAsync(
            "count changes",
            """
            SELECT COUNT(*) FROM (
                SELECT 1 FROM captions
                WHERE uploaded_at IS NOT NULL
                  AND (updated_at > FROM_UNIXTIME(@at / 1000) OR (updated_at = FROM_UNIXTIME(@at / 1000) AND id > @id))
                LIMIT @limit) AS changed
            """,
            cancellationToken, ("@at", cursor.At), ("@id", cursor.Id), ("@limit", limit));

    /// <summary>The database's time, to start reading changes from.</summary>
    public async Task<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken) => DateTimeOffset.FromUnixTimeMilliseconds(
        await database.CountAsync("read clock", "SELECT CAST(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000 AS SIGNED)", cancellationToken));

    /// <summary>Stores a person's caption; from then on no model's replaces it.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="caption">The caption.</param>
    /// <param name="expected">
    /// <see cref="ImageRecord.CaptionTag"/> of the caption that the person corrects: where it has been replaced since, nothing is stored.
    /// Null where that does not matter.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<CaptionEdit> EditCaptionAsync(long id, string caption, string? expected, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } seen)
        {
            return new CaptionEdit(CaptionEditOutcome.Missing, null);
        }

        var isStored = (expected is null || expected == seen.CaptionTag) && await database.ExecuteAsync(
            "edit caption",
            """
            UPDATE captions
            SET caption = @caption, caption_search = @search, caption_edited_at = CURRENT_TIMESTAMP(3),
                caption_language = NULL, caption_shortened = 0, caption_again = 0, caption_retry_at = NULL,
                caption_error = NULL, caption_error_code = NULL
            WHERE id = @id AND deleted_at IS NULL AND (@any OR CAST(caption AS BINARY) <=> CAST(@seen AS BINARY))
            """,
            cancellationToken, ("@id", id), ("@caption", caption), ("@search", SearchText.Of(caption)), ("@any", expected is null),
            ("@seen", seen.Caption)) > 0;
        return await FindAsync(id, cancellationToken) is { } image
            ? new CaptionEdit(isStored ? CaptionEditOutcome.Done : CaptionEditOutcome.Changed, image)
            : new CaptionEdit(CaptionEditOutcome.Missing, null);
    }

    /// <summary>Gives images the owner's star, or takes it.</summary>
    /// <returns>How many there were.</returns>
    public Task<int> SetFavouriteAsync(IReadOnlyList<long> ids, bool isFavourite, CancellationToken cancellationToken) =>
        ChangeAsync(
            "set favourites", "is_favourite = @favourite", "deleted_at IS NULL", ids, cancellationToken, ("@favourite", isFavourite));

    /// <summary>
    /// Records that a person asks for thumbnail and caption to be made again, unless somebody did so a moment ago, at whichever instance.
    /// </summary>
    /// <param name="id">The row's id.</param>
    /// <param name="coolDown">How long an image is left alone after it was asked for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How long to wait; null where it may be made again now.</returns>
    public async Task<TimeSpan?> AskAgainAsync(long id, TimeSpan coolDown, CancellationToken cancellationToken)
    {
        (string, object?)[] parameters = [("@id", id), ("@cool", coolDown.TotalSeconds)];
        if (await database.ExecuteAsync(
            "ask again",
            """
            UPDATE captions SET asked_again_at = CURRENT_TIMESTAMP(3), updated_at = updated_at
            WHERE id = @id AND (asked_again_at IS NULL
                OR asked_again_at <= FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @cool))
            """,
            cancellationToken, parameters) > 0)
        {
            return null;
        }

        return TimeSpan.FromMilliseconds(await database.CountAsync(
            "read cool-down",
            """
            SELECT COALESCE(MAX(CAST(
                GREATEST(0, UNIX_TIMESTAMP(asked_again_at) + @cool - UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3))) * 1000 AS SIGNED)), 0)
            FROM captions WHERE id = @id
            """,
            cancellationToken, parameters));
    }

    /// <summary>
    /// Clears every result and reason of an image, but not a person's caption, before its pipeline runs again as if for the first time.
    /// </summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    public async Task<ImageRecord?> ClearResultsAsync(long id, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            "clear results",
            """
            UPDATE captions
            SET caption = IF(caption_edited_at IS NULL, NULL, caption),
                caption_search = IF(caption_edited_at IS NULL, NULL, caption_search),
                caption_model = IF(caption_edited_at IS NULL, NULL, caption_model), caption_language = NULL, caption_shortened = 0,
                caption_again = 0,
                caption_generated_at = IF(caption_edited_at IS NULL, NULL, caption_generated_at),
                caption_error = NULL, caption_error_code = NULL,
                thumbnail_key = NULL, preview_key = NULL, thumbnail_generated_at = NULL,
                thumbnail_error = NULL, thumbnail_error_code = NULL, damaged = 0,
                attempts = 0, sent_at = CURRENT_TIMESTAMP(3), caption_retry_at = NULL
            WHERE id = @id
            """,
            cancellationToken, ("@id", id));
        return await FindAsync(id, cancellationToken);
    }

    /// <summary>Moves images to the trash, from where <see cref="RestoreAsync"/> brings them back.</summary>
    /// <param name="ids">The rows' ids.</param>
    /// <param name="keepFor">How long they can be brought back.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many there were to delete.</returns>
    public Task<int> DeleteAsync(IReadOnlyList<long> ids, TimeSpan keepFor, CancellationToken cancellationToken) =>
        ChangeAsync(
            "delete images",
            "deleted_at = FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) + @keep)",
            "deleted_at IS NULL",
            ids,
            cancellationToken,
            ("@keep", keepFor.TotalSeconds));

    /// <summary>Brings images back from the trash.</summary>
    /// <returns>How many could be brought back; for the others it is too late, or they are not deleted.</returns>
    public Task<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ChangeAsync("restore images", "deleted_at = NULL", CatalogueTable.IsInTrash, ids, cancellationToken);

    /// <summary>Has images deleted for good, whether or not they are in the trash; their objects follow in a moment.</summary>
    /// <returns>How many there were.</returns>
    public Task<int> PurgeNowAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ChangeAsync(
            "purge images", LongDeleted, $"(deleted_at IS NULL OR ({CatalogueTable.IsInTrash}))", ids, cancellationToken);

    /// <summary>Has everything in the trash deleted for good; the objects follow in a moment.</summary>
    /// <returns>How many images there were.</returns>
    public Task<int> EmptyTrashAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "empty trash",
            $"UPDATE captions SET {LongDeleted} WHERE deleted_at IS NOT NULL AND {CatalogueTable.IsInTrash}",
            cancellationToken);

    // One row more than the page has says whether there is another.
    private static (string Where, List<(string Name, object? Value)> Parameters) Page(ImageQuery query)
    {
        var (where, parameters) = Condition(query);
        parameters.Add(("@limit", query.Limit + 1));
        var (column, at) = SortOf(query);

        // The latest deletion, the newest picture and the first of an album come first.
        var descending = query.OldestFirst == (column == AlbumPosition);
        if (query.Cursor is { } start)
        {
            var after = descending ? "<" : ">";
            where += $" AND ({column} {after} {at} OR ({column} = {at} AND id {after} @id))";
            parameters.Add(("@at", start.At));
            parameters.Add(("@shown", start.Time));
            parameters.Add(("@id", start.Id));
        }

        var direction = descending ? " DESC" : "";
        return ($"{where} ORDER BY {column}{direction}, id{direction} LIMIT @limit", parameters);
    }

    private static (string Column, string At) SortOf(ImageQuery query) => query switch
    {
        { IsTrash: true } => ("deleted_at", "FROM_UNIXTIME(@at / 1000)"),
        { AlbumId: not null, Order: ImageOrder.Album } => (AlbumPosition, "@at"),
        { Order: ImageOrder.Added } => ("uploaded_at", "FROM_UNIXTIME(@at / 1000)"),
        _ => ("shown_at", "@shown"),
    };

    private static ImageMonth ReadMonth(DbDataReader row)
    {
        return new ImageMonth(Number(0), Number(1), Number(2));

        int Number(int column) => Convert.ToInt32(row.GetValue(column), CultureInfo.InvariantCulture);
    }

    private async Task<PageCursor?> CursorOfAsync(ImageRecord image, ImageQuery query, CancellationToken cancellationToken) =>
        SortOf(query).Column switch
        {
            "deleted_at" => PageCursor.Of(image.DeletedAt?.UtcDateTime, image.Id),
            "uploaded_at" => PageCursor.Of(image.UploadedAt?.UtcDateTime, image.Id),
            "shown_at" => PageCursor.Of(image.ShownAt, image.Id),
            _ => new PageCursor(
                await database.CountAsync(
                    "find place in album",
                    "SELECT COALESCE(MAX(position), 0) FROM album_images WHERE album_id = @album AND image_id = @id",
                    cancellationToken, ("@album", query.AlbumId), ("@id", image.Id)),
                image.Id),
        };

    private Task<int> ChangeAsync(
        string verb,
        string change,
        string condition,
        IReadOnlyList<long> ids,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        ids.Count == 0
            ? Task.FromResult(0)
            : database.ExecuteAsync(
                verb,
                $"UPDATE captions SET {change} WHERE id IN ({string.Join(',', ids)}) AND {condition}",
                cancellationToken,
                parameters);

    private static (string Where, List<(string Name, object? Value)> Parameters) Condition(ImageQuery query)
    {
        var parameters = new List<(string Name, object? Value)>();
        var where = "";
        if (query.AlbumId is { } album)
        {
            where = $"JOIN (SELECT image_id, position AS {AlbumPosition} FROM album_images WHERE album_id = @album) AS placed"
                + " ON image_id = id ";
            parameters.Add(("@album", album));
        }

        where += query.IsTrash
            ? $"WHERE uploaded_at IS NOT NULL AND deleted_at IS NOT NULL AND {CatalogueTable.IsInTrash}"
            : "WHERE uploaded_at IS NOT NULL AND deleted_at IS NULL";
        where += query.Filter switch
        {
            ImageFilter.NoCaption => " AND caption IS NULL",
            ImageFilter.Failed => $" AND (thumbnail_error IS NOT NULL OR {CatalogueTable.IsCaptionFailed})",
            ImageFilter.Favourites => " AND is_favourite = 1",
            _ => "",
        };
        if (query.Search is { } search)
        {
            where += search.Condition;
            parameters.AddRange(search.Parameters);
        }

        return (where, parameters);
    }

    private static async Task<PageVersion> ReadVersionAsync(MySqlDataReader reader, int limit, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        var (clock, changedAt) = (reader.GetInt64(0), reader.IsDBNull(1) ? (long?)null : reader.GetInt64(1));
        await reader.NextResultAsync(cancellationToken);
        var albums = new List<AlbumTitle>();
        while (await reader.ReadAsync(cancellationToken))
        {
            albums.Add(AlbumCatalogue.ReadTitle(reader));
        }

        await reader.NextResultAsync(cancellationToken);
        var rows = new List<RowVersion>(limit + 1);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new RowVersion(reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetDateTime(2)));
        }

        return new PageVersion(clock, changedAt, rows, albums);
    }
}
