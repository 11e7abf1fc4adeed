using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>Which exceptions mean that the database does not answer.</summary>
public static class DatabaseErrors
{
    /// <summary>Whether it is the database's: its own error, or a connection that was cut in the middle of an answer.</summary>
    public static bool IsDatabase(Exception exception) => exception is MySqlException or EndOfStreamException;
}
