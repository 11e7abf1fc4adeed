using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>The right to work on one step of one image, held through a database connection and given up with it.</summary>
public sealed class StepClaim : IAsyncDisposable
{
    private readonly MySqlConnection _connection;
    private readonly string _name;

    private StepClaim(MySqlConnection connection, string name)
    {
        _connection = connection;
        _name = name;
    }

    /// <summary>Takes the named lock (MySQL Reference Manual, "Locking Functions"), waiting at most <paramref name="wait"/>.</summary>
    /// <returns>The claim, or null where another process still holds it.</returns>
    internal static async Task<StepClaim?> TryTakeAsync(MySqlDataSource database, string name, TimeSpan wait, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT GET_LOCK(@name, @seconds)";
            command.CommandTimeout = (int)wait.TotalSeconds + 30;
            command.Parameters.AddWithValue("@name", name);
            command.Parameters.AddWithValue("@seconds", (int)Math.Ceiling(wait.TotalSeconds));
            var taken = await command.ExecuteScalarAsync(cancellationToken);
            if (taken is not null and not DBNull && Convert.ToInt64(taken, null) == 1)
            {
                return new StepClaim(connection, name);
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

    /// <summary>Gives the claim up.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var command = _connection.CreateCommand();
            command.CommandText = "DO RELEASE_LOCK(@name)";
            command.Parameters.AddWithValue("@name", _name);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (MySqlException) when (_connection.State != System.Data.ConnectionState.Open)
        {
            // The connection is gone, and the lock with it: nothing is left to release.
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }
}
