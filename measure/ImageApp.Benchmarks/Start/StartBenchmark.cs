using ImageApp.Benchmarks.Reporting;

namespace ImageApp.Benchmarks.Start;

/// <summary>How long a developer waits: the built AppHost until the web app is healthy.</summary>
internal sealed class StartBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "start";

    /// <inheritdoc/>
    public string Title => "Start of the whole application";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var starts = new List<double>();
        var count = settings.Count(full: 3, quick: 1);

        // The first one makes the database.
        for (var i = 0; i <= count; i++)
        {
            await using var application = await RunningAppHost.StartAsync(settings.Folder, cancellationToken);
            if (i > 0)
            {
                starts.Add(application.StartedAfter.TotalSeconds);
            }
        }

        var peer = await DatabasePeer.RunAsync(settings.Folder, count, cancellationToken);
        section.Add(new Figure(
            $"built AppHost to web healthy, median of {count}", "s", starts.Median(),
            "the database server alone, to its first connection", peer.Select(one => one.TotalSeconds).Median()));
    }
}
