using ImageApp.LoadTest.Measuring;

namespace ImageApp.LoadTest.Observing;

/// <summary>Looks at the group again and again while a test runs.</summary>
internal sealed class GroupFollower(IGroupObserver observer, LoadRecorder clock)
{
    private readonly List<ObservedMoment> _moments = [];

    /// <summary>What was seen, oldest first.</summary>
    public IReadOnlyList<ObservedMoment> Moments
    {
        get
        {
            lock (_moments)
            {
                return [.. _moments];
            }
        }
    }

    /// <summary>Why it last could not be looked at, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Looks until it is cancelled, or there is no group to see.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(observer.Interval);
        do
        {
            try
            {
                if (await observer.ObserveAsync(cancellationToken) is not { } group)
                {
                    return;
                }

                Problem = null;
                lock (_moments)
                {
                    _moments.Add(new ObservedMoment(clock.Elapsed, group));
                }
            }
            catch (Exception e)
                when (e is HttpRequestException or InvalidOperationException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                )
            {
                // The report has a gap there; the test goes on.
                Problem = e.Message;
            }
        } while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
