using System.Collections.Concurrent;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// A few connections for what is read with every request. One from the pool is reset each time it is taken, a question of its own to the
/// server; these are only ever read through, so there is nothing to reset.
/// </summary>
/// <param name="database">Where they come from.</param>
internal sealed class KeptConnections(MySqlDataSource database) : IDisposable
{
    private const int MaxKept = 4;
    private readonly ConcurrentStack<MySqlConnection> _kept = [];

    /// <summary>
    /// Reads through one of them. What has closed it meanwhile, such as a restart of the server, costs a new one and nothing else; a
    /// server that takes too long is not asked twice.
    /// </summary>
    /// <param name="read">Reads, and changes nothing: it may be called twice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<T> ReadAsync<T>(Func<MySqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        if (_kept.TryPop(out var kept))
        {
            try
            {
                return await ReadAsync(kept, read);
            }
            catch (Exception e)
                when (DatabaseErrors.IsDatabase(e) && e is not MySqlException { ErrorCode: MySqlErrorCode.CommandTimeoutExpired })
            {
                // What cut this one has cut the others.
                Dispose();
            }
        }

        return await ReadAsync(await database.OpenConnectionAsync(cancellationToken), read);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_kept.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }

    private async Task<T> ReadAsync<T>(MySqlConnection connection, Func<MySqlConnection, Task<T>> read)
    {
        var isKept = false;
        try
        {
            var found = await read(connection);
            isKept = _kept.Count < MaxKept;
            return found;
        }
        finally
        {
            if (isKept)
            {
                _kept.Push(connection);
            }
            else
            {
                await connection.DisposeAsync();
            }
        }
    }
}
