using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// The keys of data protection, which all instances share. Data protection asks for them synchronously, once at start and then once a day.
/// </summary>
public sealed class ProtectionKeyCatalogue(MySqlDataSource database)
{
    /// <summary>Every key, as it was stored.</summary>
    public IReadOnlyList<string> List()
    {
        using var connection = database.OpenConnection();
        using var command = new MySqlCommand("SELECT xml FROM data_protection_keys ORDER BY id", connection);
        using var reader = command.ExecuteReader();
        var keys = new List<string>();
        while (reader.Read())
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    /// <summary>Stores a key.</summary>
    public void Add(string name, string xml)
    {
        using var connection = database.OpenConnection();
        using var command = new MySqlCommand("INSERT INTO data_protection_keys (name, xml) VALUES (@name, @xml)", connection);
        command.Parameters.AddWithValue("@name", name);
        command.Parameters.AddWithValue("@xml", xml);
        command.ExecuteNonQuery();
    }
}
