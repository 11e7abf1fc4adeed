using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ImageApp.Benchmarks;

/// <summary>Posts a file again and again, several at once, and waits until every row has its thumbnail and its caption: images per second
/// of the whole pipeline.</summary>
internal static class ThroughputBenchmark
{
    private const int AtOnce = 4;

    public static async Task<double> RunAsync(HttpClient web, string file, int count, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, stopping) =>
            {
                using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", $"throughput-{i}.jpg" } };
                using var answer = await web.PostAsync("/api/images", form, stopping);
                answer.EnsureSuccessStatusCode();
                var id = (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(stopping))!["images"]![0]!["id"]!;
                while (
                    await web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", stopping) is { } image
                    && (image["thumbnailUrl"] is null || image["caption"] is null)
                )
                {
                    await Task.Delay(10, stopping);
                }
            }
        );
        return count / clock.Elapsed.TotalSeconds;
    }

    /// <summary>The same file through vipsthumbnail, as many at once.</summary>
    public static async Task<double> PeerAsync(string file, int count, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, stopping) =>
            {
                using var process = Process.Start("vipsthumbnail", [file, "--size", "200x200", "-o", $"peer-{i}.jpg[Q=85]"]);
                await process.WaitForExitAsync(stopping);
            }
        );
        return count / clock.Elapsed.TotalSeconds;
    }
}
