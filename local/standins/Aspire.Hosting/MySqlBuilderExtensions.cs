using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds MySQL in a container.</summary>
public static class MySqlBuilderExtensions
{
    private const int Port = 3306;

    /// <summary>Adds a server.</summary>
    public static IResourceBuilder<MySqlServerResource> AddMySql(this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var secret = password?.Resource ?? new ParameterResource($"{name}-password", Generated(builder, name), secret: true);
        var server = new MySqlServerResource(name, secret);
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, _ => new ConnectionStringHealthCheck(server), null, null, TimeSpan.FromSeconds(5)));
        return builder.AddResource(server)
            .WithAnnotation(new ContainerImageAnnotation { Image = "docker.io/library/mysql", Tag = "9.6" })
            .WithEndpoint(port: port, targetPort: Port, name: MySqlServerResource.EndpointName)
            .WithEnvironment(context => context.EnvironmentVariables["MYSQL_ROOT_PASSWORD"] = secret)
            .WithHealthCheck(key);
    }

    /// <summary>Adds a database, which is made once the server is ready.</summary>
    public static IResourceBuilder<MySqlDatabaseResource> AddDatabase(this IResourceBuilder<MySqlServerResource> builder, string name, string? databaseName = null)
    {
        var database = new MySqlDatabaseResource(name, databaseName ?? name, builder.Resource);
        var application = builder.ApplicationBuilder;
        var key = $"{name}_check";
        application.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, _ => new ConnectionStringHealthCheck(database), null, null, TimeSpan.FromSeconds(5)));
        application.Eventing.Subscribe<ResourceReadyEvent>(builder.Resource, async (@event, cancellationToken) =>
        {
            await using var connection = new MySqlConnector.MySqlConnection(await builder.Resource.ConnectionStringExpression.GetValueAsync(cancellationToken));
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = $"CREATE DATABASE IF NOT EXISTS `{database.DatabaseName.Replace("`", "``", StringComparison.Ordinal)}`";
            await command.ExecuteNonQueryAsync(cancellationToken);
            await @event.Services.GetRequiredService<ResourceNotificationService>().PublishUpdateAsync(
                database, state => state with { State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success) });
        });
        return application.AddResource(database)
            .WithInitialState(new CustomResourceSnapshot { ResourceType = "MySqlDatabase", Properties = [], State = KnownResourceStates.NotStarted })
            .WithHealthCheck(key);
    }

    /// <summary>Keeps the data in a volume.</summary>
    public static IResourceBuilder<MySqlServerResource> WithDataVolume(this IResourceBuilder<MySqlServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(name ?? $"{builder.ApplicationBuilder.AppHostAssembly?.GetName().Name}-{builder.Resource.Name}-data".ToLowerInvariant(), "/var/lib/mysql"));

    // A volume keeps the password it was made with, so the password is kept too, where user secrets would be.
    private static Func<string> Generated(IDistributedApplicationBuilder builder, string name) => () =>
    {
        if (builder.Configuration[$"Parameters:{name}-password"] is { } configured)
        {
            return configured;
        }

        var path = Path.Combine(builder.AppHostDirectory, "obj", string.Create(CultureInfo.InvariantCulture, $"{name}-password"));
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        return File.ReadAllText(path);
    };
}
