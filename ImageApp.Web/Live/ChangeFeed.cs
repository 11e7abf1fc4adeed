using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Live;

/// <summary>
/// Live changes, read from the rows' <c>updated_at</c> so that any instance can serve them. One reader an instance, and only while
/// somebody listens. Rows are read again for a while after their time, since a row may become visible later than its time says;
/// each listener gets each version of a row once.
/// </summary>
internal sealed partial class ChangeFeed(GalleryCatalogue catalogue, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    /// <summary>The most listeners of one instance.</summary>
    public const int MaxListeners = 500;

    /// <summary>The most changes that a listener is told of who missed some.</summary>
    public const int MaxMissed = 1000;

    private const int BatchSize = 500;
    private const int Backlog = 2000;
    private const int Readers = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // One change is seldom the last: results follow an upload, and pictures come together.
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<Channel<ImageChange>> _listeners = [];

    // All listeners of an instance that went away come here at once, and ask for what they missed.
    private readonly SemaphoreSlim _reading = new(Readers);
    private TaskCompletionSource _awake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _busySince = time.GetTimestamp();
    private TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every change from now on, or after <paramref name="resumeAfter"/>, until the listener leaves.</summary>
    public async IAsyncEnumerable<LiveEvent> ListenAsync(
        PageCursor? resumeAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A listener too slow for its backlog is cut off and resumes with its last event's id.
        var channel = Channel.CreateBounded<ImageChange>(
            new BoundedChannelOptions(Backlog) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        if (!TryAdd(channel))
        {
            yield return LiveEvent.Busy;
            yield break;
        }

        try
        {
            var sent = new Dictionary<long, DateTimeOffset>();
            if (resumeAfter is { } cursor)
            {
                cursor = new PageCursor(Math.Max(0, cursor.At - (long)PageVersion.Settling.TotalMilliseconds), 0);
                if (await ReadAsync(() => catalogue.CountChangesAsync(cursor, MaxMissed + 1, cancellationToken)) > MaxMissed)
                {
                    var now = await catalogue.ReadClockAsync(cancellationToken);

                    // What is read anew after this has all of these.
                    while (channel.Reader.TryRead(out _))
                    {
                    }

                    yield return LiveEvent.Reset(new PageCursor(now.ToUnixTimeMilliseconds(), 0).ToString());
                }
                else
                {
                    List<ImageRecord> missed;
                    do
                    {
                        missed = await ReadAsync(() => catalogue.ListChangesAsync(cursor, BatchSize, cancellationToken));
                        foreach (var change in missed.Select(image => new ImageChange(image)))
                        {
                            sent[change.Id] = change.UpdatedAt;
                            yield return LiveEvent.Of(change);
                            cursor = change.Cursor;
                        }
                    }
                    while (missed.Count == BatchSize);
                }
            }

            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
            {
                if (!sent.Remove(change.Id, out var version) || version < change.UpdatedAt)
                {
                    yield return LiveEvent.Of(change);
                }
            }
        }
        finally
        {
            Remove(channel);
        }

        async Task<T> ReadAsync<T>(Func<Task<T>> read)
        {
            await _reading.WaitAsync(cancellationToken);
            try
            {
                return await read();
            }
            finally
            {
                _reading.Release();
            }
        }
    }

    /// <summary>Has changes read at once, because something was changed here just now, and often for a while.</summary>
    public void Wake()
    {
        Volatile.Write(ref _busySince, time.GetTimestamp());
        Volatile.Read(ref _awake).TrySetResult();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Listening().WaitAsync(stoppingToken);
            try
            {
                await ReadWhileListenedToAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.IsDatabase(e))
            {
                LogAway(logger, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
            }
        }
    }

    private async Task ReadWhileListenedToAsync(CancellationToken cancellationToken)
    {
        var position = (await catalogue.ReadClockAsync(cancellationToken)) - PageVersion.Settling;
        var published = new Dictionary<(long Id, DateTimeOffset Version), DateTimeOffset>();
        var isAgain = false;
        do
        {
            var cursor = new PageCursor(position.ToUnixTimeMilliseconds(), 0);

            // As far as the clock was before these were read; it is asked only where there was something to read.
            var settled = isAgain ? await catalogue.ReadClockAsync(cancellationToken) - PageVersion.Settling : position;
            isAgain = false;
            List<ImageRecord> changes;
            do
            {
                changes = await catalogue.ListChangesAsync(cursor, BatchSize, cancellationToken);
                foreach (var image in changes.Where(image => published.TryAdd((image.Id, image.UpdatedAt), image.UpdatedAt)))
                {
                    Publish(new ImageChange(image));
                }

                if (changes.Count > 0)
                {
                    isAgain = true;
                    Volatile.Write(ref _busySince, time.GetTimestamp());
                    cursor = new ImageChange(changes[^1]).Cursor;
                }
            }
            while (changes.Count == BatchSize);

            position = settled;
            foreach (var (version, at) in published.Where(entry => entry.Value < position).ToList())
            {
                published.Remove(version);
            }
        }
        while (Listening().IsCompleted && await PauseAsync(cancellationToken));
    }

    private async Task<bool> PauseAsync(CancellationToken cancellationToken)
    {
        var isBusy = time.GetElapsedTime(Volatile.Read(ref _busySince)) < BusyFor;
        await Task.WhenAny(Task.Delay(isBusy ? Interval : QuietInterval, time, cancellationToken), _awake.Task);
        cancellationToken.ThrowIfCancellationRequested();
        if (_awake.Task.IsCompleted)
        {
            // What is changed from here on wakes the next pause.
            Volatile.Write(ref _awake, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return true;
    }

    private bool TryAdd(Channel<ImageChange> channel)
    {
        lock (_lock)
        {
            if (_listeners.Count >= MaxListeners)
            {
                return false;
            }

            _listeners.Add(channel);
            _listening.TrySetResult();
            return true;
        }
    }

    private void Remove(Channel<ImageChange> channel)
    {
        lock (_lock)
        {
            _listeners.Remove(channel);
            if (_listeners.Count == 0 && _listening.Task.IsCompleted)
            {
                _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private Task Listening()
    {
        lock (_lock)
        {
            return _listening.Task;
        }
    }

    private void Publish(ImageChange change)
    {
        lock (_lock)
        {
            foreach (var listener in _listeners)
            {
                if (!listener.Writer.TryWrite(change))
                {
                    listener.Writer.TryComplete();
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Live changes pause, the database does not answer: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
