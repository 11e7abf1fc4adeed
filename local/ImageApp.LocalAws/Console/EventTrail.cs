namespace ImageApp.LocalAws.Console;

/// <summary>
/// The latest events and how far each came, for people to look at. Only in memory: what is still to be done is kept by who does it.
/// </summary>
internal sealed class EventTrail(TimeProvider time)
{
    private const int WaysKept = 50;

    /// <summary>A trace may be of a whole day's work.</summary>
    private const int StepsKept = 40;

    private readonly Lock _lock = new();
    private readonly LinkedList<Way> _ways = [];
    private readonly Dictionary<string, LinkedListNode<Way>> _byId = new(StringComparer.Ordinal);

    /// <summary>Since when it knows of events.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Each event's steps, in the order in which they began; the event that began last comes first.</summary>
    public IReadOnlyList<IReadOnlyList<EventStep>> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. _ways.Select(way => way.Steps.ToArray())];
            }
        }
    }

    /// <summary>Notes a step, or its new state.</summary>
    public void Record(EventStep step)
    {
        var id = step.TraceParent?.Split('-') is [_, var trace, ..] ? trace : step.Id;
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                node = _byId[id] = _ways.AddFirst(new Way(id, []));
                if (_ways.Count > WaysKept)
                {
                    _byId.Remove(_ways.Last!.Value.Id);
                    _ways.RemoveLast();
                }
            }

            var steps = node.Value.Steps;
            var index = steps.FindIndex(other => other.Id == step.Id);
            if (index >= 0)
            {
                steps[index] = step with { At = steps[index].At, BucketMessage = step.BucketMessage ?? steps[index].BucketMessage };
                return;
            }

            steps.Add(step with { At = time.GetUtcNow() });
            if (steps.Count > StepsKept)
            {
                steps.RemoveAt(0);
            }
        }
    }

    private sealed record Way(string Id, List<EventStep> Steps);
}
