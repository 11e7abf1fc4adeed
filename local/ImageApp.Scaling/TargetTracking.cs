using System.Globalization;

namespace ImageApp.Scaling;

/// <summary>Decides how many instances there shall be, from one measurement a period. It measures nothing and starts nothing, and is used
/// alike by a running group and a simulated one.</summary>
public sealed class TargetTracking
{
    private readonly TargetTrackingPolicy _policy;
    private int _high;
    private int _low;
    private TimeSpan? _lastChange;

    /// <summary>Starts with no measurement.</summary>
    /// <exception cref="ArgumentException">The policy is not possible.</exception>
    public TargetTracking(TargetTrackingPolicy policy)
    {
        policy.Validate();
        _policy = policy;
        Desired = policy.MinCapacity;
    }

    /// <summary>How many instances there shall be.</summary>
    public int Desired { get; private set; }

    /// <summary>Takes the measurement of a period.</summary>
    /// <param name="now">The time, from any beginning.</param>
    /// <param name="instances">Every instance there is.</param>
    /// <returns>The change, or null where the group stays as it is.</returns>
    public ScalingDecision? Observe(TimeSpan now, IReadOnlyCollection<InstanceMetric> instances)
    {
        var warm = instances.Where(instance => instance.Age >= _policy.WarmUp).ToList();
        if (warm.Count == 0)
        {
            (_high, _low) = (0, 0);
            return null;
        }

        var average = warm.Average(instance => instance.Cpu);
        var low = _policy.Target * _policy.ScaleInMargin;
        _high = average > _policy.Target ? _high + 1 : 0;
        _low = average < low ? _low + 1 : 0;

        // As many as would bring this load to the target. CPU says nothing beyond 100 %, so growth comes in steps.
        var needed = (int)Math.Ceiling((warm.Count * average / _policy.Target) - 1e-9);
        if (_high >= _policy.ScaleOutPeriods && Math.Min(needed, _policy.MaxCapacity) > Desired)
        {
            return Change(
                now,
                Math.Min(needed, _policy.MaxCapacity),
                $"CPU was above {Percent(_policy.Target)} for {_policy.ScaleOutPeriods} periods, {Percent(average)} in the last"
            );
        }

        // Shrinking is the careful direction: not while anything warms up, not soon after a change, and one at a time.
        var settled =
            warm.Count == instances.Count && warm.Count >= Desired && (_lastChange is not { } last || now - last >= _policy.Cooldown);
        if (_low >= _policy.ScaleInPeriods && settled && Desired > _policy.MinCapacity && needed < Desired)
        {
            return Change(
                now,
                Desired - 1,
                $"CPU was below {Percent(low)} for {_policy.ScaleInPeriods} periods, {Percent(average)} in the last"
            );
        }

        return null;
    }

    private static string Percent(double value) => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0} %");

    private ScalingDecision Change(TimeSpan now, int desired, string cause)
    {
        (_high, _low, _lastChange) = (0, 0, now);
        Desired = desired;
        return new ScalingDecision(desired, cause);
    }
}
