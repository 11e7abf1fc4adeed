using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;
using ImageApp.LoadTest.Generators;
using ImageApp.LoadTest.Measuring;

namespace ImageApp.Benchmarks.Web;

/// <summary>The documented load: 500 requests a second, half health checks and half pages, in bursts, evenly and many at once.</summary>
internal sealed class MixBenchmark : IBenchmark
{
    // More than this a second the documented application does not answer on two processors.
    private const double PeerRate = 40;

    /// <inheritdoc/>
    public string Name => "mix";

    /// <inheritdoc/>
    public string Title => "The documented load";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        Published.Require(settings);
        var rows = settings.Count(full: 10_000, quick: 200);
        var profile = new LoadProfile
        {
            Duration = TimeSpan.FromSeconds(settings.Count(full: 40, quick: 2)),
            WarmUp = TimeSpan.FromSeconds(settings.Count(full: 20, quick: 1)),
        };
        profile = settings.IsQuick ? profile.At(20) : profile;
        section.Say(FormattableString.Invariant(
            $"{profile.Describe()}, after {profile.WarmUp.TotalSeconds:0} s of warm-up, over {rows:N0} rows, pages of 50 (Flask's of 24). Times are from when a request was due. Flask is sent {PeerRate} requests/s of the same shape: more it does not answer here; both are compared by the request."));
        Measured ours, theirs;
        await using (var gallery = await RunningGallery.StartAsync(settings.Folder, cancellationToken))
        {
            await GalleryRows.FillAsync(gallery.ConnectionString, rows, cancellationToken);
            ours = await SendAsync(gallery, profile, cancellationToken);
        }

        await using (var gallery = await RunningGallery.StartDocumentedAsync(settings.Folder, cancellationToken))
        {
            await GalleryRows.FillDocumentedAsync(gallery.ConnectionString, rows, cancellationToken);
            theirs = await SendAsync(gallery, profile.At(Math.Min(PeerRate, profile.Rate)), cancellationToken);
        }

        section.Add(new Figure("a request of the mix, web", "CPU ms", ours.WebCpu, "Flask", theirs.WebCpu));
        section.Add(new Figure("a request of the mix, database", "CPU ms", ours.DatabaseCpu, "Flask", theirs.DatabaseCpu));
        section.Add(new Figure(
            FormattableString.Invariant($"web at {ours.Rate:0} requests/s"), "% of a core", ours.WebCpu * ours.Rate / 10,
            "Flask, had it answered as many", theirs.WebCpu * ours.Rate / 10)
        { Aim = "10 % of a core" });
        section.Add(new Figure(
            "median", "ms", ours.Latencies.Median.TotalMilliseconds, "Flask at its rate", theirs.Latencies.Median.TotalMilliseconds));
        section.Add(new Figure(
            "99 %", "ms", ours.Latencies.P99.TotalMilliseconds, "Flask at its rate", theirs.Latencies.P99.TotalMilliseconds)
        {
            Aim = "10 ms",
        });
        section.Say(FormattableString.Invariant(
            $"{ours.Latencies.Count:N0} answers, {ours.Failed} failed; Flask {theirs.Latencies.Count:N0}, {theirs.Failed} failed."));
    }

    private static async Task<Measured> SendAsync(RunningGallery gallery, LoadProfile profile, CancellationToken cancellationToken)
    {
        using (var first = new RequestSender(gallery.Http.BaseAddress!, profile, new LoadRecorder()))
        {
            await LoadGenerator.RunAsync(profile with { Duration = profile.WarmUp }, first, cancellationToken);
        }

        var recorder = new LoadRecorder();
        using var sender = new RequestSender(gallery.Http.BaseAddress!, profile, recorder);
        var (web, database) = (gallery.Web.CpuMilliseconds, gallery.Database.Process.CpuMilliseconds);
        await LoadGenerator.RunAsync(profile, sender, cancellationToken);
        var result = recorder.Snapshot();
        return result.All.Count > 0
            ? new Measured(
                result.All,
                result.Failed,
                (gallery.Web.CpuMilliseconds - web) / result.All.Count,
                (gallery.Database.Process.CpuMilliseconds - database) / result.All.Count,
                result.All.Count / profile.Duration.TotalSeconds)
            : throw new InvalidOperationException($"Nothing was answered:\n{gallery.Web.Output}");
    }

    private sealed record Measured(Latencies Latencies, long Failed, double WebCpu, double DatabaseCpu, double Rate);
}
