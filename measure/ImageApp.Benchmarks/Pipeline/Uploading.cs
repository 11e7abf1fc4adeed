using System.Diagnostics;
using System.Net;
using ImageApp.Benchmarks.Processes;

namespace ImageApp.Benchmarks.Pipeline;

/// <summary>Uploads as a browser's form does, to either application.</summary>
/// <param name="gallery">To whom.</param>
internal sealed class Uploading(RunningGallery gallery)
{
    private long _count;

    /// <summary>To whom.</summary>
    public RunningGallery Gallery => gallery;

    private string Path => gallery.IsDocumented ? "/upload" : "/api/images";

    /// <summary>One after the other: how long each took from the first byte sent to the thumbnail in its row, in milliseconds.</summary>
    public async Task<List<double>> ToThumbnailAsync(byte[] content, int count, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await SendAsync(content, cancellationToken);
            await ImageRows.WaitAsync(gallery, ImageRows.HasThumbnail, _count, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);

            // The next one begins when nothing of this one is under way.
            await ImageRows.WaitAsync(gallery, Finished, _count, cancellationToken);
        }

        return times;
    }

    /// <summary>Many at once: pictures a second until all have thumbnail and caption.</summary>
    public async Task<double> RateAsync(byte[] content, int count, int atOnce, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
            async (_, stopping) => await SendAsync(content, stopping));
        await ImageRows.WaitAsync(gallery, Finished, Interlocked.Read(ref _count), cancellationToken);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Everything that the application makes of a picture is there.</summary>
    private string Finished => gallery.IsDocumented ? ImageRows.Described : $"{ImageRows.Described} AND preview_key IS NOT NULL";

    private async Task SendAsync(byte[] content, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _count);

        // No two are the same: ImageApp knows a file that it has already.
        var own = new byte[content.Length + sizeof(long)];
        content.CopyTo(own, 0);
        BitConverter.TryWriteBytes(own.AsSpan(content.Length), number);
        using var file = new ByteArrayContent(own) { Headers = { ContentType = new("image/jpeg") } };
        using var form = new MultipartFormDataContent { { file, "file", FormattableString.Invariant($"photo-{number}.jpg") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = form };
        using var answer = await gallery.Http.SendAsync(request, cancellationToken);
        if (answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.SeeOther))
        {
            throw new InvalidOperationException(
                $"{Path} answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
