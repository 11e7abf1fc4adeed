using System.Diagnostics;
using ImageApp.Benchmarks.Processes;

namespace ImageApp.Benchmarks.Start;

/// <summary>The database server by itself, on the data the AppHost left behind.</summary>
internal static class DatabasePeer
{
    /// <summary>How long it took each time from its start to its first connection.</summary>
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(string folder, int count, CancellationToken cancellationToken)
    {
        var data = Directory
            .EnumerateFiles(Path.Combine(folder, "mysql"), "ibdata1", SearchOption.AllDirectories)
            .Select(Path.GetDirectoryName)
            .Single()!;
        var durations = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await using var server = await DatabaseServer.OpenAsync(
                data, folder, ["--skip-grant-tables", "--skip-networking=0"], cancellationToken);
            durations.Add(Stopwatch.GetElapsedTime(start));
        }

        return durations;
    }
}
