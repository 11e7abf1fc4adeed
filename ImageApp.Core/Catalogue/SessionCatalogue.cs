using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// People who have signed in, and the browsers they did it with. Times are the database's, so that all instances agree. Every method throws
/// <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class SessionCatalogue(MySqlDataSource database)
{
    private const int SweptAtOnce = 500;
    private const int MaxName = 200;

    /// <summary>Keeps what the identity provider says of a person, for all sessions and tokens of theirs.</summary>
    /// <returns>The person's row's id.</returns>
    public Task<long> SeePersonAsync(byte[] subjectHash, string name, string? role, CancellationToken cancellationToken) =>
        database.InsertAsync(
            "see person",
            """
            INSERT INTO people (subject_hash, name, role) VALUES (@subject, @name, @role)
            ON DUPLICATE KEY UPDATE
                id = LAST_INSERT_ID(id), name = VALUES(name), role = VALUES(role), seen_at = CURRENT_TIMESTAMP(3)
            """,
            cancellationToken,
            ("@subject", subjectHash), ("@name", name.Length <= MaxName ? name : name[..MaxName]), ("@role", role));

    /// <summary>Takes a person's role away: the identity provider knows them no more, or not now.</summary>
    public Task ForgetRoleAsync(long personId, CancellationToken cancellationToken) =>
        database.ExecuteAsync("forget role", "UPDATE people SET role = NULL WHERE id = @id", cancellationToken, ("@id", personId));

    /// <summary>Keeps a session, and sweeps out some that have expired.</summary>
    public async Task StartAsync(
        byte[] keyHash, long personId, byte[] ticket, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            "sweep sessions",
            $"DELETE FROM sessions WHERE expires_at < CURRENT_TIMESTAMP(3) LIMIT {SweptAtOnce}",
            cancellationToken);
        await database.ExecuteAsync(
            "start session",
            """
            INSERT INTO sessions (key_hash, person_id, ticket, expires_at)
            VALUES (@key, @person, @ticket, CURRENT_TIMESTAMP(3) + INTERVAL @seconds SECOND)
            """,
            cancellationToken,
            ("@key", keyHash), ("@person", personId), ("@ticket", ticket), ("@seconds", (long)lifetime.TotalSeconds));
    }

    /// <summary>Finds a session; null where there is none, or it has expired.</summary>
    public async Task<StoredSession?> FindAsync(byte[] keyHash, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "find session",
            """
            SELECT sessions.ticket, people.role,
                CAST((UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - UNIX_TIMESTAMP(sessions.checked_at)) * 1000 AS SIGNED)
            FROM sessions JOIN people ON people.id = sessions.person_id
            WHERE sessions.key_hash = @key AND sessions.expires_at > CURRENT_TIMESTAMP(3)
            """,
            row => new StoredSession(
                row.GetFieldValue<byte[]>(0), row.IsDBNull(1) ? null : row.GetString(1), TimeSpan.FromMilliseconds(row.GetInt64(2))),
            cancellationToken,
            ("@key", keyHash))).SingleOrDefault();

    /// <summary>Takes upon this instance to have a session confirmed; a refresh token is good once.</summary>
    /// <param name="keyHash">The session.</param>
    /// <param name="every">How old the last confirmation has to be.</param>
    /// <param name="patience">How long another instance may take for it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False where it is not due, or another does it.</returns>
    public async Task<bool> TryClaimCheckAsync(
        byte[] keyHash, TimeSpan every, TimeSpan patience, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "claim check",
            """
            UPDATE sessions SET claimed_at = CURRENT_TIMESTAMP(3)
            WHERE key_hash = @key AND checked_at <= FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @every)
                AND (claimed_at IS NULL OR claimed_at < FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @patience))
            """,
            cancellationToken, ("@key", keyHash), ("@every", every.TotalSeconds), ("@patience", patience.TotalSeconds)) > 0;

    /// <summary>Has the next instance ask before long: the identity provider could not be asked just now.</summary>
    /// <param name="keyHash">The session.</param>
    /// <param name="ago">How long ago the attempt is to count as begun.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task PostponeCheckAsync(byte[] keyHash, TimeSpan ago, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "postpone check",
            "UPDATE sessions SET claimed_at = FROM_UNIXTIME(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) - @ago) WHERE key_hash = @key",
            cancellationToken, ("@key", keyHash), ("@ago", ago.TotalSeconds));

    /// <summary>Keeps that a session was confirmed, with what the identity provider gave for the next time.</summary>
    public Task ConfirmAsync(byte[] keyHash, byte[] ticket, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "confirm session",
            "UPDATE sessions SET ticket = @ticket, checked_at = CURRENT_TIMESTAMP(3), claimed_at = NULL WHERE key_hash = @key",
            cancellationToken, ("@key", keyHash), ("@ticket", ticket));

    /// <summary>Ends a session: its cookie is worth nothing from now on.</summary>
    public Task EndAsync(byte[] keyHash, CancellationToken cancellationToken) =>
        database.ExecuteAsync("end session", "DELETE FROM sessions WHERE key_hash = @key", cancellationToken, ("@key", keyHash));
}
