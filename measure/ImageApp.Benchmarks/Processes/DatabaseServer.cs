using System.Globalization;
using MySqlConnector;

namespace ImageApp.Benchmarks.Processes;

/// <summary>MariaDB or MySQL on a port and in a folder of its own, set up as the AppHost does.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private readonly string _connection;

    private DatabaseServer(MeasuredProcess process, int port)
    {
        Process = process;
        Port = port;
        _connection = string.Create(
            CultureInfo.InvariantCulture,
            $"Server=127.0.0.1;Port={port};User ID=root;SslMode=None;AllowPublicKeyRetrieval=true;DefaultCommandTimeout=300");
    }

    /// <summary>Its process.</summary>
    public MeasuredProcess Process { get; }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Starts one with nothing in it.</summary>
    public static async Task<DatabaseServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var data = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "db")).FullName, "data");
        var server = Server;
        if (Path.GetFileName(server) == "mariadbd")
        {
            await RunAsync(
                Find("mariadb-install-db"),
                ["--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"],
                cancellationToken);
        }
        else
        {
            await RunAsync(server, ["--no-defaults", "--initialize-insecure", $"--datadir={data}", "--user=root"], cancellationToken);
        }

        return await OpenAsync(data, folder, [], cancellationToken);
    }

    /// <summary>Starts one on data that are there.</summary>
    /// <param name="data">Where they are.</param>
    /// <param name="folder">Where everything else goes.</param>
    /// <param name="options">What else it is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DatabaseServer> OpenAsync(
        string data, string folder, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, "run")).FullName;
        var temporary = Directory.CreateDirectory(Path.Combine(home, "tmp")).FullName;
        var port = FreePort.Next();
        var process = MeasuredProcess.Start(
            Server,
            [
                "--no-defaults", $"--datadir={data}", "--user=root", "--bind-address=127.0.0.1",
                FormattableString.Invariant($"--port={port}"), $"--socket={home}/s", $"--pid-file={home}/pid", $"--tmpdir={temporary}",
                "--character-set-server=utf8mb4", "--skip-name-resolve", .. options,
            ]);
        var database = new DatabaseServer(process, port);
        await process.UntilAsync(() => database.AnswersAsync(cancellationToken), cancellationToken);
        return database;
    }

    private static string Server => Find("mariadbd", "mysqld");

    /// <summary>Creates a database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateAsync(string name, CancellationToken cancellationToken)
    {
        await ExecuteAsync(_connection, $"CREATE DATABASE {name} CHARACTER SET utf8mb4", cancellationToken);
        return $"{_connection};Database={name}";
    }

    /// <summary>Executes a statement.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(connectionString + ";AllowUserVariables=true");
        await connection.OpenAsync(cancellationToken);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Process.DisposeAsync();

    /// <summary>Where one of some programs is.</summary>
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static string Find(params string[] names) =>
        (
            from name in names
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/libexec"])
            let path = Path.Combine(folder, name)
            where File.Exists(path)
            select path
        ).FirstOrDefault()
        ?? throw new InvalidOperationException(
            $"None of {string.Join(", ", names)} is installed; benchmarks/run installs mariadb-server-core.");

    private static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var process = MeasuredProcess.Start(program, arguments);
        await process.WaitForExitAsync(cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new MySqlConnection(_connection + ";Pooling=false");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (MySqlException)
        {
            // Not yet.
            return false;
        }
    }
}
