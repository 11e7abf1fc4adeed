using System.Data.Common;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The catalogue's shared links. Times are the database's, so that all instances agree on what has expired. Every method throws
/// <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class ShareCatalogue(MySqlDataSource database)
{
    /// <summary>How many links are listed at most.</summary>
    public const int MaxListed = 500;

    private const string Valid = "shares.revoked_at IS NULL AND (shares.expires_at IS NULL OR shares.expires_at > CURRENT_TIMESTAMP(3))";

    private const string Columns =
        """
        SELECT shares.id, shares.image_id, shares.album_id, shares.password_hash,
            CAST(UNIX_TIMESTAMP(shares.created_at) * 1000 AS SIGNED), CAST(UNIX_TIMESTAMP(shares.expires_at) * 1000 AS SIGNED),
            CAST(UNIX_TIMESTAMP(shares.revoked_at) * 1000 AS SIGNED), COALESCE(albums.title, captions.file_name)
        FROM shares LEFT JOIN albums ON albums.id = shares.album_id LEFT JOIN captions ON captions.id = shares.image_id
        """;

    /// <summary>Makes a link; what it leads to has to be there.</summary>
    /// <returns>The row's id.</returns>
    public Task<long> CreateAsync(NewShare share, CancellationToken cancellationToken) =>
        database.InsertAsync(
            "make share",
            """
            INSERT INTO shares (token_hash, image_id, album_id, password_hash, expires_at)
            VALUES (@token, @image, @album, @password, CURRENT_TIMESTAMP(3) + INTERVAL @seconds SECOND)
            """,
            cancellationToken,
            ("@token", share.TokenHash), ("@image", share.ImageId), ("@album", share.AlbumId), ("@password", share.PasswordHash),
            ("@seconds", share.Lifetime is { } lifetime ? (long)lifetime.TotalSeconds : null));

    /// <summary>Finds a link that is valid now; null where there is none, or it has expired or was revoked.</summary>
    public async Task<Share?> FindAsync(byte[] tokenHash, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "find share", $"{Columns} WHERE shares.token_hash = @token AND {Valid}", Read, cancellationToken, ("@token", tokenHash)))
        .SingleOrDefault();

    /// <summary>The links that are valid now, the newest first.</summary>
    public Task<List<Share>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            "list shares", $"{Columns} WHERE {Valid} ORDER BY shares.id DESC LIMIT {MaxListed}", Read, cancellationToken);

    /// <summary>Ends a link for good.</summary>
    /// <returns>Whether there was one to end.</returns>
    public async Task<bool> RevokeAsync(long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "revoke share",
            "UPDATE shares SET revoked_at = CURRENT_TIMESTAMP(3) WHERE id = @id AND revoked_at IS NULL",
            cancellationToken, ("@id", id)) > 0;

    /// <summary>Counts one password that is about to be tried, by whichever instance.</summary>
    /// <param name="id">The link.</param>
    /// <param name="most">How many may be tried within <paramref name="within"/>.</param>
    /// <param name="within">How long a guess counts, from the first one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False where too many were tried: this one must not be.</returns>
    public async Task<bool> TryCountGuessAsync(long id, int most, TimeSpan within, CancellationToken cancellationToken)
    {
        const string IsOver =
            "(guesses_since IS NULL OR guesses_since < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @within))";

        // The right-hand sides see the old values where guesses comes first.
        return await database.ExecuteAsync(
            "count guess",
            $"""
            UPDATE shares
            SET guesses = IF({IsOver}, 1, guesses + 1), guesses_since = IF({IsOver}, CURRENT_TIMESTAMP(3), guesses_since)
            WHERE id = @id AND ({IsOver} OR guesses < @most)
            """,
            cancellationToken, ("@id", id), ("@most", most), ("@within", within.TotalSeconds)) > 0;
    }

    /// <summary>Forgets the guesses: the password was right.</summary>
    public Task ForgetGuessesAsync(long id, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "forget guesses", "UPDATE shares SET guesses = 0, guesses_since = NULL WHERE id = @id", cancellationToken, ("@id", id));

    private static Share Read(DbDataReader row)
    {
        return new Share
        {
            Id = row.GetInt64(0),
            ImageId = row.IsDBNull(1) ? null : row.GetInt64(1),
            AlbumId = row.IsDBNull(2) ? null : row.GetInt64(2),
            PasswordHash = row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
            CreatedAt = Time(4)!.Value,
            ExpiresAt = Time(5),
            RevokedAt = Time(6),
            Title = row.GetString(7),
        };

        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
    }
}
