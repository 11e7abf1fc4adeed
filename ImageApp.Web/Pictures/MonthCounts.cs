using ImageApp.Core.Catalogue;
using Microsoft.Extensions.Caching.Memory;

namespace ImageApp.Web.Pictures;

/// <summary>
/// The months of the whole gallery, counted once for many pages: counting reads every row. They are kept for ten seconds, and of a gallery
/// so large that this is not enough, for as long as counting costs a fiftieth of the time. A search's months are counted for it alone.
/// </summary>
internal sealed class MonthCounts(GalleryCatalogue catalogue, IMemoryCache cache, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);
    private const int Share = 50;
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>How many images a query finds in each month, the newest month first.</summary>
    public async Task<IReadOnlyList<ImageMonth>> ReadAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        if (query is not { Search: null, Filter: ImageFilter.All, AlbumId: null, IsTrash: false })
        {
            return await catalogue.CountByMonthAsync(query, cancellationToken);
        }

        var key = (nameof(MonthCounts), query.Order);
        if (cache.TryGetValue(key, out IReadOnlyList<ImageMonth>? months))
        {
            return months!;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!cache.TryGetValue(key, out months))
            {
                var start = time.GetTimestamp();
                months = await catalogue.CountByMonthAsync(query, cancellationToken);
                var cost = time.GetElapsedTime(start) * Share;
                cache.Set(key, months, cost > Kept ? cost : Kept);
            }

            return months!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();
}
