using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>A function: its settings, the invocations that wait for a poller and the pollers that wait for an invocation.</summary>
internal sealed class Function : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly LinkedList<Invocation> _waiting = [];
    private readonly LinkedList<TaskCompletionSource<Invocation>> _pollers = [];
    private readonly Dictionary<string, Invocation> _running = [];
    private readonly HashSet<string> _ended = [];
    private readonly Queue<string> _endedInOrder = [];
    private long _polls;
    private DateTimeOffset _lastSeen;
    private FunctionProcess? _lastProcess;
    private string? _lastProgram;

    public Function(string arn, FunctionRegistration registration, FunctionSettings settings, TimeProvider time, ILogger logger)
    {
        _time = time;
        Arn = arn;
        Registration = registration;
        Settings = settings;
        Starter = new FunctionStarter(this, time, logger);
    }

    /// <summary>Is raised after each change of <see cref="Demand"/>.</summary>
    public event Action? DemandChanged;

    public string Name => Registration.Name;

    public string Arn { get; }

    public FunctionRegistration Registration { get; }

    /// <summary>Sees to it that a process is there.</summary>
    public FunctionStarter Starter { get; }

    /// <summary>Replaced as a whole by every change.</summary>
    public FunctionSettings Settings { get; set; }

    /// <summary>Lets changes to <see cref="Settings"/> follow one another.</summary>
    public SemaphoreSlim SettingsChange { get; } = new(1);

    public TimeSpan Timeout => TimeSpan.FromSeconds(Settings.TimeoutSeconds);

    /// <summary>The file that the function runs; null while that is not known.</summary>
    public string? Program
    {
        get
        {
            if (Registration.Program is { } registered)
            {
                return registered;
            }

            if (Demand.LastProcess?.Program() is { } running)
            {
                _lastProgram = running;
            }

            return _lastProgram;
        }
    }

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

    /// <summary>What waits and what works at this moment.</summary>
    public FunctionDemand Demand
    {
        get
        {
            lock (_lock)
            {
                return new FunctionDemand(_waiting.Count, _pollers.Count + _running.Count, _polls, _lastSeen, _lastProcess);
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

        DemandChanged?.Invoke();
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

        DemandChanged?.Invoke();
    }

    /// <summary>Takes an invocation back that no poller has; false where one has it.</summary>
    public bool Withdraw(Invocation invocation)
    {
        bool wasWaiting;
        lock (_lock)
        {
            wasWaiting = _waiting.Remove(invocation);
        }

        DemandChanged?.Invoke();
        return wasWaiting;
    }

    /// <summary>Waits for the next invocation.</summary>
    /// <param name="process">The process that asks; null where it cannot be told.</param>
    /// <param name="cancellationToken">Ends the poll.</param>
    public async Task<Invocation> NextAsync(FunctionProcess? process, CancellationToken cancellationToken)
    {
        var poller = new TaskCompletionSource<Invocation>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _polls++;
            _lastSeen = _time.GetUtcNow();
            _lastProcess = process;
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                _running[first.Value.RequestId] = first.Value;
                poller.SetResult(first.Value);
            }
            else
            {
                _pollers.AddLast(poller);
            }
        }

        DemandChanged?.Invoke();
        await using var registration = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                _pollers.Remove(poller);
                _lastSeen = _time.GetUtcNow();
            }

            poller.TrySetCanceled(cancellationToken);
            DemandChanged?.Invoke();
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
                _lastSeen = _time.GetUtcNow();
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

        DemandChanged?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        await Starter.DisposeAsync();
        SettingsChange.Dispose();
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

/// <summary>What waits for a function's processes, and what they do.</summary>
/// <param name="Waiting">Invocations that no poller has.</param>
/// <param name="Busy">Pollers that wait, and invocations that run.</param>
/// <param name="Polls">Polls there have ever been.</param>
/// <param name="LastSeen">When a process last polled, or an invocation last ended.</param>
/// <param name="LastProcess">The process that polled last; null where it cannot be told.</param>
internal readonly record struct FunctionDemand(int Waiting, int Busy, long Polls, DateTimeOffset LastSeen, FunctionProcess? LastProcess);
