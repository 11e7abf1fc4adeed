using System.Text;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Live;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>Live changes of one instance, read from a real catalogue.</summary>
public sealed class ChangeFeedTests(DatabaseServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_listeners_hear_of_a_change_and_one_more_is_asked_to_come_back_later()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        using var feed = await StartAsync(catalogue);
        var listeners = Enumerable.Range(0, ChangeFeed.MaxListeners).Select(_ => new Listener(feed, null)).ToList();
        try
        {
            // A listener counts once it asks for its first event.
            var heard = listeners.Select(listener => listener.NextAsync()).ToList();
            await using var late = new Listener(feed, null);
            Assert.Equal(LiveEvent.Busy, await late.NextAsync());
            Assert.Null(await late.NextAsync());

            var id = await ObserveAsync(catalogue, "images/a.jpg");
            var events = await Task.WhenAll(heard);
            Assert.All(events, one => Assert.Equal("image", one!.Name));
            Assert.All(events, one => Assert.Contains($"\"id\":{id},", one!.Json));
            Assert.Single(events.Select(one => one!.Json).Distinct(ReferenceEqualityComparer.Instance));

            // Who leaves makes room.
            await listeners[^1].DisposeAsync();
            listeners.RemoveAt(listeners.Count - 1);
            await using var next = new Listener(feed, null);
            var first = next.NextAsync();
            await ObserveAsync(catalogue, "images/b.jpg");
            Assert.Equal("image", (await first)!.Name);
        }
        finally
        {
            foreach (var listener in listeners)
            {
                await listener.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Who_asks_for_more_than_a_thousand_changes_is_told_to_begin_again_and_then_of_what_is_new()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await InsertAsync(database, ChangeFeed.MaxMissed);
        using var feed = await StartAsync(catalogue);

        await using (var all = new Listener(feed, default(PageCursor)))
        {
            for (var i = 0; i < ChangeFeed.MaxMissed; i++)
            {
                Assert.Equal("image", (await all.NextAsync())!.Name);
            }
        }

        await ObserveAsync(catalogue, "images/one-more.jpg");
        await using var since = new Listener(feed, default(PageCursor));
        var reset = (await since.NextAsync())!;
        Assert.Equal(("reset", "{}"), (reset.Name, reset.Json));
        Assert.True(PageCursor.TryParse(reset.Id, out var now));
        var (clock, minute) = (DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(now.At), clock - minute, clock + minute);

        var id = await ObserveAsync(catalogue, "images/new.jpg");
        await catalogue.Gallery.DeleteAsync([id], TimeSpan.FromDays(1), Cancel);
        LiveEvent last;
        do
        {
            last = (await since.NextAsync())!;
            Assert.Equal("image", last.Name);
        }
        while (!last.Json.Contains("deleted\":true", StringComparison.Ordinal));
        Assert.Equal($$"""{"id":{{id}},"deleted":true}""", last.Json);
    }

    private static async Task<ChangeFeed> StartAsync(CatalogueByAudience catalogue)
    {
        var feed = new ChangeFeed(catalogue.Gallery, TimeProvider.System, NullLogger<ChangeFeed>.Instance);
        await feed.StartAsync(Cancel);
        return feed;
    }

    private static async Task<long> ObserveAsync(CatalogueByAudience catalogue, string key) =>
        (await catalogue.Results.ObserveAsync(new ObservedObject(key, "e", 1, null, key), Cancel)).Id;

    private static async Task InsertAsync(MySqlDataSource database, int count)
    {
        var rows = new StringBuilder("INSERT INTO captions (image_key, file_name, uploaded_at, updated_at) VALUES ");
        rows.AppendJoin(',', Enumerable.Range(0, count).Select(i => $"('images/{i}', '{i}', '2020-01-01', '2020-01-01')"));
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(rows.ToString(), connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private sealed class Listener : IAsyncDisposable
    {
        private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        private readonly IAsyncEnumerator<LiveEvent> _events;
        private Task<LiveEvent?> _next = Task.FromResult<LiveEvent?>(null);

        public Listener(ChangeFeed feed, PageCursor? after) =>
            _events = feed.ListenAsync(after, _leaving.Token).GetAsyncEnumerator(_leaving.Token);

        public Task<LiveEvent?> NextAsync()
        {
            _next = ReadAsync();
            return _next.WaitAsync(Patience, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            await _leaving.CancelAsync();
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _events.DisposeAsync();
            _leaving.Dispose();
        }

        private async Task<LiveEvent?> ReadAsync() => await _events.MoveNextAsync() ? _events.Current : null;
    }
}
