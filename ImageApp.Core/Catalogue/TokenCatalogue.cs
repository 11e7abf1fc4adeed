using System.Data.Common;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// Tokens of people for their scripts. Times are the database's. Every method throws <see cref="MySqlException"/> where the database is
/// away.
/// </summary>
public sealed class TokenCatalogue(MySqlDataSource database)
{
    /// <summary>How many are listed at most.</summary>
    public const int MaxListed = 500;

    private const string Valid = "access_tokens.revoked_at IS NULL AND access_tokens.expires_at > CURRENT_TIMESTAMP(3)";

    private const string Columns =
        """
        SELECT access_tokens.id, access_tokens.person_id, people.name, people.role, access_tokens.name, access_tokens.scope,
            CAST(UNIX_TIMESTAMP(access_tokens.created_at) * 1000 AS SIGNED),
            CAST(UNIX_TIMESTAMP(access_tokens.expires_at) * 1000 AS SIGNED),
            CAST(UNIX_TIMESTAMP(access_tokens.last_used_at) * 1000 AS SIGNED)
        FROM access_tokens JOIN people ON people.id = access_tokens.person_id
        """;

    /// <summary>Makes a token.</summary>
    /// <returns>The row's id.</returns>
    public Task<long> CreateAsync(
        byte[] tokenHash, long personId, string name, string scope, TimeSpan lifetime, CancellationToken cancellationToken) =>
        database.InsertAsync(
            "make token",
            """
            INSERT INTO access_tokens (token_hash, person_id, name, scope, expires_at)
            VALUES (@hash, @person, @name, @scope, CURRENT_TIMESTAMP(3) + INTERVAL @seconds SECOND)
            """,
            cancellationToken,
            ("@hash", tokenHash), ("@person", personId), ("@name", name), ("@scope", scope), ("@seconds", (long)lifetime.TotalSeconds));

    /// <summary>Finds a token that is valid now, and notes that it was used; null where there is none.</summary>
    /// <param name="tokenHash">SHA-256 of the token.</param>
    /// <param name="within">How long ago the identity provider may have confirmed the person at most.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<StoredToken?> UseAsync(byte[] tokenHash, TimeSpan within, CancellationToken cancellationToken)
    {
        var found = (await database.ReadAsync(
            "find token",
            $"""
            {Columns}
            WHERE access_tokens.token_hash = @hash AND {Valid}
                AND people.seen_at > FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @within)
            """,
            Read,
            cancellationToken,
            ("@hash", tokenHash), ("@within", within.TotalSeconds))).SingleOrDefault();
        if (found is not null)
        {
            // Once a minute: a script that asks a hundred times a second need not write as often.
            await database.ExecuteAsync(
                "use token",
                """
                UPDATE access_tokens SET last_used_at = CURRENT_TIMESTAMP(3)
                WHERE id = @id AND (last_used_at IS NULL OR last_used_at < CURRENT_TIMESTAMP(3) - INTERVAL 60 SECOND)
                """,
                cancellationToken, ("@id", found.Id));
        }

        return found;
    }

    /// <summary>The tokens that are valid now, the newest first.</summary>
    /// <param name="personId">Whose; null for everybody's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<List<StoredToken>> ListAsync(long? personId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            "list tokens",
            $"""
            {Columns} WHERE {Valid} AND (@person IS NULL OR access_tokens.person_id = @person)
            ORDER BY access_tokens.id DESC LIMIT {MaxListed}
            """,
            Read,
            cancellationToken,
            ("@person", personId));

    /// <summary>Ends a token for good.</summary>
    /// <param name="id">The token.</param>
    /// <param name="personId">Whose it has to be; null for anybody's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether there was one to end.</returns>
    public async Task<bool> RevokeAsync(long id, long? personId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "revoke token",
            """
            UPDATE access_tokens SET revoked_at = CURRENT_TIMESTAMP(3)
            WHERE id = @id AND revoked_at IS NULL AND (@person IS NULL OR person_id = @person)
            """,
            cancellationToken, ("@id", id), ("@person", personId)) > 0;

    private static StoredToken Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        PersonId = row.GetInt64(1),
        PersonName = row.GetString(2),
        PersonRole = row.IsDBNull(3) ? null : row.GetString(3),
        Name = row.GetString(4),
        Scope = row.GetString(5),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        LastUsedAt = row.IsDBNull(8) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
    };
}
