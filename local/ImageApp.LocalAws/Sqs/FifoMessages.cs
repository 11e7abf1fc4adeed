namespace ImageApp.LocalAws.Sqs;

/// <summary>
/// What a FIFO queue knows beside its messages: their order in each group, and which ids were sent lately (SQS Developer Guide, "FIFO queue
/// delivery logic"). Not for several threads at once.
/// </summary>
internal sealed class FifoMessages
{
    private static readonly Comparer<QueuedMessage> s_order =
        Comparer<QueuedMessage>.Create(static (left, right) => left.Sequence.CompareTo(right.Sequence));

    private readonly Dictionary<string, SortedSet<QueuedMessage>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QueuedMessage> _sent = new(StringComparer.Ordinal);

    /// <summary>When the next message comes back, where none is to be received now.</summary>
    public DateTimeOffset? NextVisibleAt => _groups.Count == 0 ? null : _groups.Values.Min(group => group.Min!.VisibleAt);

    public void Add(QueuedMessage message)
    {
        var id = GroupOf(message);
        if (!_groups.TryGetValue(id, out var group))
        {
            _groups[id] = group = new SortedSet<QueuedMessage>(s_order);
        }

        group.Add(message);
    }

    public void Remove(QueuedMessage message)
    {
        if (_groups.TryGetValue(GroupOf(message), out var group) && group.Remove(message) && group.Count == 0)
        {
            _groups.Remove(GroupOf(message));
        }
    }

    /// <summary>
    /// The messages to receive: group after group, in each up to the first that is in flight or delayed. Those given may be changed and
    /// removed meanwhile.
    /// </summary>
    public IEnumerable<QueuedMessage> Receivable(DateTimeOffset now)
    {
        foreach (var group in _groups.Values.OrderBy(group => group.Min!.Sequence).ToList())
        {
            var last = long.MinValue;
            while (group.FirstOrDefault(message => message.Sequence > last) is { } next && next.VisibleAt <= now)
            {
                last = next.Sequence;
                yield return next;
            }
        }
    }

    /// <summary>Keeps a message as the one of its deduplication key.</summary>
    /// <returns>The one that had the key before; null where there was none.</returns>
    public QueuedMessage? Remember(string key, QueuedMessage message)
    {
        _sent.Remove(key, out var replaced);
        _sent[key] = message;
        return replaced;
    }

    /// <summary>The message of a key that was sent after <paramref name="oldest"/>; null where there is none.</summary>
    public QueuedMessage? Find(string key, DateTimeOffset oldest) =>
        _sent.TryGetValue(key, out var message) && message.SentAt > oldest ? message : null;

    /// <summary>Whether the key is that message's.</summary>
    public bool Holds(string key, QueuedMessage message) => _sent.TryGetValue(key, out var sent) && sent.MessageId == message.MessageId;

    /// <summary>Forgets the keys of messages that are older.</summary>
    /// <returns>The messages that they were of.</returns>
    public IReadOnlyList<QueuedMessage> ForgetBefore(DateTimeOffset oldest)
    {
        var old = _sent.Where(pair => pair.Value.SentAt <= oldest).ToList();
        old.ForEach(pair => _sent.Remove(pair.Key));
        return [.. old.Select(pair => pair.Value)];
    }

    /// <summary>Forgets every key.</summary>
    /// <returns>The messages that they were of.</returns>
    public IReadOnlyList<QueuedMessage> Clear()
    {
        List<QueuedMessage> all = [.. _sent.Values];
        _sent.Clear();
        return all;
    }

    private static string GroupOf(QueuedMessage message) => message.GroupId ?? "";
}
