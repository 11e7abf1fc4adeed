namespace ImageApp.AppHost.Hosting.Database;

/// <summary>A database of a <see cref="MySqlProcessResource"/>.</summary>
internal sealed class MySqlProcessDatabaseResource(string name, MySqlProcessResource parent)
    : Resource(name),
        IResourceWithParent<MySqlProcessResource>,
        IResourceWithConnectionString
{
    /// <inheritdoc/>
    public MySqlProcessResource Parent => parent;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{parent.ConnectionStringExpression};Database={Name}");
}
