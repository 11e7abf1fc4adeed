using System.Diagnostics;
using System.IO.Compression;
using Amazon.S3.Model;
using ImageApp.Benchmarks.Peers;
using ImageApp.Benchmarks.Pipeline;
using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;
using ImageApp.Benchmarks.Thumbnails;

namespace ImageApp.Benchmarks.Functions;

/// <summary>
/// Cold starts of the thumbnail function: from the start of the process to the thumbnail in its row, its memory, and the zips.
/// </summary>
internal sealed class FunctionBenchmark : IBenchmark
{
    private const string Function = "ThumbnailFunction";

    /// <inheritdoc/>
    public string Name => "functions";

    /// <inheritdoc/>
    public string Title => "Functions, cold";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        Published.Require(settings);
        var starts = settings.Count(full: 5, quick: 1);
        section.Say(
            $"A picture of 12 megapixels lies in the bucket and its event waits; then the function's process is started, {starts} times a picture. Measured is the time until "
            + "the thumbnail is stored and in its row, and the most memory the process ever had, with all renditions made. The peer is the documented function: Python 3 with boto3, Pillow and PyMySQL.");
        var pictures = Pictures(settings);
        await using var ours = await RunningGallery.StartAsync(settings.Folder, cancellationToken);
        await using var theirs = await RunningGallery.StartDocumentedAsync(settings.Folder, cancellationToken);
        var (peak, peakTheirs) = (0L, 0L);
        foreach (var (name, file, contentType) in pictures)
        {
            var (mine, memory) = await MeasureAsync(ours, file, contentType, starts, cancellationToken);
            var (peers, peersMemory) = await MeasureAsync(theirs, file, contentType, starts, cancellationToken);
            section.Add(new Figure($"{name}, process to stored thumbnail", "ms", mine, "Python", peers) { Aim = "3" });
            (peak, peakTheirs) = (Math.Max(peak, memory), Math.Max(peakTheirs, peersMemory));
        }

        section.Add(new Figure("peak memory of all of these", "MB", peak / 1e6, "Python", peakTheirs / 1e6) { Aim = "256 MB at most" });
        var python = await PackagesAsync(settings.Folder, cancellationToken);
        foreach (var (what, name, aim) in new[]
        {
            ("zip of the caption function", "CaptionFunction", "12 MB at most"),
            ("zip of the thumbnail function", Function, "16 MB at most"),
            ("the layer with the libraries of both", "Imaging", ""),
        })
        {
            var zip = new FileInfo(Path.Combine("artifacts", $"ImageApp.{name}.zip"));
            if (zip.Exists)
            {
                section.Add(new Figure(
                    what, "MB", zip.Length / 1e6, "boto3, Pillow and PyMySQL zipped, without Pillow's libraries", python / 1e6)
                {
                    Aim = aim,
                });
            }
        }
    }

    private static List<(string Name, string Path, string ContentType)> Pictures(BenchmarkSettings settings)
    {
        var by = settings.IsQuick ? 10 : 1;
        using var photo = TestPictures.Photo(4000 / by, 3000 / by);

        // A PNG of all that noise would be larger than any upload may be.
        using var smooth = photo.Gaussblur(2);
        return
        [
            Save("JPEG", "image/jpeg", ".jpg", path => photo.Jpegsave(path, q: 85)),
            Save("progressive JPEG", "image/jpeg", ".p.jpg", path => photo.Jpegsave(path, q: 85, interlace: true)),
            Save("PNG", "image/png", ".png", path => smooth.Pngsave(path, compression: 6)),
        ];

        (string, string, string) Save(string name, string contentType, string extension, Action<string> save)
        {
            var path = Path.Combine(settings.Folder, "cold" + extension);
            save(path);
            return (name, path, contentType);
        }
    }

    private static async Task<(double Milliseconds, long PeakMemory)> MeasureAsync(
        RunningGallery gallery, string file, string contentType, int starts, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var peak = 0L;
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        for (var i = 0; i < starts; i++)
        {
            var key = $"images/{Guid.CreateVersion7()}{Path.GetExtension(file)}";
            using var stream = new MemoryStream(content);
            await gallery.Aws.S3.PutObjectAsync(
                new PutObjectRequest { BucketName = gallery.Aws.Bucket, Key = key, InputStream = stream, ContentType = contentType },
                cancellationToken);
            var start = Stopwatch.GetTimestamp();
            gallery.StartFunction(Function, 1);
            await ImageRows.WaitAsync(
                gallery, $"image_key = '{key}' AND {ImageRows.HasThumbnail}", 1, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (!gallery.IsDocumented)
            {
                await ImageRows.WaitAsync(gallery, $"image_key = '{key}' AND preview_key IS NOT NULL", 1, cancellationToken);
            }

            peak = Math.Max(peak, gallery.Functions[0].PeakMemory);
            await gallery.StopFunctionsAsync();
        }

        return (times.Median(), peak);
    }

    // What the documented function's zip has beside a few lines of its own.
    private static async Task<long> PackagesAsync(string folder, CancellationToken cancellationToken)
    {
        await using var python = MeasuredProcess.Start(
            PythonPeer.Program,
            [
                "-c",
                "import os, PIL, boto3, botocore, pymysql, s3transfer; "
                    + "print('\\n'.join(os.path.dirname(m.__file__) for m in (PIL, boto3, botocore, pymysql, s3transfer)))",
            ]);
        await python.WaitForExitAsync(cancellationToken);
        var zip = Path.Combine(folder, "python.zip");
        await using (var archive = await ZipFile.OpenAsync(zip, ZipArchiveMode.Create, cancellationToken))
        {
            foreach (var package in python.Output.Split('\n'))
            {
                foreach (var file in Directory.EnumerateFiles(package, "*", SearchOption.AllDirectories))
                {
                    if (!file.EndsWith(".pyc", StringComparison.Ordinal))
                    {
                        await archive.CreateEntryFromFileAsync(
                            file, Path.GetRelativePath(package, file), CompressionLevel.Optimal, cancellationToken);
                    }
                }
            }
        }

        return new FileInfo(zip).Length;
    }
}
