using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ImageApp.AppHost.Hosting.Start;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageApp.AppHost.Hosting.Database;

/// <summary>Runs an installed MySQL or MariaDB as a resource.</summary>
internal static class MySqlProcessExtensions
{
    private const string PasswordAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>
    /// Adds the server with one database. Data is kept in <c>LocalMySql:DataDirectory</c> (default below <c>.local</c>), the generated
    /// password
    /// beside it in a file only its owner can read; the server listens on the loopback alone.
    /// </summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddMySqlProcess(
        this IDistributedApplicationBuilder builder,
        string name,
        MySqlInstallation installation,
        string databaseName,
        string folderName
    )
    {
        var folder = StateFolder.Of(builder, "LocalMySql:DataDirectory", folderName);
        Directory.CreateDirectory(folder);
        var secret = Password(Path.Combine(folder, "password"));
        var password = builder.AddParameter($"{name}-password", secret, secret: true);
        var port = FreePort();
        var server = new MySqlProcessResource(name, installation.ServerPath, folder, password.Resource);
        var database = new MySqlProcessDatabaseResource(databaseName, server);
        builder
            .Services.AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    $"{name}_check",
                    _ => new MySqlConnectionHealthCheck(server),
                    null,
                    null,
                    TimeSpan.FromSeconds(5)
                )
            )
            .Add(
                new HealthCheckRegistration(
                    $"{databaseName}_check",
                    _ => new MySqlConnectionHealthCheck(database),
                    null,
                    null,
                    TimeSpan.FromSeconds(5)
                )
            );

        builder
            .AddResource(server)
            .WithIconName("DatabaseMultiple")
            .WithEndpoint(port: port, targetPort: port, scheme: "tcp", name: MySqlProcessResource.EndpointName, isProxied: false)
            .WithHealthCheck($"{name}_check")
            .WithArgs([.. Arguments(folder, port)]);
        builder.Eventing.Subscribe<BeforeResourceStartedEvent>(
            server,
            (_, cancellationToken) => PrepareAsync(server, installation, databaseName, secret, cancellationToken)
        );

        // The orchestrator gives children of containers their parent's state, and only those.
        builder.Eventing.Subscribe<ResourceReadyEvent>(
            server,
            (@event, _) =>
                SetStateAsync(
                    database,
                    new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                    @event.Services
                )
        );
        builder.Eventing.Subscribe<ResourceStoppedEvent>(
            server,
            (@event, _) => SetStateAsync(database, new ResourceStateSnapshot(KnownResourceStates.Exited, null), @event.Services)
        );
        password.WithParentRelationship(server);
        return builder
            .AddResource(database)
            .WithIconName("Database")
            .WithInitialState(
                new CustomResourceSnapshot
                {
                    ResourceType = "MySqlDatabase",
                    Properties = [],
                    State = KnownResourceStates.NotStarted,
                }
            )
            .WithHealthCheck($"{databaseName}_check");
    }

    private static Task SetStateAsync(MySqlProcessDatabaseResource database, ResourceStateSnapshot state, IServiceProvider services) =>
        services
            .GetRequiredService<ResourceNotificationService>()
            .PublishUpdateAsync(database, snapshot => snapshot with { State = state, StartTimeStamp = DateTime.UtcNow });

    private static IEnumerable<object> Arguments(string folder, int port)
    {
        yield return "--no-defaults";
        yield return $"--datadir={Path.Combine(folder, "data")}";
        yield return $"--port={port}";
        yield return "--bind-address=127.0.0.1";
        yield return $"--socket={SocketPath(folder)}";
        yield return $"--pid-file={Path.Combine(folder, "pid")}";
        // In the system's folder it would delete another server's temporary tables when it starts.
        yield return $"--tmpdir={Path.Combine(folder, "tmp")}";
        yield return $"--init-file={Path.Combine(folder, "init.sql")}";
        yield return "--character-set-server=utf8mb4";
        yield return "--skip-name-resolve";
        if (Environment.UserName == "root")
        {
            // A server started by root refuses to run unless it is told to.
            yield return "--user=root";
        }
    }

    // A socket's path may have 107 bytes, which a folder of the repository can exceed.
    private static string SocketPath(string folder) =>
        Path.Combine(
            Path.GetTempPath(),
            $"imageapp-{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(folder)))[..12]}.sock"
        );

    private static async Task PrepareAsync(
        MySqlProcessResource server,
        MySqlInstallation installation,
        string database,
        string password,
        CancellationToken cancellationToken
    )
    {
        var data = Path.Combine(server.DataDirectory, "data");
        if (!File.Exists(Path.Combine(server.DataDirectory, "initialised")))
        {
            // Nothing was ever stored: a half-made data directory of an interrupted first run is made again.
            if (Directory.Exists(data))
            {
                Directory.Delete(data, recursive: true);
            }

            await InitialiseAsync(installation, data, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(server.DataDirectory, "initialised"), "", cancellationToken);
        }

        Directory.CreateDirectory(Path.Combine(server.DataDirectory, "tmp"));

        // Run by the server at each start, so that user and database are there however the last run ended.
        var escaped = password.Replace("'", "''", StringComparison.Ordinal);
        var statements = $"""
            CREATE DATABASE IF NOT EXISTS `{database}` CHARACTER SET utf8mb4;
            CREATE USER IF NOT EXISTS '{MySqlProcessResource.User}'@'127.0.0.1' IDENTIFIED BY '{escaped}';
            ALTER USER '{MySqlProcessResource.User}'@'127.0.0.1' IDENTIFIED BY '{escaped}';
            GRANT ALL PRIVILEGES ON `{database}`.* TO '{MySqlProcessResource.User}'@'127.0.0.1';

            """;
        WritePrivately(Path.Combine(server.DataDirectory, "init.sql"), statements);
    }

    private static async Task InitialiseAsync(MySqlInstallation installation, string data, CancellationToken cancellationToken)
    {
        var asRoot = Environment.UserName == "root" ? "--user=root" : "--skip-log-bin";
        var (command, arguments) = installation.IsMariaDb
            ? (
                Path.Combine("/usr/bin", "mariadb-install-db") is var script && File.Exists(script) ? script : "mariadb-install-db",
                new[] { "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=socket", "--skip-test-db", asRoot }
            )
            : (installation.ServerPath, ["--no-defaults", "--initialize", $"--datadir={data}", asRoot]);
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new DistributedApplicationException($"{command} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new DistributedApplicationException(
                $"The database's data directory {data} could not be made: {command} ended with {process.ExitCode}: {await output} {await error}"
            );
        }
    }

    private static string Password(string path)
    {
        if (!File.Exists(path))
        {
            WritePrivately(path, RandomNumberGenerator.GetString(PasswordAlphabet, 24));
        }

        return File.ReadAllText(path);
    }

    private static void WritePrivately(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
