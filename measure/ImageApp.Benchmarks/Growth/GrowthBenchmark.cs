using System.Diagnostics;
using Amazon.S3.Model;
using ImageApp.Benchmarks.Pipeline;
using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;
using ImageApp.Benchmarks.Thumbnails;
using ImageApp.Benchmarks.Web;

namespace ImageApp.Benchmarks.Growth;

/// <summary>What a piece of work costs when there is ten times as much of everything.</summary>
internal sealed class GrowthBenchmark : IBenchmark
{
    private const string Chart = "growth.svg";

    /// <inheritdoc/>
    public string Name => "growth";

    /// <inheritdoc/>
    public string Title => "Growth";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        Published.Require(settings);
        section.Say(
            "The peer of each figure is ImageApp itself with a tenth as much: 1 is linear, since what is measured is one piece of work. Larger is better.");
        var lines = new List<GrowthLine>();
        await using (var gallery = await RunningGallery.StartAsync(settings.Folder, cancellationToken))
        {
            lines.Add(await RowsAsync(gallery, settings, cancellationToken));
            lines.Add(await ListenersAsync(gallery, settings, cancellationToken));
        }

        await using (var gallery = await RunningGallery.StartAsync(settings.Folder, cancellationToken))
        {
            lines.Add(await EventsAsync(gallery, settings, cancellationToken));
            lines.Add(await ObjectsAsync(gallery, settings, cancellationToken));
        }

        foreach (var line in lines)
        {
            foreach (var (before, point) in line.Points.Zip(line.Points.Skip(1)))
            {
                section.Add(new Figure(
                    FormattableString.Invariant($"{line.Name}: {point.Size:N0}"), line.Unit, point.Cost,
                    FormattableString.Invariant($"ImageApp with {before.Size:N0}"), before.Cost)
                { Aim = "1 or more, about" });
            }
        }

        section.AddFile(Chart, GrowthChart.Draw(lines));
        section.Say($"![What a piece of work costs with more and more of everything]({Chart})");
    }

    private static async Task<GrowthLine> RowsAsync(
        RunningGallery gallery, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var (requests, rounds) = (settings.Count(full: 500, quick: 10), settings.Count(full: 3, quick: 1));
        var points = new List<(double, double)>();
        foreach (var rows in settings.IsQuick ? (int[])[50, 500] : [1000, 10_000, 100_000, 1_000_000])
        {
            await GalleryRows.FillAsync(gallery.ConnectionString, rows, cancellationToken);
            await gallery.Database.Process.QuietAsync(cancellationToken);
            var cost = await RequestCost.MeasureAsync(gallery, "/gallery", requests, rounds, cancellationToken);
            points.Add((rows, cost.WebCpu + cost.DatabaseCpu));
        }

        return new GrowthLine("rows, for a page (web and database)", "CPU ms", points);
    }

    private static async Task<GrowthLine> ListenersAsync(
        RunningGallery gallery, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var changes = settings.Count(full: 40, quick: 2);
        var points = new List<(double, double)>();
        foreach (var count in settings.IsQuick ? (int[])[2, 20] : [5, 50, 500])
        {
            await using var listeners = await Listeners.OpenAsync(gallery, count, cancellationToken);
            var costs = new List<double>();
            for (var change = 0; change <= changes; change++)
            {
                var (told, before) = (listeners.Changes, gallery.Web.CpuMilliseconds);
                await DatabaseServer.ExecuteAsync(
                    gallery.ConnectionString,
                    FormattableString.Invariant($"UPDATE captions SET caption = 'Changed {count} {change}' ORDER BY id LIMIT 1"),
                    cancellationToken);
                await listeners.WaitAsync(told + count, cancellationToken);
                if (change > 0)
                {
                    costs.Add((gallery.Web.CpuMilliseconds - before) / count);
                }
            }

            points.Add((count, costs.Median()));
        }

        return new GrowthLine("listeners, for a change told to one (web)", "CPU ms", points);
    }

    private static async Task<GrowthLine> EventsAsync(
        RunningGallery gallery, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        using var photo = TestPictures.Photo(640, 480);
        var content = photo.JpegsaveBuffer(q: 85);
        var (points, all) = (new List<(double, double)>(), 0L);
        foreach (var count in settings.IsQuick ? (int[])[2, 4] : [10, 100, 1000])
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
                async (_, stopping) =>
                {
                    using var stream = new MemoryStream(content);
                    await gallery.Aws.S3.PutObjectAsync(
                        new PutObjectRequest
                        {
                            BucketName = gallery.Aws.Bucket,
                            Key = $"images/{Guid.CreateVersion7()}.jpg",
                            InputStream = stream,
                            ContentType = "image/jpeg",
                        },
                        stopping);
                });
            all += count;
            var start = Stopwatch.GetTimestamp();
            gallery.StartFunction("ThumbnailFunction", 1);
            gallery.StartFunction("CaptionFunction", 1);
            await ImageRows.WaitAsync(gallery, $"{ImageRows.Described} AND preview_key IS NOT NULL", all, cancellationToken);
            points.Add((count, Stopwatch.GetElapsedTime(start).TotalMilliseconds / count));
            await gallery.StopFunctionsAsync();
        }

        return new GrowthLine("queued events, for one picture of 0.3 MP", "ms", points);
    }

    private static async Task<GrowthLine> ObjectsAsync(
        RunningGallery gallery, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var (sample, points, there) = (settings.Count(full: 500, quick: 20), new List<(double, double)>(), 0);
        foreach (var count in settings.IsQuick ? (int[])[40, 400] : [1000, 10_000, 100_000])
        {
            await PutAsync(there, count - sample);
            var before = gallery.Aws.Process.CpuMilliseconds;
            await PutAsync(count - sample, count);
            await GetAsync(count);
            points.Add((count, (gallery.Aws.Process.CpuMilliseconds - before) / (2 * sample)));
            there = count;
        }

        return new GrowthLine("objects, for a PUT or GET of 1 kB (local AWS)", "CPU ms", points);

        Task PutAsync(int from, int to) => ForEachAsync(from, to, async (i, stopping) =>
        {
            using var stream = new MemoryStream(new byte[1024]);
            await gallery.Aws.S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = gallery.Aws.Bucket,
                    Key = FormattableString.Invariant($"growth/{i}"),
                    InputStream = stream,
                },
                stopping);
        });

        Task GetAsync(int count) => ForEachAsync(0, sample, async (i, stopping) =>
        {
            using var answer = await gallery.Aws.S3.GetObjectAsync(
                gallery.Aws.Bucket, FormattableString.Invariant($"growth/{(long)i * count / sample}"), stopping);
            await answer.ResponseStream.CopyToAsync(Stream.Null, stopping);
        });

        Task ForEachAsync(int from, int to, Func<int, CancellationToken, ValueTask> action) => Parallel.ForEachAsync(
            Enumerable.Range(from, Math.Max(0, to - from)),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            action);
    }
}
