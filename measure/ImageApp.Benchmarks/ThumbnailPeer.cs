using System.Diagnostics;

namespace ImageApp.Benchmarks;

/// <summary>libvips' own command-line program, which only makes the thumbnail.</summary>
internal static class ThumbnailPeer
{
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(string file, int count, CancellationToken cancellationToken)
    {
        var durations = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            using var process = Process.Start("vipsthumbnail", [file, "--size", "200x200", "-o", "%s_small.jpg[Q=85,strip]"]);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"vipsthumbnail ended with {process.ExitCode}.");
            }

            durations.Add(clock.Elapsed);
        }

        return durations;
    }
}
