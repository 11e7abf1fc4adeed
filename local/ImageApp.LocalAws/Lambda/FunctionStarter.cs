using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// Sees to it that a function has a process while an invocation waits: AWS starts an execution environment then, here the host is asked
/// for one. What does not come to poll is tried again after a growing delay, a limited number of times; what a person stopped is left
/// alone.
/// </summary>
internal sealed class FunctionStarter : IAsyncDisposable
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(60);

    // A process polls again at once after each answer, and after its HTTP client gave up a poll.
    private static readonly TimeSpan s_pauseBetweenPolls = TimeSpan.FromSeconds(1);

    // Nobody tells when a hindrance ends; asking costs next to nothing.
    private static readonly TimeSpan s_pauseWhileHindered = TimeSpan.FromSeconds(1);

    private readonly Function _function;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DateTimeOffset _createdAt;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Task _run;
    private FunctionState? _state;
    private int _attempts;
    private long _pollsAtAttempt;
    private DateTimeOffset _attemptedAt;
    private (DateTimeOffset At, string Reason)? _failure;
    private long? _restartWantedAtPoll;

    /// <summary>The function's state as it was last reported; null before that.</summary>
    public FunctionState? State => Volatile.Read(ref _state);

    public FunctionStarter(Function function, TimeProvider time, ILogger logger)
    {
        _function = function;
        _time = time;
        _logger = logger;
        _createdAt = time.GetUtcNow();
        function.DemandChanged += Look;
        _run = RunAsync(_stop.Token);
    }

    /// <summary>Asks for another process in place of the one there is: it is not fit for another invocation.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _restartWantedAtPoll = _function.Demand.Polls;
        }

        Look();
    }

    /// <summary>A process said that it cannot initialize.</summary>
    public void InitializationFailed(string errorType)
    {
        lock (_lock)
        {
            if (_attempts > 0)
            {
                _failure ??= (_time.GetUtcNow(), $"its process could not initialize: {errorType}");
            }
        }

        Look();
    }

    public async ValueTask DisposeAsync()
    {
        _function.DemandChanged -= Look;
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private static TimeSpan DelayAfter(int attempts) =>
        attempts > 6 ? s_longestDelay : TimeSpan.FromTicks(Math.Min(s_firstDelay.Ticks << (attempts - 1), s_longestDelay.Ticks));

    private void Look() => _changes.Writer.TryWrite(true);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var now = _time.GetUtcNow();
                var (isDue, state, lookAt) = Decide(now);
                if (isDue && _function.Registration.Hindrance?.Invoke() is { } hindrance)
                {
                    (state, lookAt) = (Hindered(hindrance), now + s_pauseWhileHindered);
                }
                else if (isDue)
                {
                    await AttemptAsync(_function.Registration.RestartAsync!, cancellationToken);
                    continue;
                }

                Report(state);
                await WaitAsync(lookAt, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Local AWS stops.
        }
    }

    private FunctionState Hindered(StartHindrance hindrance)
    {
        lock (_lock)
        {
            // Whatever comes up next is another process than the one that was not fit.
            _restartWantedAtPoll = null;
        }

        return hindrance == StartHindrance.Stopped && _function.Demand.Waiting is > 0 and var waiting
            ? new FunctionState(FunctionStatus.Stopped, Waiting: waiting)
            : new FunctionState(hindrance == StartHindrance.Stopped ? FunctionStatus.Inactive : FunctionStatus.Pending);
    }

    private async Task WaitAsync(DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var pause = until - _time.GetUtcNow();
        using var elapsed = pause is { } delay
            ? new CancellationTokenSource(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, _time)
            : new CancellationTokenSource();
        if (until <= _time.GetUtcNow())
        {
            // The clock may have been set on between the two.
            return;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, elapsed.Token);
        try
        {
            await _changes.Reader.ReadAsync(wait.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing changed, but it is time to look again.
        }
    }

    private async Task AttemptAsync(Func<CancellationToken, Task> restart, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _attempts++;
            _pollsAtAttempt = _function.Demand.Polls;
            _attemptedAt = _time.GetUtcNow();
            _failure = null;
            _restartWantedAtPoll = null;
        }

        Report(new FunctionState(FunctionStatus.Pending, _attempts));
        _logger.Starting(_function.Name, _attempts);
        try
        {
            await restart(cancellationToken);
            lock (_lock)
            {
                _attemptedAt = _time.GetUtcNow();
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The host's affair, whatever it is: it is in the log and in the state, and the next attempt follows.
            _logger.StartFailed(_function.Name, _attempts, failure);
            lock (_lock)
            {
                _failure = (_time.GetUtcNow(), failure.Message);
            }
        }
    }

    /// <summary>What to do now, what state that is, and when to look again though nothing changes.</summary>
    private (bool IsDue, FunctionState State, DateTimeOffset? LookAt) Decide(DateTimeOffset now)
    {
        lock (_lock)
        {
            var demand = _function.Demand;
            var canStart = _function.Registration.RestartAsync is not null;
            if (_attempts > 0 && demand.Polls > _pollsAtAttempt)
            {
                _attempts = 0;
                _failure = null;
                if (demand.Polls > _restartWantedAtPoll)
                {
                    _restartWantedAtPoll = null;
                }
            }

            var isWanted = canStart && (_restartWantedAtPoll is not null || demand.Waiting > 0 && demand.Busy == 0);
            if (demand.Busy > 0 && (_restartWantedAtPoll is null || !canStart))
            {
                return (false, new FunctionState(FunctionStatus.Active), null);
            }

            return _attempts > 0 ? AfterAttempt(now, isWanted, demand.Waiting) : WithoutAttempt(now, isWanted, demand);
        }
    }

    private (bool IsDue, FunctionState State, DateTimeOffset? LookAt) AfterAttempt(DateTimeOffset now, bool isWanted, int waiting)
    {
        var startup = _function.Registration.StartupTime;
        var isLast = _attempts >= _function.Registration.MaximumStarts;
        if (_failure is null && _attemptedAt + startup > now)
        {
            var expected = _attemptedAt + startup;
            return (
                false,
                new FunctionState(FunctionStatus.Pending, _attempts, isWanted && !isLast ? expected + DelayAfter(_attempts) : null),
                expected);
        }

        var (failedAt, reason) = _failure ??= (
            now,
            FormattableString.Invariant($"no process asked for an invocation within {startup.TotalSeconds:0.#} s of its start"));
        var next = failedAt + DelayAfter(_attempts);
        return isLast ? (false, new FunctionState(FunctionStatus.Failed, _attempts, null, reason, waiting, IsGivenUp: true), null)
            : !isWanted ? (false, new FunctionState(FunctionStatus.Failed, _attempts, null, reason), null)
            : next <= now ? (true, new FunctionState(FunctionStatus.Failed, _attempts, now, reason), null)
            : (false, new FunctionState(FunctionStatus.Failed, _attempts, next, reason), next);
    }

    private (bool IsDue, FunctionState State, DateTimeOffset? LookAt) WithoutAttempt(
        DateTimeOffset now,
        bool isWanted,
        FunctionDemand demand)
    {
        if (isWanted && _restartWantedAtPoll is not null)
        {
            return (true, new FunctionState(FunctionStatus.Inactive), null);
        }

        var hasPolled = demand.Polls > 0;
        var isAlive = demand.LastProcess is { IsRunning: true };
        var graceEnd = hasPolled
            ? demand.LastSeen + (isAlive ? _function.Timeout : s_pauseBetweenPolls)
            : _createdAt + _function.Registration.StartupTime;
        if (now < graceEnd)
        {
            // A process that is stopped in a debugger lives on without polling, and one that was killed closes its connection before it is
            // gone: whether it still lives is asked every now and then.
            var lookAt = isAlive && now + s_pauseBetweenPolls < graceEnd ? now + s_pauseBetweenPolls : graceEnd;
            return (false, new FunctionState(hasPolled ? FunctionStatus.Active : FunctionStatus.Pending), lookAt);
        }

        return (isWanted, new FunctionState(FunctionStatus.Inactive), null);
    }

    private void Report(FunctionState state)
    {
        if (state == _state)
        {
            return;
        }

        Volatile.Write(ref _state, state);
        switch (state)
        {
            case { IsGivenUp: true }:
                _logger.GivenUp(_function.Name, state.Attempts, state.Reason!, state.Waiting);
                break;
            case { Status: FunctionStatus.Failed }:
                _logger.NotStarted(_function.Name, state.Attempts, state.Reason!, state.NextAttemptAt);
                break;
            case { Status: FunctionStatus.Stopped }:
                _logger.Stopped(_function.Name, state.Waiting);
                break;
            default:
                break;
        }

        _function.Registration.StateChanged?.Invoke(state);
    }
}
