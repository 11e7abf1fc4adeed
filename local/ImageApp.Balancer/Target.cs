namespace ImageApp.Balancer;

/// <summary>One registered target.</summary>
internal sealed class Target(string id, Uri address)
{
    private long _requests;
    private long _failures;
    private int _inFlight;

    public string Id => id;

    public Uri Address => address;

    /// <summary>initial, healthy, unhealthy or draining (Elastic Load Balancing API, TargetHealth).</summary>
    public string State { get; set; } = "initial";

    /// <summary>Checks in a row with the same outcome, positive for good ones.</summary>
    public int Streak { get; set; }

    public long Requests => Interlocked.Read(ref _requests);

    public long Failures => Interlocked.Read(ref _failures);

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Begin()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _inFlight);
    }

    public void End(bool failed)
    {
        Interlocked.Decrement(ref _inFlight);
        if (failed)
        {
            Interlocked.Increment(ref _failures);
        }
    }
}
