using System.Diagnostics;
using ImageApp.Tests.Database;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

[assembly: AssemblyFixture(typeof(DatabaseServer))]

namespace ImageApp.Tests.Database;

/// <summary>One real MariaDB or MySQL server for all tests, on a port and in a folder of its own. Each test takes its own database of
/// it.</summary>
public sealed class DatabaseServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-db-").FullName;
    private readonly int _port = FreePort.Next();
    private Process? _process;
    private int _databases;

    /// <summary>The connection string of the server, without a database.</summary>
    public string ConnectionString => $"Server=127.0.0.1;Port={_port};User ID=root;SslMode=None;AllowPublicKeyRetrieval=true";

    public async ValueTask InitializeAsync()
    {
        var server = Executable("mariadbd", "mysqld");
        var data = Path.Combine(_folder, "data");
        if (Path.GetFileName(server) == "mariadbd")
        {
            await RunAsync(
                Executable("mariadb-install-db"),
                $"--no-defaults --datadir={data} --auth-root-authentication-method=normal --skip-test-db --user=root"
            );
        }
        else
        {
            await RunAsync(server, $"--no-defaults --initialize-insecure --datadir={data} --user=root");
        }

        // A server that starts deletes what it takes for its own leftovers in a folder that it shares.
        var temporary = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName;
        _process = Process.Start(
            new ProcessStartInfo(
                server,
                $"--no-defaults --datadir={data} --user=root --bind-address=127.0.0.1 --port={_port} --socket={_folder}/s --pid-file={_folder}/pid "
                    + $"--tmpdir={temporary} "
                    + "--character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=64M"
            )
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();

        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new MySqlConnection(ConnectionString);
                await connection.OpenAsync();
                return;
            }
            catch (MySqlException) when (!_process.HasExited && deadline.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"CREATE DATABASE {name} CHARACTER SET utf8mb4", connection);
        await command.ExecuteNonQueryAsync();
        return $"{ConnectionString};Database={name}";
    }

    /// <summary>Creates a database with the catalogue's schema.</summary>
    public async Task<MySqlDataSource> CreateCatalogueAsync()
    {
        var source = new MySqlDataSource(await CreateDatabaseAsync());
        CatalogueMigrations.Apply(source, NullLogger.Instance);
        return source;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string Executable(params string[] names) =>
        (
            from name in names
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/libexec"])
            let path = Path.Combine(folder, name)
            where File.Exists(path)
            select path
        ).FirstOrDefault()
        ?? throw new InvalidOperationException($"None of {string.Join(", ", names)} is installed; ./test installs mariadb-server-core.");

    private static async Task RunAsync(string file, string arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{file} {arguments} ended with {process.ExitCode}: {await output}{await error}");
    }
}
