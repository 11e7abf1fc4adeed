using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ImageApp.Benchmarks;

/// <summary>Posts a file, one after the other, and waits each time until the row has its thumbnail, as the API tells.</summary>
internal static class UploadBenchmark
{
    private const int WarmUp = 30;

    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(HttpClient web, string file, int count, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        var durations = new List<TimeSpan>();
        for (var i = 0; i < WarmUp + count; i++)
        {
            var clock = Stopwatch.StartNew();
            using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", $"photo-{i}.jpg" } };
            using var answer = await web.PostAsync("/api/images", form, cancellationToken);
            answer.EnsureSuccessStatusCode();
            var id = (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["images"]![0]!["id"]!;
            while ((await web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", cancellationToken))!["thumbnailUrl"] is null)
            {
                await Task.Delay(5, cancellationToken);
            }

            if (i >= WarmUp)
            {
                durations.Add(clock.Elapsed);
            }
        }

        return durations;
    }
}
