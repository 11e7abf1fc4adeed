using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Storage;

/// <summary>Something that was accepted and must be brought to its end.</summary>
internal interface IOutboxItem
{
    /// <summary>Unique in its outbox.</summary>
    string Id { get; }

    /// <summary>The next attempt is not before this time.</summary>
    DateTimeOffset NotBefore { get; }
}

/// <summary>
/// What was accepted and is still to be done, on disk: each item is attempted until it is over, at least once, also after a kill -9. What
/// becomes of a failed attempt is the attempt's to say; one that breaks unexpectedly is made again after a growing delay.
/// </summary>
internal sealed class Outbox<TItem> : IAsyncDisposable
    where TItem : class, IOutboxItem
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(1);

    private readonly string _name;
    private readonly IReadOnlyCollection<TItem> _recovered;
    private readonly Func<IReadOnlyCollection<TItem>, Task> _keep;
    private readonly Func<TItem, Task> _forget;
    private readonly JournaledMap<TItem>? _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TItem> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _lanes = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly List<TItem> _early = [];
    private Func<TItem, CancellationToken, Task<TItem?>>? _attempt;
    private Func<TItem, string>? _lane;
    private int _concurrency;
    private bool _isDisposed;

    /// <summary>An outbox whose items are kept by somebody else, together with what caused them.</summary>
    /// <param name="name">For logs.</param>
    /// <param name="recovered">What was left at the last stop.</param>
    /// <param name="keep">Puts the present state of items on disk.</param>
    /// <param name="forget">Takes an item off the disk that is over.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what breaks.</param>
    public Outbox(
        string name,
        IReadOnlyCollection<TItem> recovered,
        Func<IReadOnlyCollection<TItem>, Task> keep,
        Func<TItem, Task> forget,
        TimeProvider time,
        ILogger logger)
    {
        _name = name;
        _recovered = recovered;
        _keep = keep;
        _forget = forget;
        _time = time;
        _logger = logger;
    }

    /// <summary>An outbox with a journal of its own, which it closes.</summary>
    public Outbox(string name, JournaledMap<TItem> journal, TimeProvider time, ILogger logger)
        : this(
            name,
            [.. journal.Recovered.Values.OrderBy(item => item.NotBefore)],
            items => journal.WriteAsync([.. items.Select(item => new JournalEntry<TItem>(item.Id, item))]),
            item => journal.RemoveAsync(item.Id),
            time,
            logger) => _journal = journal;

    /// <summary>What is not over yet.</summary>
    public IReadOnlyCollection<TItem> Pending => [.. _pending.Values];

    /// <summary>Begins with what was left at the last stop and what came in since.</summary>
    /// <param name="attempt">Makes one attempt; null when the item is over, else the item with the time of its next attempt.</param>
    /// <param name="lane">What items share, for example their target; null where nothing is limited.</param>
    /// <param name="concurrency">Attempts at once in each lane.</param>
    public void Start(Func<TItem, CancellationToken, Task<TItem?>> attempt, Func<TItem, string>? lane = null, int concurrency = 1)
    {
        lock (_lock)
        {
            _attempt = attempt;
            _lane = lane;
            _concurrency = concurrency;
            foreach (var item in _recovered.Concat(_early))
            {
                Run(item);
            }

            _early.Clear();
        }
    }

    /// <summary>Accepts items; done when they are on disk.</summary>
    public async Task AddAsync(IReadOnlyCollection<TItem> items)
    {
        await _keep(items);
        Accept(items);
    }

    /// <summary>Takes items that are on disk already.</summary>
    public void Accept(IEnumerable<TItem> items)
    {
        lock (_lock)
        {
            foreach (var item in items)
            {
                if (_attempt is null)
                {
                    _early.Add(item);
                }
                else
                {
                    Run(item);
                }
            }
        }
    }

    /// <summary>Ends the attempts under way; what is not over stays on disk.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Values);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await StopAsync();
        _stop.Dispose();
        if (_journal is not null)
        {
            await _journal.DisposeAsync();
        }
    }

    private static TimeSpan DelayAfter(int failures) =>
        TimeSpan.FromTicks(Math.Min(s_longestDelay.Ticks, s_firstDelay.Ticks << Math.Min(failures - 1, 6)));

    private void Run(TItem item)
    {
        _pending[item.Id] = item;

        // Whoever accepts an item may be in a trace; the item has its own.
        using var flow = ExecutionContext.SuppressFlow();
        var task = RunToEndAsync(item, _attempt!, _stop.Token);
        _running[item.Id] = task;
        _ = task.ContinueWith(_ => _running.TryRemove(item.Id, out Task? _), TaskScheduler.Default);
    }

    private async Task RunToEndAsync(TItem item, Func<TItem, CancellationToken, Task<TItem?>> attempt, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var failures = 0;
            for (var notBefore = item.NotBefore; ;)
            {
                await WaitUntilAsync(notBefore, cancellationToken);
                try
                {
                    var next = await AttemptAsync(item, attempt, cancellationToken);
                    if (next is null)
                    {
                        break;
                    }

                    failures = 0;
                    _pending[item.Id] = item = next;
                    notBefore = next.NotBefore;
                }
                catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
                {
                    var delay = DelayAfter(++failures);
                    notBefore = _time.GetUtcNow() + delay;
                    _logger.AttemptBroke(_name, item.Id, delay, failure);
                    continue;
                }

                await RecordAsync(() => _keep([item]), item);
            }

            _pending.TryRemove(item.Id, out _);
            await RecordAsync(() => _forget(item), item);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is on disk and goes on at the next start.
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        for (TimeSpan pause; (pause = notBefore - _time.GetUtcNow()) > TimeSpan.Zero;)
        {
            var elapsed = Task.Delay(pause, _time, cancellationToken);
            if (_time.GetUtcNow() < notBefore)
            {
                // The clock was not set on between the two.
                await elapsed;
            }
        }
    }

    private async Task<TItem?> AttemptAsync(
        TItem item,
        Func<TItem, CancellationToken, Task<TItem?>> attempt,
        CancellationToken cancellationToken)
    {
        if (_lane is null)
        {
            return await attempt(item, cancellationToken);
        }

        var lane = _lanes.GetOrAdd(_lane(item), _ => new SemaphoreSlim(_concurrency));
        await lane.WaitAsync(cancellationToken);
        try
        {
            return await attempt(item, cancellationToken);
        }
        finally
        {
            lane.Release();
        }
    }

    private async Task RecordAsync(Func<Task> record, TItem item)
    {
        try
        {
            await record();
        }
        catch (Exception failure)
        {
            // The item's way goes on; at worst it is repeated after a restart.
            _logger.StateNotKept(_name, item.Id, failure);
        }
    }
}
