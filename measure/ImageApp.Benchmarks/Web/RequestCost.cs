using System.Diagnostics;
using System.Net;
using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;

namespace ImageApp.Benchmarks.Web;

/// <summary>What one address costs, asked for again and again over a few connections.</summary>
/// <param name="WebCpu">Processor milliseconds of the web tier for each request.</param>
/// <param name="DatabaseCpu">Processor milliseconds of the database server for each request.</param>
/// <param name="Median">The median of how long an answer took, in milliseconds.</param>
internal sealed record RequestCost(double WebCpu, double DatabaseCpu, double Median)
{
    private const int AtOnce = 2;

    /// <summary>Asks without measuring.</summary>
    /// <param name="gallery">Who is asked.</param>
    /// <param name="address">The path with its query.</param>
    /// <param name="requests">How often.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task WarmUpAsync(RunningGallery gallery, string address, int requests, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, requests),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (_, stopping) => await AskAsync(gallery.Http, address, etag: null, stopping));

    /// <summary>Measures it: the medians of several rounds, after one that does not count.</summary>
    /// <param name="gallery">Who is asked.</param>
    /// <param name="address">The path with its query.</param>
    /// <param name="requests">How many requests a round has.</param>
    /// <param name="rounds">How many rounds count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="etag">What the asker has already; the answer is then 304 without a body.</param>
    /// <exception cref="InvalidOperationException">
    /// An answer was another one than 200, or 304 where <paramref name="etag"/> is given.
    /// </exception>
    public static async Task<RequestCost> MeasureAsync(
        RunningGallery gallery, string address, int requests, int rounds, CancellationToken cancellationToken, string? etag = null)
    {
        var (web, database, medians) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var (webBefore, databaseBefore) = (gallery.Web.CpuMilliseconds, gallery.Database.Process.CpuMilliseconds);
            var times = new double[requests];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, requests),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (i, stopping) => times[i] = await AskAsync(gallery.Http, address, etag, stopping));
            if (round > 0)
            {
                web.Add((gallery.Web.CpuMilliseconds - webBefore) / requests);
                database.Add((gallery.Database.Process.CpuMilliseconds - databaseBefore) / requests);
                medians.Add(times.Median());
            }
        }

        return new RequestCost(web.Median(), database.Median(), medians.Median());
    }

    private static async Task<double> AskAsync(HttpClient http, string address, string? etag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);

        // As every browser does.
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate, br");
        request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        var start = Stopwatch.GetTimestamp();
        using var answer = await http.SendAsync(request, cancellationToken);
        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
        return answer.StatusCode == (etag is null ? HttpStatusCode.OK : HttpStatusCode.NotModified)
            ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidOperationException(
                $"{address} was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
