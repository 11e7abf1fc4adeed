using System.Diagnostics;
using System.Globalization;
using MySqlConnector;

namespace ImageApp.Benchmarks.Start;

/// <summary>The database server by itself, on the data the AppHost left behind.</summary>
internal static class DatabasePeer
{
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(string folder, int count, CancellationToken cancellationToken)
    {
        var data = Directory
            .EnumerateFiles(Path.Combine(folder, "mysql"), "ibdata1", SearchOption.AllDirectories)
            .Select(Path.GetDirectoryName)
            .Single();
        var server = new[] { "/usr/sbin/mariadbd", "/usr/sbin/mysqld" }.First(File.Exists);
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var durations = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(
                new ProcessStartInfo(
                    server,
                    [
                        "--no-defaults",
                        $"--datadir={data}",
                        "--user=root",
                        "--bind-address=127.0.0.1",
                        $"--port={port}",
                        $"--socket={folder}/peer.sock",
                        "--skip-grant-tables",
                        "--skip-networking=0",
                    ]
                )
                {
                    RedirectStandardError = true,
                }
            )!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            try
            {
                while (!await CanConnectAsync(port, cancellationToken))
                {
                    await Task.Delay(5, cancellationToken);
                }

                durations.Add(clock.Elapsed);
            }
            finally
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        return durations;
    }

    private static async Task<bool> CanConnectAsync(string port, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new MySqlConnection($"Server=127.0.0.1;Port={port};User ID=root;SslMode=None;Pooling=false");
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
