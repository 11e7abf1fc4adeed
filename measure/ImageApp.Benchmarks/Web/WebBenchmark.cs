using ImageApp.Benchmarks.Processes;
using ImageApp.Benchmarks.Reporting;

namespace ImageApp.Benchmarks.Web;

/// <summary>The page, the API and the health check over few and many rows, beside the documented application's.</summary>
internal sealed class WebBenchmark : IBenchmark
{
    private const int PageSize = 24;
    private const int MoreOfLittle = 10;

    /// <inheritdoc/>
    public string Name => "web";

    /// <inheritdoc/>
    public string Title => "Pages, API and health check";

    /// <inheritdoc/>
    public async Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken)
    {
        Published.Require(settings);
        var (requests, rounds) = (settings.Count(full: 500, quick: 20), settings.Count(full: 3, quick: 1));
        var (few, many) = (settings.Count(full: 10_000, quick: 200), settings.Count(full: 1_000_000, quick: 1000));
        var deep = settings.Count(full: 10_000, quick: 10);
        section.Say(FormattableString.Invariant(
            $"Processor time of the web tier's processes for each request, median of {rounds} rounds of {requests:N0} requests (`/health`: {requests * MoreOfLittle:N0}) over two connections, after one round that does not count; gzip accepted, as browsers do. The peer is the documented application: Flask under gunicorn with two workers, its rows plain, its addresses presigned by boto3; it runs in the same run, on the same kind of database with as many rows."));
        await using var ours = await RunningGallery.StartAsync(settings.Folder, cancellationToken);
        await using var theirs = await RunningGallery.StartDocumentedAsync(settings.Folder, cancellationToken);
        var page = FormattableString.Invariant($"/gallery?limit={PageSize}");
        var api = FormattableString.Invariant($"/api/images?limit={PageSize}");

        await FillAsync(few);
        foreach (var (gallery, address, warm) in new[]
        {
            (ours, page, 4000), (ours, api, 4000), (ours, "/health", 4000), (theirs, page, 100),
        })
        {
            // The runtime compiles what is asked for often once more, in the background.
            await RequestCost.WarmUpAsync(gallery, address, settings.Count(warm, quick: 1), cancellationToken);
        }

        var small = await CostAsync(ours, page);
        Add($"page of {PageSize}, {few:N0} rows, web", small, await CostAsync(theirs, page), "50");
        var apiSmall = await CostAsync(ours, api);
        section.Add(new Figure(
            FormattableString.Invariant($"API, {PageSize} images, {few:N0} rows, web"), "CPU ms",
            apiSmall.WebCpu, "Flask's page", (await CostAsync(theirs, page)).WebCpu));

        // So little that what the runtime does beside it would be most of a shorter round.
        var (healthOurs, healthTheirs) = (
            await RequestCost.MeasureAsync(ours, "/health", requests * MoreOfLittle, rounds, cancellationToken),
            await RequestCost.MeasureAsync(theirs, "/health", requests * MoreOfLittle, rounds, cancellationToken));
        section.Add(new Figure("`/health`", "CPU ms", healthOurs.WebCpu, "Flask", healthTheirs.WebCpu) { Aim = "8" });
        var notModified = await RequestCost.MeasureAsync(ours, page, requests, rounds, cancellationToken, await ETagAsync(ours, page));
        section.Add(new Figure(
            $"page of {PageSize} that is known already (304)", "CPU ms", notModified.WebCpu, "ImageApp's 200", small.WebCpu));

        await FillAsync(many);
        var (large, largeTheirs) = (await CostAsync(ours, page), await CostAsync(theirs, page));
        Add($"page of {PageSize}, {many:N0} rows, web", large, largeTheirs, "50");
        section.Add(new Figure($"page 1, {many:N0} rows", "ms", large.Median, $"page 1 of {few:N0} rows", small.Median) { Aim = "0.83" });
        var cursor = await GalleryRows.CursorAsync(ours.ConnectionString, deep, PageSize, cancellationToken);
        var (deepOurs, deepTheirs) = (
            await CostAsync(ours, $"{page}&cursor={cursor}"),
            await RequestCost.MeasureAsync(
                theirs, FormattableString.Invariant($"{page}&page={deep}"), Math.Max(5, requests / 50), 3, cancellationToken));
        section.Add(new Figure($"page {deep:N0}", "ms", deepOurs.Median, "ImageApp's page 1", large.Median) { Aim = "0.83" });
        section.Add(new Figure($"page {deep:N0}", "ms", deepOurs.Median, "Flask, by OFFSET", deepTheirs.Median));
        var (apiLarge, apiDeep) = (await CostAsync(ours, api), await CostAsync(ours, $"{api}&cursor={cursor}"));
        section.Add(new Figure($"API, page {deep:N0}", "ms", apiDeep.Median, "ImageApp's page 1", apiLarge.Median) { Aim = "0.83" });

        async Task FillAsync(int rows)
        {
            await GalleryRows.FillAsync(ours.ConnectionString, rows, cancellationToken);
            await GalleryRows.FillDocumentedAsync(theirs.ConnectionString, rows, cancellationToken);
            await ours.Database.Process.QuietAsync(cancellationToken);
            await theirs.Database.Process.QuietAsync(cancellationToken);
        }

        Task<RequestCost> CostAsync(RunningGallery gallery, string address) =>
            RequestCost.MeasureAsync(gallery, address, requests, rounds, cancellationToken);

        void Add(string what, RequestCost mine, RequestCost peer, string aim)
        {
            section.Add(new Figure(what, "CPU ms", mine.WebCpu, "Flask", peer.WebCpu) { Aim = aim });
            section.Add(new Figure(
                what.Replace("web", "database", StringComparison.Ordinal), "CPU ms", mine.DatabaseCpu, "Flask", peer.DatabaseCpu));
            section.Add(new Figure(what.Replace(", web", "", StringComparison.Ordinal), "ms", mine.Median, "Flask", peer.Median));
        }
    }

    private static async Task<string> ETagAsync(RunningGallery gallery, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate, br");
        using var answer = await gallery.Http.SendAsync(request);
        return answer.Headers.ETag?.ToString() ?? throw new InvalidOperationException($"{address} has no ETag.");
    }
}
