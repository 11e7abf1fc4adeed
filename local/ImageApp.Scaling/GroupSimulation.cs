namespace ImageApp.Scaling;

/// <summary>What a group under <see cref="TargetTracking"/> would do with a load that is given, not sent.</summary>
public static class GroupSimulation
{
    /// <summary>Runs the load through the group, second by second.</summary>
    /// <param name="policy">When it grows and shrinks.</param>
    /// <param name="load">Requests per second, one value a second.</param>
    /// <param name="capacity">Requests per second that one instance serves with all its CPU.</param>
    /// <param name="launch">From the decision until the load balancer sends requests.</param>
    /// <returns>One moment a second.</returns>
    /// <exception cref="ArgumentException">The policy or the capacity is not possible.</exception>
    public static IReadOnlyList<SimulatedMoment> Run(
        TargetTrackingPolicy policy,
        IReadOnlyList<double> load,
        double capacity,
        TimeSpan launch
    )
    {
        if (capacity <= 0)
        {
            throw new ArgumentException($"A capacity of {capacity} requests per second is not possible: above 0.");
        }

        var tracking = new TargetTracking(policy);
        var moments = new List<SimulatedMoment>(load.Count);

        // When each instance was launched. The first ones are warm when the load begins.
        var launched = Enumerable.Repeat(-policy.WarmUp - launch, policy.MinCapacity).ToList();
        var busy = 0.0;
        var measured = TimeSpan.Zero;
        for (var second = 0; second < load.Count; second++)
        {
            var now = TimeSpan.FromSeconds(second);
            var serving = launched.Count(at => now - at >= launch);
            var asked = load[second] / (serving * capacity);
            var cpu = Math.Min(1, asked);
            busy += cpu;
            string? cause = null;
            if (now + TimeSpan.FromSeconds(1) - measured >= policy.Period)
            {
                var seconds = (now + TimeSpan.FromSeconds(1) - measured).TotalSeconds;
                var average = busy / seconds;
                var decision = tracking.Observe(
                    now,
                    [.. launched.Select(at => new InstanceMetric(now - at >= launch ? average : 0, now - at - launch))]
                );
                (busy, measured) = (0, now + TimeSpan.FromSeconds(1));
                cause = decision?.Cause;
                while (launched.Count < tracking.Desired)
                {
                    launched.Add(now);
                }

                while (launched.Count > tracking.Desired)
                {
                    launched.RemoveAt(launched.Count - 1);
                }
            }

            moments.Add(
                new SimulatedMoment(
                    now,
                    load[second],
                    tracking.Desired,
                    serving,
                    cpu,
                    Math.Max(0, load[second] - (serving * capacity)),
                    cause
                )
            );
        }

        return moments;
    }
}
