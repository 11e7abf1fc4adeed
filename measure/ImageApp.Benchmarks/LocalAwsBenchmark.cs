using System.Diagnostics;
using System.Security.Cryptography;

namespace ImageApp.Benchmarks;

/// <summary>
/// Objects of 10 kB into and out of local AWS, over eight connections, and how soon it takes the first one: beside other programs with S3's
/// interface, each a process of its own in the same run, one after the other.
/// </summary>
internal static class LocalAwsBenchmark
{
    private const int Connections = 8;
    private const int ObjectBytes = 10 * 1024;

    public static async Task RunAsync(string folder, int requests, int rounds, CancellationToken cancellationToken)
    {
        Console.WriteLine(
            $"{Environment.ProcessorCount} processors; {requests:N0} requests with {ObjectBytes:N0} bytes each over {Connections} connections, "
            + $"median of {rounds}; one round before them is not counted\n");
        var measured = new List<(string Name, double Put, double Get, double Start)>();
        foreach (var store in Stores(folder))
        {
            measured.Add(await MeasureAsync(store, requests, rounds, cancellationToken));
        }

        Console.WriteLine("| store | PUT/s | GET/s | start to first PUT |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (var (name, put, get, start) in measured)
        {
            Console.WriteLine(FormattableString.Invariant($"| {name} | {put:N0} | {get:N0} | {start:N0} ms |"));
        }

        foreach (var (name, put, get, start) in measured.Skip(1))
        {
            var ours = measured[0];
            Console.WriteLine(FormattableString.Invariant(
                $"\nlocal AWS beside {name}: {ours.Put / put:0.0} times the PUTs, {ours.Get / get:0.0} times the GETs, {ours.Start / start:0.00} of the time to start"));
        }
    }

    private static IEnumerable<ObjectStoreDescription> Stores(string folder)
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
            Console.WriteLine("moto is not installed for python3 (pip install 'moto[server]'): it is left out.\n");
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

        return (description.Name, Median(puts), Median(gets), Median(starts));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
