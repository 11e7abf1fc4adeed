using System.Collections.Concurrent;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Pictures;

/// <summary>
/// The months of the whole gallery, counted once for as long as nothing changes: counting reads an index of all rows. After a change only
/// the months are counted again in which something changed. Where that is too much, or was long ago, all are, at most for a fiftieth of the
/// time.
/// </summary>
internal sealed class MonthCounts(GalleryCatalogue catalogue, TimeProvider time) : IDisposable
{
    private const int MaxChanges = 1000;
    private const int MaxMonths = 12;
    private const int Share = 50;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AllKept = TimeSpan.FromSeconds(10);

    // A row that is moved from one month to another tells only of the other.
    private static readonly TimeSpan AllTrusted = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<ImageOrder, Counted> _counted = [];
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>How many images there are in each month of an order's time, the newest month first.</summary>
    /// <param name="order">By added or by taken.</param>
    /// <param name="now">How far the catalogue has come: <see cref="PageVersion.After"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<ImageMonth>> ReadAsync(ImageOrder order, PageCursor now, CancellationToken cancellationToken)
    {
        if (IsRight(order, now) is { } right)
        {
            return right;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (IsRight(order, now) is { } meanwhile)
            {
                return meanwhile;
            }

            var counted = await CountAsync(order, now, cancellationToken);
            _counted[order] = counted;
            return counted.Months;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private IReadOnlyList<ImageMonth>? IsRight(ImageOrder order, PageCursor now) =>
        _counted.TryGetValue(order, out var kept)
        && (kept.After == now || time.GetElapsedTime(kept.At) < Longer(Kept, kept.Cost))
            ? kept.Months
            : null;

    private async Task<Counted> CountAsync(ImageOrder order, PageCursor now, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (_counted.TryGetValue(order, out var kept))
        {
            var age = time.GetElapsedTime(kept.AllAt);
            if (age < Longer(AllTrusted, kept.AllCost))
            {
                var changed = await catalogue.ListChangedMonthsAsync(kept.After, MaxChanges, cancellationToken);
                if (changed?.Count <= MaxMonths)
                {
                    var again = await catalogue.CountByMonthAsync(order, changed, cancellationToken);
                    var months = kept.Months.Where(month => !changed.Contains(new DateOnly(month.Year, month.Month, 1))).Concat(again)
                        .OrderByDescending(month => (month.Year, month.Month)).ToList();
                    return kept with
                    {
                        After = now,
                        Months = months.SequenceEqual(kept.Months) ? kept.Months : months,
                        At = time.GetTimestamp(),
                        Cost = time.GetElapsedTime(start),
                    };
                }

                if (age < Longer(AllKept, kept.AllCost))
                {
                    return kept with { At = time.GetTimestamp(), Cost = time.GetElapsedTime(start) };
                }
            }
        }

        start = time.GetTimestamp();
        var all = await catalogue.CountByMonthAsync(order, null, cancellationToken);
        var (end, cost) = (time.GetTimestamp(), time.GetElapsedTime(start));
        return new Counted(now, all, end, TimeSpan.Zero, end, cost);
    }

    private static TimeSpan Longer(TimeSpan least, TimeSpan cost) => cost * Share > least ? cost * Share : least;

    private sealed record Counted(
        PageCursor After, IReadOnlyList<ImageMonth> Months, long At, TimeSpan Cost, long AllAt, TimeSpan AllCost);
}
