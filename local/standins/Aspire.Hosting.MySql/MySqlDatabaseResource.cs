namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database of a <see cref="MySqlServerResource"/>.</summary>
public class MySqlDatabaseResource(string name, string databaseName, MySqlServerResource parent)
    : Resource(name), IResourceWithParent<MySqlServerResource>, IResourceWithConnectionString
{
    /// <inheritdoc/>
    public MySqlServerResource Parent => parent;

    /// <summary>Its name at the server.</summary>
    public string DatabaseName => databaseName;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{parent};Database={databaseName}");
}
