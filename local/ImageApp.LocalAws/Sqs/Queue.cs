using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sqs;

/// <summary>One queue and its messages; each change is on disk before it is answered.</summary>
internal sealed class Queue : IAsyncDisposable
{
    /// <summary>No longer than this may a receive wait (SQS API, <c>ReceiveMessage</c>).</summary>
    public const int MaximumWaitSeconds = 20;

    /// <summary>No longer than this may a message stay in flight (SQS API, <c>ChangeMessageVisibility</c>).</summary>
    public const int MaximumVisibilityTimeout = 43_200;

    // SQS Developer Guide, "Exactly-once processing in Amazon SQS".
    private static readonly TimeSpan s_deduplicationInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_purgeInterval = TimeSpan.FromSeconds(60);

    // Journal entries are queued under this lock, so that the file has the changes in the order of memory.
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly JournaledMap<QueuedMessage> _journal;
    private readonly Dictionary<string, QueuedMessage> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _idByReceipt = new(StringComparer.Ordinal);
    private readonly FifoMessages _fifo = new();
    private readonly SortedSet<QueuedMessage> _byVisibility = new(Comparer<QueuedMessage>.Create(static (left, right) =>
        left.VisibleAt == right.VisibleAt ? left.Sequence.CompareTo(right.Sequence) : left.VisibleAt.CompareTo(right.VisibleAt)));

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _nextExpiry;
    private DateTimeOffset _nextPurge;
    private long _sequence;

    public Queue(string arn, QueueState state, string journalPath, TimeProvider time, ILogger logger)
    {
        Arn = arn;
        State = state;
        _time = time;
        _journal = JournaledMap<QueuedMessage>.Open(journalPath, SqsJsonContext.Default.JournalEntryQueuedMessage, logger);
        foreach (var message in _journal.Recovered.Values.OrderBy(message => message.Sequence))
        {
            Remember(message);
            if (message.DeletedAt is null)
            {
                Set(message);
            }

            _sequence = Math.Max(_sequence, message.Sequence);
        }
    }

    public string Arn { get; }

    public string Name => State.Name;

    /// <summary>Whether messages keep their order in each group and are there once (SQS Developer Guide, "FIFO queues").</summary>
    public bool IsFifo => QueueAttributes.IsFifo(State.Attributes);

    public bool HasContentBasedDeduplication =>
        State.Attributes.GetValueOrDefault(QueueAttributes.ContentBasedDeduplication) == QueueAttributes.True;

    /// <summary>Replaced as a whole by every change.</summary>
    public QueueState State { get; set; }

    /// <summary>Lets changes to <see cref="State"/> follow one another.</summary>
    public SemaphoreSlim StateChange { get; } = new(1);

    /// <summary>Adds a message; done when it is on disk.</summary>
    /// <param name="outgoing">The message, as <see cref="OutgoingMessage.For"/> gave it.</param>
    /// <param name="isRedriven">Whether it was here before: then it is no repetition of itself.</param>
    /// <returns>The message; where it repeats another one within five minutes, that one.</returns>
    public async Task<QueuedMessage> AddAsync(OutgoingMessage outgoing, bool isRedriven = false)
    {
        QueuedMessage message;
        Task written;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (
                !isRedriven
                && outgoing.DeduplicationId is { } id
                && _fifo.Find(KeyOf(outgoing.GroupId, id), now - s_deduplicationInterval) is { } original)
            {
                return original;
            }

            message = new QueuedMessage
            {
                MessageId = Guid.NewGuid().ToString(),
                Sequence = NextSequence(now),
                Body = outgoing.Body,
                Attributes = outgoing.Attributes,
                TraceHeader = outgoing.TraceHeader,
                SenderId = outgoing.SenderId,
                SentAt = now,
                VisibleAt = now + TimeSpan.FromSeconds(outgoing.DelaySeconds ?? Number(QueueAttributes.DelaySeconds)),
                GroupId = outgoing.GroupId,
                DeduplicationId = outgoing.DeduplicationId,
            };
            written = Put(message);
            Remember(message);
        }

        await written;
        return message;
    }

    /// <summary>Takes a message over from the queue it failed in.</summary>
    public Task AddAsync(QueuedMessage failed, string sourceArn)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            return Put(failed with
            {
                Sequence = NextSequence(now),
                // Only in a FIFO queue it is as old as it is there (SQS Developer Guide, "Using dead-letter queues in Amazon SQS").
                SentAt = IsFifo ? now : failed.SentAt,
                VisibleAt = now,
                ReceiptHandle = null,
                ReceivedAt = null,
                ReceiveAttemptId = null,
                DeadLetterSourceArn = sourceArn,
            });
        }
    }

    /// <summary>
    /// Receives up to <paramref name="maximum"/> messages, waiting for the first of them; what was received too often goes to
    /// <paramref name="deadLetters"/>.
    /// </summary>
    /// <param name="maximum">How many at most.</param>
    /// <param name="visibilityTimeout">How long nobody else gets them.</param>
    /// <param name="wait">How long to wait for the first.</param>
    /// <param name="deadLetters">Where those go that were received too often.</param>
    /// <param name="attemptId">Of a FIFO queue: a repeated receive of this id gets the same messages under the same handles.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<QueuedMessage>> ReceiveAsync(
        int maximum,
        TimeSpan visibilityTimeout,
        TimeSpan wait,
        (Queue Queue, int MaxReceiveCount)? deadLetters,
        string? attemptId,
        CancellationToken cancellationToken)
    {
        var giveUpAt = _time.GetUtcNow() + wait;
        while (true)
        {
            Task changed;
            DateTimeOffset? nextVisibleAt;
            List<QueuedMessage> received, failed = [];
            Task written;
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                var expired = Expire(now);
                received = Repeated(attemptId, now, visibilityTimeout);
                if (received.Count == 0)
                {
                    Receive(now, maximum, visibilityTimeout, deadLetters?.MaxReceiveCount, attemptId, received, failed);
                }

                written = _journal.WriteAsync([.. expired, .. received.Select(Entry)]);
                changed = _changed.Task;
                nextVisibleAt = IsFifo ? _fifo.NextVisibleAt : _byVisibility.Min?.VisibleAt;
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
    /// <exception cref="AwsServiceException"><c>ReceiptHandleIsInvalid</c>; in a FIFO queue <c>InvalidParameterValue</c>: the handle has
    /// expired.</exception>
    public Task DeleteAsync(string receiptHandle)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (Find(receiptHandle) is not { } message)
            {
                var id = ReceiptHandle.MessageIdOf(receiptHandle, Arn);
                return IsFifo && _byId.ContainsKey(id) ? throw Expired(receiptHandle) : Task.CompletedTask;
            }

            if (IsFifo && message.VisibleAt <= now)
            {
                throw Expired(receiptHandle);
            }

            Forget(message);
            Signal();
            return _journal.WriteAsync([Gone(message, now), .. EndAttempt(message)]);
        }
    }

    /// <summary>Makes a message that was received visible after <paramref name="timeout"/> from now.</summary>
    /// <exception cref="AwsServiceException"><c>ReceiptHandleIsInvalid</c>; <c>InvalidParameterValue</c>: the message is gone, the handle
    /// of a FIFO queue has expired, or the message would be in flight for too long; <c>MessageNotInflight</c>.</exception>
    public Task ChangeVisibilityAsync(string receiptHandle, TimeSpan timeout)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (Find(receiptHandle) is not { } message)
            {
                var id = ReceiptHandle.MessageIdOf(receiptHandle, Arn);
                throw _byId.ContainsKey(id) ? NotInFlight(receiptHandle) : Invalid(
                    "ReceiptHandle",
                    receiptHandle,
                    "Message does not exist or is not available for visibility timeout change.");
            }

            if (message.VisibleAt <= now)
            {
                throw NotInFlight(receiptHandle);
            }

            if (now + timeout - (message.ReceivedAt ?? now) > TimeSpan.FromSeconds(MaximumVisibilityTimeout))
            {
                throw Invalid(
                    "VisibilityTimeout",
                    $"{(int)timeout.TotalSeconds}",
                    $"Total VisibilityTimeout for the message is beyond the limit [{MaximumVisibilityTimeout} seconds]");
            }

            var changed = message with { VisibleAt = now + timeout, ReceiveAttemptId = null };
            Set(changed);
            Signal();
            return _journal.WriteAsync([Entry(changed), .. EndAttempt(message)]);
        }
    }

    /// <summary>Deletes every message, and what tells repetitions of them.</summary>
    /// <exception cref="AwsServiceException"><c>PurgeQueueInProgress</c>: the latest purge is less than a minute ago.</exception>
    public Task PurgeAsync()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (now < _nextPurge)
            {
                throw new AwsServiceException(
                    "PurgeQueueInProgress",
                    $"Only one PurgeQueue operation on {Name} is allowed every {s_purgeInterval.TotalSeconds} seconds.",
                    System.Net.HttpStatusCode.Forbidden);
            }

            _nextPurge = now + s_purgeInterval;
            List<QueuedMessage> all = [.. _byId.Values, .. _fifo.Clear()];
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
            _ = _journal.WriteAsync(Expire(now));
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

    private static AwsServiceException Invalid(string parameter, string value, string reason) =>
        new("InvalidParameterValue", $"Value {value} for parameter {parameter} is invalid. Reason: {reason}");

    private static AwsServiceException Expired(string receiptHandle) =>
        Invalid("ReceiptHandle", receiptHandle, "The receipt handle has expired.");

    private AwsServiceException NotInFlight(string receiptHandle) => IsFifo
        ? Expired(receiptHandle)
        : new AwsServiceException("MessageNotInflight", "The message referred to by the receipt handle is not in flight.");

    private string KeyOf(string? groupId, string deduplicationId) =>
        State.Attributes.GetValueOrDefault(QueueAttributes.DeduplicationScope) == QueueAttributes.MessageGroupScope
            ? $"{groupId} {deduplicationId}"
            : deduplicationId;

    // Also after a restart on an empty queue, numbers go on growing.
    private long NextSequence(DateTimeOffset now) => _sequence = Math.Max(_sequence + 1, now.UtcTicks);

    private Task Put(QueuedMessage message)
    {
        // Whoever receives it waits for a later entry of the journal, so that nobody sees what is not on disk.
        Set(message);
        Signal();
        return _journal.PutAsync(message.MessageId, message);
    }

    /// <summary>What a repeated receive gets again.</summary>
    private List<QueuedMessage> Repeated(string? attemptId, DateTimeOffset now, TimeSpan visibilityTimeout)
    {
        List<QueuedMessage> again = attemptId is null || !IsFifo
            ? []
            :
            [
                .. _byId.Values
                    .Where(message => message.ReceiveAttemptId == attemptId
                        && message.VisibleAt > now
                        && message.ReceivedAt > now - s_deduplicationInterval)
                    .OrderBy(message => message.Sequence)
                    .Select(message => message with { VisibleAt = now + visibilityTimeout }),
            ];
        again.ForEach(Set);
        return again;
    }

    private void Receive(
        DateTimeOffset now,
        int maximum,
        TimeSpan visibilityTimeout,
        int? maxReceiveCount,
        string? attemptId,
        List<QueuedMessage> received,
        List<QueuedMessage> failed)
    {
        foreach (var next in IsFifo ? _fifo.Receivable(now) : Visible(now))
        {
            if (next.ReceiveCount >= maxReceiveCount)
            {
                Forget(next);
                failed.Add(next);
                continue;
            }

            var message = next with
            {
                ReceiveCount = next.ReceiveCount + 1,
                FirstReceivedAt = next.FirstReceivedAt ?? now,
                ReceivedAt = now,
                ReceiptHandle = ReceiptHandle.Create(Arn, next.MessageId),
                ReceiveAttemptId = IsFifo ? attemptId : null,
                VisibleAt = now + visibilityTimeout,
            };
            Set(message);
            received.Add(message);
            if (received.Count == maximum)
            {
                return;
            }
        }
    }

    /// <summary>The visible messages, each once. Those given may be changed and removed meanwhile.</summary>
    private IEnumerable<QueuedMessage> Visible(DateTimeOffset now)
    {
        // One that is received without a visibility timeout is visible still.
        var given = new HashSet<string>(StringComparer.Ordinal);
        while (_byVisibility.FirstOrDefault(message => !given.Contains(message.MessageId)) is { } next && next.VisibleAt <= now)
        {
            given.Add(next.MessageId);
            yield return next;
        }
    }

    /// <summary>A repeated receive is over when one of its messages is changed or deleted (SQS API, <c>ReceiveMessage</c>).</summary>
    private List<JournalEntry<QueuedMessage>> EndAttempt(QueuedMessage changed)
    {
        if (changed.ReceiveAttemptId is not { } attemptId)
        {
            return [];
        }

        List<QueuedMessage> others =
        [
            .. _byId.Values
                .Where(message => message.ReceiveAttemptId == attemptId && message.MessageId != changed.MessageId)
                .Select(message => message with { ReceiveAttemptId = null }),
        ];
        others.ForEach(Set);
        return [.. others.Select(Entry)];
    }

    private async Task MoveAsync(List<QueuedMessage> failed, Queue? target)
    {
        foreach (var message in failed)
        {
            // First there, then gone here: a crash between the two leaves it twice, never not at all.
            await target!.AddAsync(message, Arn);
            Task written;
            lock (_lock)
            {
                written = _journal.WriteAsync([Gone(message, _time.GetUtcNow())]);
            }

            await written;
        }
    }

    private QueuedMessage? Find(string receiptHandle) =>
        _idByReceipt.TryGetValue(receiptHandle, out var id)
        && _byId.TryGetValue(id, out var message)
        && message.ReceiptHandle == receiptHandle
            ? message
            : null;

    /// <summary>How a message leaves the disk: at once, or for the rest of five minutes as what tells repetitions of it.</summary>
    private JournalEntry<QueuedMessage> Gone(QueuedMessage message, DateTimeOffset now) =>
        message.DeduplicationId is not { } id || !_fifo.Holds(KeyOf(message.GroupId, id), message)
            ? Removal(message)
            : Entry(message with
            {
                Body = "",
                Attributes = new Dictionary<string, MessageAttribute>(),
                TraceHeader = null,
                ReceiptHandle = null,
                ReceiveAttemptId = null,
                DeletedAt = now,
            });

    private void Remember(QueuedMessage message)
    {
        // In a dead-letter queue the id is that of another queue's message.
        if (message is { DeduplicationId: { } id, DeadLetterSourceArn: null }
            && _fifo.Remember(KeyOf(message.GroupId, id), message) is { } replaced
            && !_byId.ContainsKey(replaced.MessageId))
        {
            // Nobody depends on this write.
            _ = _journal.RemoveAsync(replaced.MessageId);
        }
    }

    private void Set(QueuedMessage message)
    {
        if (_byId.TryGetValue(message.MessageId, out var before))
        {
            Forget(before);
        }

        _byId[message.MessageId] = message;
        _byVisibility.Add(message);
        if (IsFifo)
        {
            _fifo.Add(message);
        }

        if (message.ReceiptHandle is not null)
        {
            _idByReceipt[message.ReceiptHandle] = message.MessageId;
        }
    }

    private void Forget(QueuedMessage message)
    {
        _byId.Remove(message.MessageId);
        _byVisibility.Remove(message);
        _fifo.Remove(message);
        if (message.ReceiptHandle is not null)
        {
            _idByReceipt.Remove(message.ReceiptHandle);
        }
    }

    private List<JournalEntry<QueuedMessage>> Expire(DateTimeOffset now)
    {
        if (now < _nextExpiry)
        {
            return [];
        }

        _nextExpiry = now + TimeSpan.FromSeconds(1);
        var oldest = now - TimeSpan.FromSeconds(Number(QueueAttributes.MessageRetentionPeriod));
        var expired = _byId.Values.Where(message => message.SentAt < oldest).ToList();
        expired.ForEach(Forget);
        var unique = _fifo.ForgetBefore(now - s_deduplicationInterval).Where(message => !_byId.ContainsKey(message.MessageId));
        return [.. unique.Select(Removal), .. expired.Select(message => Gone(message, now))];
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
