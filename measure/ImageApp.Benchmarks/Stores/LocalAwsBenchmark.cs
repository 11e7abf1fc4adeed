using System.Diagnostics;
using System.Security.Cryptography;
using Amazon.S3.Model;
using ImageApp.Benchmarks.Reporting;
using ImageApp.Core.Storage;

namespace ImageApp.Benchmarks.Stores;

/// <summary>
/// Objects of 10 kB into and out of local AWS, over eight connections, and how soon it takes the first one: beside other programs with S3's
/// interface, each a process of its own in the same run, one after the other.
/// </summary>
internal sealed class LocalAwsBenchmark : IBenchmark
{
    private const int Connections = 8;
    private const int ObjectBytes = 10 * 1024;
    private const int OriginalBytes = 4_500_000;
    private const string OriginalKey = "images/original.jpg";
    private const string Sdk = "AWS SDK for .NET by itself";

    /// <inheritdoc/>
    public string Name => "local-aws";

    /// <inheritdoc/>
    public string Title => "Local AWS as a store of objects";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var (requests, rounds) = (settings.Count(full: 3000, quick: 40), settings.Count(full: 3, quick: 1));
        section.Say(FormattableString.Invariant(
            $"{requests:N0} requests with {ObjectBytes:N0} bytes each over {Connections} connections, median of {rounds} rounds; one round before them is not counted."));
        var measured = new List<(string Name, double Put, double Get, double Start)>();
        foreach (var store in Stores(section, settings.Folder))
        {
            measured.Add(await MeasureAsync(store, requests, rounds, cancellationToken));
        }

        var (us, put, get, start) = measured[0];
        foreach (var peer in measured.Skip(1))
        {
            section.Add(new Figure($"PUT, {us}", "1/s", put, peer.Name, peer.Put) { IsRate = true });
            section.Add(new Figure($"GET, {us}", "1/s", get, peer.Name, peer.Get) { IsRate = true });
            section.Add(new Figure("start to the first PUT", "ms", start, peer.Name, peer.Start));
        }

        await FetchAsync(section, settings, cancellationToken);
    }

    // As the functions fetch it, beside the same by the SDK alone, in turn.
    private static async Task FetchAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        var (count, warm) = (settings.Count(full: 40, quick: 2), settings.Count(full: 40, quick: 1));
        await using var store = await ObjectStore.StartAsync(Stores(section, settings.Folder).First(), 1, cancellationToken);
        using (var content = new MemoryStream(RandomNumberGenerator.GetBytes(OriginalBytes)))
        {
            await store.Client.PutObjectAsync(
                new PutObjectRequest { BucketName = ObjectStore.Bucket, Key = OriginalKey, InputStream = content }, cancellationToken);
        }

        var bucket = new ImageBucket(store.Client, new BucketOptions { BucketName = ObjectStore.Bucket }, TimeProvider.System);
        List<double> ours = [], oursCpu = [], theirs = [], theirsCpu = [];
        for (var i = -warm; i < count; i++)
        {
            var mine = await MeasureAsync(async () =>
            {
                using var found = await bucket.OpenAsync(OriginalKey, ifNoneMatch: null, cancellationToken);
                await found!.Content.CopyToAsync(Stream.Null, cancellationToken);
            });
            var peer = await MeasureAsync(async () =>
            {
                using var found = await store.Client.GetObjectAsync(ObjectStore.Bucket, OriginalKey, cancellationToken);
                await found.ResponseStream.CopyToAsync(Stream.Null, cancellationToken);
            });
            if (i >= 0)
            {
                ours.Add(mine.Milliseconds);
                oursCpu.Add(mine.Cpu);
                theirs.Add(peer.Milliseconds);
                theirsCpu.Add(peer.Cpu);
            }
        }

        const string what = "fetching and verifying an original of 4.5 MB";
        section.Add(new Figure(what, "ms", ours.Median(), Sdk, theirs.Median()));
        section.Add(new Figure(what, "CPU ms", oursCpu.Average(), Sdk, theirsCpu.Average()));

        static async Task<(double Milliseconds, double Cpu)> MeasureAsync(Func<Task> fetch)
        {
            var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await fetch();
            return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
        }
    }

    private static IEnumerable<ObjectStoreDescription> Stores(Section section, string folder)
    {
        var root = Path.GetFullPath(".");
        var published = Path.Combine(root, "artifacts", "local-aws", "ImageApp.LocalAws");
        var isPublished = File.Exists(published);
        yield return new(
            isPublished ? "local AWS" : "local AWS (built for debugging)",
            isPublished ? published : Path.Combine(root, "local", "ImageApp.LocalAws", "bin", "Debug", "net10.0", "ImageApp.LocalAws"),
            port =>
            [
                FormattableString.Invariant($"--LocalAws:Port={port}"),
                $"--LocalAws:DataDirectory={Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName}",
            ],
            "local",
            "local-secret");
        yield return new(
            "s3rver",
            "node",
            port =>
            [
                Path.Combine(root, ".local", "peers", "node_modules", "s3rver", "bin", "s3rver.js"),
                "--silent",
                "--directory",
                Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName,
                "--port",
                FormattableString.Invariant($"{port}"),
            ],
            "S3RVER",
            "S3RVER");
        if (HasMoto())
        {
            yield return new(
                "moto",
                "python3",
                port => ["-c", FormattableString.Invariant($"from moto.server import main; main(['-p', '{port}'])")],
                "local",
                "local-secret");
        }
        else
        {
            section.Say("moto was not installed for python3 (`pip install 'moto[server]'`) and is left out.");
        }
    }

    private static bool HasMoto()
    {
        var start = new ProcessStartInfo("python3", ["-c", "import moto.server"]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static async Task<(string Name, double Put, double Get, double Start)> MeasureAsync(
        ObjectStoreDescription description,
        int requests,
        int rounds,
        CancellationToken cancellationToken)
    {
        var content = RandomNumberGenerator.GetBytes(ObjectBytes);
        List<double> puts = [], gets = [], starts = [];
        for (var start = 0; start < rounds; start++)
        {
            await using var store = await ObjectStore.StartAsync(description, Connections, cancellationToken);
            starts.Add(store.StartedAfter.TotalMilliseconds);
            if (start > 0)
            {
                continue;
            }

            for (var round = 0; round <= rounds; round++)
            {
                var put = await store.RateAsync(HttpMethod.Put, content, requests, Connections, cancellationToken);
                var get = await store.RateAsync(HttpMethod.Get, content, requests, Connections, cancellationToken);
                if (round > 0)
                {
                    puts.Add(put);
                    gets.Add(get);
                }
            }
        }

        return (description.Name, puts.Median(), gets.Median(), starts.Median());
    }
}
