using System.Data;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// Named locks of this database: one process at a time, whatever becomes of it. The server's names are shared by all of its databases
/// (MySQL Reference Manual, "Locking Functions"), so each carries the database's own.
/// </summary>
public sealed class CatalogueLock(MySqlDataSource database)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>Claims a step of an image, so that a duplicate delivery does not do the work twice at the same time.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="imageKey">The original's key.</param>
    /// <param name="wait">How long to wait for another process.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lock, to be disposed of when the result is stored; null where another process still holds it.</returns>
    public Task<Held?> ClaimStepAsync(string step, string imageKey, TimeSpan wait, CancellationToken cancellationToken) =>
        TryTakeAsync(step, imageKey, wait, cancellationToken);

    /// <summary>Becomes the one process that does a task, as long as the lock is held.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The lock; null where another process is the leader.</returns>
    public Task<Held?> LeadAsync(string task, CancellationToken cancellationToken) =>
        TryTakeAsync(task, "leader", TimeSpan.Zero, cancellationToken);

    private async Task<Held?> TryTakeAsync(string task, string subject, TimeSpan wait, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        var name = $"{task}:{StableHash.Of($"{connection.Database}/{subject}")}";
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT GET_LOCK(@name, @seconds)";
            command.CommandTimeout = (int)(wait + AnswerTime).TotalSeconds;
            command.Parameters.AddWithValue("@name", name);
            command.Parameters.AddWithValue("@seconds", (int)Math.Ceiling(wait.TotalSeconds));
            var taken = await command.ExecuteScalarAsync(cancellationToken);
            if (taken is not null and not DBNull && Convert.ToInt64(taken, null) == 1)
            {
                return new Held(connection, name);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>A lock that is held through a database connection and given up with it.</summary>
    public sealed class Held : IAsyncDisposable
    {
        private readonly MySqlConnection _connection;
        private readonly string _name;

        internal Held(MySqlConnection connection, string name)
        {
            _connection = connection;
            _name = name;
        }

        /// <summary>Gives the lock up.</summary>
        public async ValueTask DisposeAsync()
        {
            try
            {
                await using var command = _connection.CreateCommand();
                command.CommandText = "DO RELEASE_LOCK(@name)";
                command.Parameters.AddWithValue("@name", _name);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (MySqlException) when (_connection.State != ConnectionState.Open)
            {
                // The connection is gone, and the lock with it: nothing is left to release.
            }
            finally
            {
                await _connection.DisposeAsync();
            }
        }
    }
}
