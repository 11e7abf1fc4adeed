namespace ImageApp.AppHost.Hosting.Database;

/// <summary>A MySQL server of this machine as an ordinary process, with data, password and port of its own.</summary>
internal sealed class MySqlProcessResource(string name, string command, string dataDirectory, ParameterResource password)
    : ExecutableResource(name, command, dataDirectory),
        IResourceWithConnectionString
{
    internal const string EndpointName = "tcp";
    internal const string User = "imageapp";

    public string DataDirectory => WorkingDirectory;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create(
            $"Server=127.0.0.1;Port={this.GetEndpoint(EndpointName).Property(EndpointProperty.Port)};User ID={User};Password={password};SslMode=None;AllowPublicKeyRetrieval=true"
        );
}
