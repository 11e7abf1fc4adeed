using System.Collections.Concurrent;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Pictures;

namespace ImageApp.Tests.Application;

/// <summary>Which requests share a reading of a page's version: never one that was begun before they came.</summary>
public sealed class PageVersionsTests
{
    private static readonly ImageQuery First = new(50);
    private readonly ConcurrentQueue<(ImageQuery Query, TaskCompletionSource<PageVersion> Source)> _begun = new();
    private readonly PageVersions _versions;

    public PageVersionsTests() => _versions = new PageVersions(
        (query, _) =>
        {
            var source = new TaskCompletionSource<PageVersion>();
            _begun.Enqueue((query, source));
            return source.Task;
        },
        Cancel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_while_one_is_read_waits_for_the_next_together_with_all_others()
    {
        var alone = _versions.ReadAsync(First, Cancel);
        var later = Enumerable.Range(0, 5).Select(_ => _versions.ReadAsync(First, Cancel)).ToList();
        Assert.Single(_begun);
        (await EndAsync(0, 1)).SetResult(Version(1));
        Assert.Equal(1, (await alone).Clock);
        Assert.All(later, task => Assert.False(task.IsCompleted));

        // Who comes now finds one begun already, and that may have missed what has changed since.
        (await EndAsync(1, 2)).SetResult(Version(2));
        Assert.All(await Task.WhenAll(later), version => Assert.Equal(2, version.Clock));

        var again = _versions.ReadAsync(First, Cancel);
        (await EndAsync(2, 3)).SetResult(Version(3));
        Assert.Equal(3, (await again).Clock);
    }

    [Fact]
    public async Task Another_page_is_read_at_once_and_alone()
    {
        var first = _versions.ReadAsync(First, Cancel);
        var other = _versions.ReadAsync(First with { OldestFirst = true }, Cancel);
        Assert.Equal([First, First with { OldestFirst = true }], _begun.Select(one => one.Query));
        (await EndAsync(1, 2)).SetResult(Version(2));
        Assert.Equal(2, (await other).Clock);
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task A_failure_is_that_of_those_who_waited_for_it_and_of_nobody_else()
    {
        var first = _versions.ReadAsync(First, Cancel);
        var second = _versions.ReadAsync(First, Cancel);
        (await EndAsync(0, 1)).SetException(new TimeoutException("away"));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        (await EndAsync(1, 2)).SetResult(Version(7));
        Assert.Equal(7, (await second).Clock);
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_others_waiting()
    {
        using var gone = new CancellationTokenSource();
        var first = _versions.ReadAsync(First, gone.Token);
        var second = _versions.ReadAsync(First, Cancel);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        (await EndAsync(0, 1)).SetResult(Version(1));
        (await EndAsync(1, 2)).SetResult(Version(2));
        Assert.Equal(2, (await second).Clock);
    }

    private static PageVersion Version(long clock) => new(clock, null, [], []);

    private async Task<TaskCompletionSource<PageVersion>> EndAsync(int index, int begun)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(_begun.Count >= begun), $"{begun} are begun");
        Assert.Equal(begun, _begun.Count);
        return _begun.ElementAt(index).Source;
    }
}
