using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sqs;

/// <summary>One queue and its messages; each change is on disk before it is answered.</summary>
internal sealed class Queue : IAsyncDisposable
{
    /// <summary>No longer than this may a receive wait (SQS API, <c>ReceiveMessage</c>).</summary>
    public const int MaximumWaitSeconds = 20;

    // Journal entries are queued under this lock, so that the file has the changes in the order of memory.
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly JournaledMap<QueuedMessage> _journal;
    private readonly Dictionary<string, QueuedMessage> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _idByReceipt = new(StringComparer.Ordinal);
    private readonly SortedSet<QueuedMessage> _byVisibility = new(Comparer<QueuedMessage>.Create(static (left, right) =>
        left.VisibleAt == right.VisibleAt ? left.Sequence.CompareTo(right.Sequence) : left.VisibleAt.CompareTo(right.VisibleAt)));

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _nextExpiry;
    private long _sequence;

    public Queue(string arn, QueueState state, string journalPath, TimeProvider time, ILogger logger)
    {
        Arn = arn;
        State = state;
        _time = time;
        _journal = JournaledMap<QueuedMessage>.Open(journalPath, SqsJsonContext.Default.JournalEntryQueuedMessage, logger);
        foreach (var message in _journal.Recovered.Values)
        {
            Set(message);
            _sequence = Math.Max(_sequence, message.Sequence);
        }
    }

    public string Arn { get; }

    public string Name => State.Name;

    /// <summary>Replaced as a whole by every change.</summary>
    public QueueState State { get; set; }

    /// <summary>Lets changes to <see cref="State"/> follow one another.</summary>
    public SemaphoreSlim StateChange { get; } = new(1);

    /// <summary>Adds a message; done when it is on disk.</summary>
    public async Task<QueuedMessage> AddAsync(
        string body,
        IReadOnlyDictionary<string, MessageAttribute> attributes,
        string? traceHeader,
        string senderId,
        int? delaySeconds)
    {
        var now = _time.GetUtcNow();
        var message = new QueuedMessage
        {
            MessageId = Guid.NewGuid().ToString(),
            Sequence = Interlocked.Increment(ref _sequence),
            Body = body,
            Attributes = attributes,
            TraceHeader = traceHeader,
            SenderId = senderId,
            SentAt = now,
            VisibleAt = now + TimeSpan.FromSeconds(delaySeconds ?? Number(QueueAttributes.DelaySeconds)),
        };
        await AddAsync(message);
        return message;
    }

    /// <summary>Takes a message over from the queue it failed in.</summary>
    public Task AddAsync(QueuedMessage failed, string sourceArn) => AddAsync(failed with
    {
        Sequence = Interlocked.Increment(ref _sequence),
        VisibleAt = _time.GetUtcNow(),
        ReceiptHandle = null,
        DeadLetterSourceArn = sourceArn,
    });

    /// <summary>
    /// Receives up to <paramref name="maximum"/> messages, waiting for the first of them; what was received too often goes to
    /// <paramref name="deadLetters"/>.
    /// </summary>
    public async Task<IReadOnlyList<QueuedMessage>> ReceiveAsync(
        int maximum,
        TimeSpan visibilityTimeout,
        TimeSpan wait,
        (Queue Queue, int MaxReceiveCount)? deadLetters,
        CancellationToken cancellationToken)
    {
        var giveUpAt = _time.GetUtcNow() + wait;
        while (true)
        {
            Task changed;
            DateTimeOffset? nextVisibleAt;
            List<QueuedMessage> received = [], failed = [];
            Task written;
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                var expired = Expire(now);
                while (received.Count < maximum && _byVisibility.Min is { } first && first.VisibleAt <= now)
                {
                    if (deadLetters is { } target && first.ReceiveCount >= target.MaxReceiveCount)
                    {
                        Forget(first);
                        failed.Add(first);
                        continue;
                    }

                    var message = first with
                    {
                        ReceiveCount = first.ReceiveCount + 1,
                        FirstReceivedAt = first.FirstReceivedAt ?? now,
                        ReceiptHandle = Guid.NewGuid().ToString("N"),
                        VisibleAt = now + visibilityTimeout,
                    };
                    Set(message);
                    received.Add(message);
                }

                written = _journal.WriteAsync([.. expired.Select(Removal), .. received.Select(Entry)]);
                changed = _changed.Task;
                nextVisibleAt = _byVisibility.Min?.VisibleAt;
            }

            await MoveAsync(failed, deadLetters?.Queue);
            await written;
            var remaining = giveUpAt - _time.GetUtcNow();
            if (received.Count > 0 || remaining <= TimeSpan.Zero)
            {
                return received;
            }

            var pause = nextVisibleAt is { } next && next - _time.GetUtcNow() < remaining ? next - _time.GetUtcNow() : remaining;
            await Task.WhenAny(changed, Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Deletes the message of a receipt handle; one that is gone already is no error.</summary>
    public Task DeleteAsync(string receiptHandle)
    {
        lock (_lock)
        {
            if (Find(receiptHandle) is not { } message)
            {
                return Task.CompletedTask;
            }

            Forget(message);
            return _journal.RemoveAsync(message.MessageId);
        }
    }

    /// <summary>Makes a message that was received visible after <paramref name="timeout"/> from now.</summary>
    /// <returns>Whether it is in flight under this handle.</returns>
    public async Task<bool> ChangeVisibilityAsync(string receiptHandle, TimeSpan timeout)
    {
        Task written;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (Find(receiptHandle) is not { } message || message.VisibleAt <= now)
            {
                return false;
            }

            var changed = message with { VisibleAt = now + timeout };
            Set(changed);
            Signal();
            written = _journal.PutAsync(changed.MessageId, changed);
        }

        await written;
        return true;
    }

    /// <summary>Deletes every message.</summary>
    public Task PurgeAsync()
    {
        lock (_lock)
        {
            List<QueuedMessage> all = [.. _byId.Values];
            all.ForEach(Forget);
            return _journal.WriteAsync([.. all.Select(Removal)]);
        }
    }

    /// <summary>Messages to receive, in flight, and delayed.</summary>
    public (int Visible, int NotVisible, int Delayed) Count()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();

            // Nobody depends on this write: an expired message that comes back after a crash expires again.
            _ = _journal.WriteAsync([.. Expire(now).Select(Removal)]);
            var hidden = _byId.Values.Where(message => message.VisibleAt > now).ToList();
            var delayed = hidden.Count(message => message.ReceiptHandle is null);
            return (_byId.Count - hidden.Count, hidden.Count - delayed, delayed);
        }
    }

    /// <summary>When the oldest message was sent; null where there is none.</summary>
    public DateTimeOffset? OldestSentAt
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count == 0 ? null : _byId.Values.Min(message => message.SentAt);
            }
        }
    }

    /// <summary>The messages that come up first, those in flight among them; none is received by that.</summary>
    public IReadOnlyList<QueuedMessage> Peek(int maximum)
    {
        lock (_lock)
        {
            return [.. _byVisibility.Take(maximum)];
        }
    }

    public int Number(string attribute) => QueueAttributes.Number(State.Attributes, attribute);

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private static JournalEntry<QueuedMessage> Entry(QueuedMessage message) => new(message.MessageId, message);

    private static JournalEntry<QueuedMessage> Removal(QueuedMessage message) => new(message.MessageId, null);

    private async Task AddAsync(QueuedMessage message)
    {
        await _journal.PutAsync(message.MessageId, message);
        lock (_lock)
        {
            Set(message);
            Signal();
        }
    }

    private async Task MoveAsync(List<QueuedMessage> failed, Queue? target)
    {
        foreach (var message in failed)
        {
            // First there, then gone here: a crash between the two leaves it twice, never not at all.
            await target!.AddAsync(message, Arn);
            await _journal.RemoveAsync(message.MessageId);
        }
    }

    private QueuedMessage? Find(string receiptHandle) =>
        _idByReceipt.TryGetValue(receiptHandle, out var id)
        && _byId.TryGetValue(id, out var message)
        && message.ReceiptHandle == receiptHandle
            ? message
            : null;

    private void Set(QueuedMessage message)
    {
        if (_byId.TryGetValue(message.MessageId, out var before))
        {
            Forget(before);
        }

        _byId[message.MessageId] = message;
        _byVisibility.Add(message);
        if (message.ReceiptHandle is not null)
        {
            _idByReceipt[message.ReceiptHandle] = message.MessageId;
        }
    }

    private void Forget(QueuedMessage message)
    {
        _byId.Remove(message.MessageId);
        _byVisibility.Remove(message);
        if (message.ReceiptHandle is not null)
        {
            _idByReceipt.Remove(message.ReceiptHandle);
        }
    }

    private List<QueuedMessage> Expire(DateTimeOffset now)
    {
        if (now < _nextExpiry)
        {
            return [];
        }

        _nextExpiry = now + TimeSpan.FromSeconds(1);
        var oldest = now - TimeSpan.FromSeconds(Number(QueueAttributes.MessageRetentionPeriod));
        var expired = _byId.Values.Where(message => message.SentAt < oldest).ToList();
        expired.ForEach(Forget);
        return expired;
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
