namespace ImageApp.LocalAws.Lambda;

/// <summary>A function: its settings, the invocations that wait for a poller and the pollers that wait for an invocation.</summary>
internal sealed class Function(string arn, FunctionRegistration registration, FunctionState state)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Invocation> _waiting = [];
    private readonly LinkedList<TaskCompletionSource<Invocation>> _pollers = [];
    private readonly Dictionary<string, Invocation> _running = [];
    private readonly HashSet<string> _ended = [];
    private readonly Queue<string> _endedInOrder = [];

    public string Name => registration.Name;

    public string Arn { get; } = arn;

    public FunctionRegistration Registration => registration;

    /// <summary>Replaced as a whole by every change.</summary>
    public FunctionState State { get; set; } = state;

    /// <summary>Lets changes to <see cref="State"/> follow one another.</summary>
    public SemaphoreSlim StateChange { get; } = new(1);

    public TimeSpan Timeout => TimeSpan.FromSeconds(State.TimeoutSeconds);

    /// <summary>Invocations that wait or run.</summary>
    public int Load
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count + _running.Count;
            }
        }
    }

    /// <summary>Gives the invocation to a poller, now or when one asks.</summary>
    public void Enqueue(Invocation invocation)
    {
        lock (_lock)
        {
            if (!Offer(invocation))
            {
                _waiting.AddLast(invocation);
            }
        }
    }

    /// <summary>Puts an invocation back that did not reach its poller.</summary>
    public void Return(Invocation invocation)
    {
        lock (_lock)
        {
            _running.Remove(invocation.RequestId);
            if (!Offer(invocation))
            {
                _waiting.AddFirst(invocation);
            }
        }
    }

    /// <summary>Takes an invocation back that no poller has; false where one has it.</summary>
    public bool Withdraw(Invocation invocation)
    {
        lock (_lock)
        {
            return _waiting.Remove(invocation);
        }
    }

    /// <summary>Waits for the next invocation.</summary>
    public async Task<Invocation> NextAsync(CancellationToken cancellationToken)
    {
        var poller = new TaskCompletionSource<Invocation>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                _running[first.Value.RequestId] = first.Value;
                return first.Value;
            }

            _pollers.AddLast(poller);
        }

        await using var registration = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                _pollers.Remove(poller);
            }

            poller.TrySetCanceled(cancellationToken);
        });
        return await poller.Task;
    }

    /// <summary>The running invocation of that id.</summary>
    /// <returns>Null where it is none; then <paramref name="hasEnded"/> says whether it was one lately.</returns>
    public Invocation? Running(string requestId, out bool hasEnded)
    {
        lock (_lock)
        {
            hasEnded = _ended.Contains(requestId);
            return _running.GetValueOrDefault(requestId);
        }
    }

    /// <summary>The invocation that waits longest, taken out; null where none waits.</summary>
    public Invocation? TakeWaiting()
    {
        lock (_lock)
        {
            if (_waiting.First is not { } first)
            {
                return null;
            }

            _waiting.RemoveFirst();
            return first.Value;
        }
    }

    /// <summary>Forgets a running invocation, but remembers its id for late answers.</summary>
    public void End(Invocation invocation)
    {
        const int Remembered = 1000;
        lock (_lock)
        {
            // A retry has the id of the attempt before it and may be running already.
            if (_running.TryGetValue(invocation.RequestId, out var running) && running == invocation)
            {
                _running.Remove(invocation.RequestId);
            }

            if (_ended.Add(invocation.RequestId))
            {
                _endedInOrder.Enqueue(invocation.RequestId);
            }

            if (_endedInOrder.Count > Remembered)
            {
                _ended.Remove(_endedInOrder.Dequeue());
            }
        }
    }

    private bool Offer(Invocation invocation)
    {
        while (_pollers.First is { } poller)
        {
            _pollers.RemoveFirst();
            _running[invocation.RequestId] = invocation;
            if (poller.Value.TrySetResult(invocation))
            {
                return true;
            }

            _running.Remove(invocation.RequestId);
        }

        return false;
    }
}
