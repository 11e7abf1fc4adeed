using System.Diagnostics;
using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;
using ImageApp.Benchmarks.Start;

namespace ImageApp.Benchmarks.Idle;

/// <summary>What an open gallery page costs while nothing happens: the whole application from its AppHost, and a real browser.</summary>
internal sealed class IdleBenchmark : IBenchmark
{
    private static readonly (string Name, string Program)[] Parts =
        [("web", "ImageApp.Web"), ("database", "mariadbd|mysqld"), ("dashboard", "Aspire.Dashboard")];

    /// <inheritdoc/>
    public string Name => "idle";

    /// <inheritdoc/>
    public string Title => "An open page while nothing happens";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var settle = TimeSpan.FromSeconds(settings.Count(full: 75, quick: 2));
        var measured = TimeSpan.FromSeconds(settings.Count(full: 60, quick: 5));
        section.Say(FormattableString.Invariant(
            $"The built AppHost (everything as `./run` starts it) with one gallery page open in Chromium, {settle.TotalSeconds:0} s after it was loaded, over {measured.TotalSeconds:0} s. The peer is the documented application with a page that asks again every five seconds, since it tells nobody of changes."));
        await using var application = await RunningAppHost.StartAsync(settings.Folder, cancellationToken);
        await using (OpenPage(application.Web.BaseAddress!, settings))
        {
            await Task.Delay(settle, cancellationToken);
            var before = Parts.Select(part => CpuOf(part.Program)).ToList();
            await Task.Delay(measured, cancellationToken);
            var after = Parts.Select(part => CpuOf(part.Program)).ToList();
            var shares = before.Zip(after, (from, to) => (to - from) / measured.TotalMilliseconds * 100).ToList();
            var peer = await DocumentedAsync(settings, measured, cancellationToken);
            section.Add(new Figure("web, database and dashboard together", "% of a core", shares.Sum(), "Flask and its database", peer)
            {
                Aim = "2 % of a core",
            });
            section.AddTable(
                ["part", "% of a core"],
                Parts.Zip(shares, (part, share) => (IReadOnlyList<string>)[part.Name, Section.Number(share)]));
        }

        double CpuOf(string program)
        {
            var found = application.ProcessesOf(program.Split('|'));
            return found.Count > 0
                ? found.Sum(MeasuredProcess.TimeOf)
                : throw new InvalidOperationException($"No process of the application is {program}.");
        }
    }

    private static MeasuredProcess OpenPage(Uri address, BenchmarkSettings settings) => MeasuredProcess.Start(
        DatabaseServer.Find("chromium", "chromium-browser", "google-chrome"),
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
            $"--user-data-dir={Path.Combine(settings.Folder, "browser")}", address.ToString(),
        ]);

    private static async Task<double> DocumentedAsync(BenchmarkSettings settings, TimeSpan measured, CancellationToken cancellationToken)
    {
        await using var gallery = await RunningGallery.StartDocumentedAsync(settings.Folder, cancellationToken);
        await Web.GalleryRows.FillDocumentedAsync(gallery.ConnectionString, 24, cancellationToken);
        var before = gallery.Web.CpuMilliseconds + gallery.Database.Process.CpuMilliseconds;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < measured)
        {
            (await gallery.Http.GetAsync("/gallery", cancellationToken)).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        }

        return (gallery.Web.CpuMilliseconds + gallery.Database.Process.CpuMilliseconds - before)
            / Stopwatch.GetElapsedTime(start).TotalMilliseconds * 100;
    }
}
