using System.Diagnostics;

namespace ImageApp.AppHost.Hosting.Web.Scaling;

/// <summary>One instance of the group, running or not.</summary>
internal sealed class ScalingInstance(ProjectResource resource, EndpointReference endpoint)
{
    private TimeSpan _used;
    private long _measured;

    public string Id => resource.Name;

    public EndpointReference Endpoint => endpoint;

    /// <summary>Whether it is, or is becoming, part of the group.</summary>
    public bool Launched { get; set; }

    /// <summary>Since when it gets requests, a timestamp of <see cref="Stopwatch"/>, or null.</summary>
    public long? InService { get; set; }

    /// <summary>Its CPU over the last period, 0 to 1, or null before the first.</summary>
    public double? Cpu { get; private set; }

    /// <summary>Takes what its process has used since the last time.</summary>
    /// <param name="processId">Its process.</param>
    /// <param name="cores">How much of a core is all of it.</param>
    public void Measure(int processId, double cores)
    {
        var (used, now) = (ProcessTreeCpu.Of(processId), Stopwatch.GetTimestamp());
        if (_measured != 0 && used >= _used)
        {
            Cpu = Math.Min(1, (used - _used) / (Stopwatch.GetElapsedTime(_measured, now) * cores));
        }

        (_used, _measured) = (used, now);
    }

    /// <summary>Its next process is measured from its beginning.</summary>
    public void Forget() => (Launched, InService, Cpu, _measured, _used) = (false, null, null, 0, default);
}
