using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;
using ImageApp.Benchmarks.Thumbnails;

namespace ImageApp.Benchmarks.Pipeline;

/// <summary>Whole uploads, through web tier, bucket, topic and functions: how soon the thumbnail is there, and how many a second.</summary>
internal sealed class PipelineBenchmark : IBenchmark
{
    private static readonly int[] Processes = [1, 2, 4];
    private static readonly int[] AtOnce = [1, 4, 16, 64];

    /// <inheritdoc/>
    public string Name => "pipeline";

    /// <inheritdoc/>
    public string Title => "Uploads, whole";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        Published.Require(settings);
        var by = settings.IsQuick ? 10 : 1;
        using var photo = TestPictures.Photo(4000 / by, 3000 / by);
        var content = photo.JpegsaveBuffer(q: 85);
        section.Say(FormattableString.Invariant(
            $"A JPEG of 12 megapixels and {content.Length / 1e6:0.0} MB, sent as a browser's form sends it, to the thumbnail in its row: a process of each function, one upload at a time. ImageApp's functions are NativeAOT; they and those of the peer, the documented application in Python, run below the same local AWS. ImageApp makes four larger renditions and a caption from the picture's own colours beside the thumbnail, the peer a caption from its header."));
        await using var ours = await RunningGallery.StartAsync(settings.Folder, cancellationToken);
        await using var theirs = await RunningGallery.StartDocumentedAsync(settings.Folder, cancellationToken);
        var (mine, peers) = (new Uploading(ours), new Uploading(theirs));
        await LatencyAsync(section, settings, mine, peers, content, cancellationToken);
        await ThroughputAsync(section, settings, mine, peers, content, cancellationToken);
        await TraceAsync(section, settings, content, cancellationToken);
    }

    private static void Start(RunningGallery gallery, int count)
    {
        gallery.StartFunction("ThumbnailFunction", count);
        gallery.StartFunction("CaptionFunction", count);
    }

    private static async Task LatencyAsync(
        Section section,
        BenchmarkSettings settings,
        Uploading ours,
        Uploading theirs,
        byte[] content,
        CancellationToken cancellationToken)
    {
        var (count, warm) = (settings.Count(full: 60, quick: 2), settings.Count(full: 15, quick: 1));
        var times = await MeasureAsync(ours);
        var peer = await MeasureAsync(theirs);
        section.Add(new Figure("upload to thumbnail in the row, median", "ms", times.Median(), "Python", peer.Median()) { Aim = "150 ms" });
        section.Add(new Figure("the same, 99 %", "ms", times.Percentile(99), "Python", peer.Percentile(99)) { Aim = "400 ms" });

        async Task<List<double>> MeasureAsync(Uploading application)
        {
            Start(application.Gallery, 1);
            await application.ToThumbnailAsync(content, warm, cancellationToken);
            var measured = await application.ToThumbnailAsync(content, count, cancellationToken);
            await application.Gallery.StopFunctionsAsync();
            return measured;
        }
    }

    private static async Task ThroughputAsync(
        Section section,
        BenchmarkSettings settings,
        Uploading ours,
        Uploading theirs,
        byte[] content,
        CancellationToken cancellationToken)
    {
        foreach (var processes in settings.IsQuick ? [1, 4] : Processes)
        {
            Start(ours.Gallery, processes);
            Start(theirs.Gallery, processes);
            foreach (var atOnce in settings.IsQuick ? [1, 64] : AtOnce)
            {
                var count = settings.Count(full: Math.Max(16, atOnce), quick: 2);
                var rate = await ours.RateAsync(content, count, atOnce, cancellationToken);
                var peer = await theirs.RateAsync(content, count, atOnce, cancellationToken);
                section.Add(new Figure(
                    FormattableString.Invariant($"{processes} of each function, {atOnce} at once, all renditions and caption"), "images/s",
                    rate, "Python, thumbnail and caption", peer)
                {
                    IsRate = true,
                });
            }

            await ours.Gallery.StopFunctionsAsync();
            await theirs.Gallery.StopFunctionsAsync();
        }
    }

    private static async Task TraceAsync(Section section, BenchmarkSettings settings, byte[] content, CancellationToken cancellationToken)
    {
        var (count, warm) = (settings.Count(full: 15, quick: 2), settings.Count(full: 5, quick: 1));
        await using var collector = await SpanCollector.StartAsync(cancellationToken);
        await using var gallery = await RunningGallery.StartAsync(settings.Folder, cancellationToken, collector.Environment);
        Start(gallery, 1);
        var uploads = new Uploading(gallery);
        await uploads.ToThumbnailAsync(content, warm, cancellationToken);
        var from = (ulong)(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000);
        await uploads.ToThumbnailAsync(content, count, cancellationToken);
        var traces = await UploadTrace.CollectAsync(collector, from, count, cancellationToken);
        section.Say(FormattableString.Invariant(
            $"Where each millisecond goes, from {count} traces: what begins when after the request's first byte, and how long it takes, medians. A span within another is part of it."));
        section.AddTable(
            ["who", "what", "begins after, ms", "takes, ms"],
            UploadTrace.Medians(traces).Select(one => (IReadOnlyList<string>)
                [one.Service, one.Name, Section.Number(one.Start), Section.Number(one.Duration)]));
    }
}
