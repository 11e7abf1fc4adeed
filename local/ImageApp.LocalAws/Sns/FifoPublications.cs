using System.Collections.Concurrent;
using System.Globalization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// What was published to FIFO topics lately, on disk: a message that repeats another within five minutes is accepted and not published
/// again (SNS Developer Guide, "Message deduplication for FIFO topics").
/// </summary>
internal sealed class FifoPublications : IAsyncDisposable
{
    // Numbers of 20 digits that grow, as those of SNS.
    private const ulong SequenceNumberBase = 10_000_000_000_000_000_000;

    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);

    private readonly JournaledMap<Publication> _journal;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Publication> _recent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private DateTimeOffset _nextExpiry;
    private ulong _sequence;

    public FifoPublications(JournaledMap<Publication> journal, TimeProvider time)
    {
        _journal = journal;
        _time = time;
        foreach (var (key, publication) in journal.Recovered)
        {
            _recent[key] = publication;
            _sequence = Math.Max(_sequence, ulong.Parse(publication.SequenceNumber!, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Publishes once.</summary>
    /// <param name="topicArn">The topic; its messages are published one after the other.</param>
    /// <param name="key">What tells repetitions.</param>
    /// <param name="publish">Publishes under the id and number it is given.</param>
    /// <param name="cancellationToken">Gives up waiting for its turn.</param>
    /// <returns>The publication; of a repetition the first one.</returns>
    public async Task<Publication> OnceAsync(
        string topicArn,
        string key,
        Func<Publication, Task> publish,
        CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(topicArn, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = _time.GetUtcNow();
            await ForgetBeforeAsync(now - s_interval);
            if (_recent.TryGetValue(key, out var first) && first.PublishedAt > now - s_interval)
            {
                return first;
            }

            var publication = new Publication(Guid.NewGuid().ToString(), NextSequence(now).ToString(CultureInfo.InvariantCulture), now);

            // After a kill between the two the publisher has no answer and repeats it; a FIFO queue then knows the repetition by itself.
            await publish(publication);
            await _journal.PutAsync(key, publication);
            return _recent[key] = publication;
        }
        finally
        {
            turn.Release();
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private ulong NextSequence(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _sequence = Math.Max(_sequence + 1, SequenceNumberBase + (ulong)now.UtcTicks);
        }
    }

    private Task ForgetBeforeAsync(DateTimeOffset oldest)
    {
        lock (_lock)
        {
            if (_time.GetUtcNow() < _nextExpiry)
            {
                return Task.CompletedTask;
            }

            _nextExpiry = _time.GetUtcNow() + TimeSpan.FromSeconds(1);
        }

        var old = _recent.Where(pair => pair.Value.PublishedAt <= oldest).ToList();
        return _journal.WriteAsync([
            .. old.Where(pair => _recent.TryRemove(pair)).Select(pair => new JournalEntry<Publication>(pair.Key, null)),
        ]);
    }
}
