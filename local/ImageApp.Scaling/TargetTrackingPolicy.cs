namespace ImageApp.Scaling;

/// <summary>
/// When a group grows and shrinks, with the numbers of <c>deploy/web.yaml</c> and of the two alarms that a target-tracking policy makes
/// (Amazon EC2 Auto Scaling User Guide,
/// target tracking; the alarms' periods are what CloudWatch shows for such a policy: three of a minute to grow, fifteen to shrink).
/// </summary>
public sealed record TargetTrackingPolicy
{
    /// <summary>Instances at least.</summary>
    public int MinCapacity { get; init; } = 1;

    /// <summary>Instances at most.</summary>
    public int MaxCapacity { get; init; } = 3;

    /// <summary>The average CPU that is aimed for, 0 to 1 of an instance.</summary>
    public double Target { get; init; } = 0.7;

    /// <summary>How long one measurement takes.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many measurements in a row must be above the target before the group grows.</summary>
    public int ScaleOutPeriods { get; init; } = 3;

    /// <summary>How many measurements in a row must be below <see cref="ScaleInMargin"/> of the target before the group shrinks.</summary>
    public int ScaleInPeriods { get; init; } = 15;

    /// <summary>Which part of the target is low, 0 to 1.</summary>
    public double ScaleInMargin { get; init; } = 0.9;

    /// <summary>How long a new instance's CPU is not counted, and the group does not shrink.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long after a change the group does not shrink.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How many times shorter every time is than in the template.</summary>
    public double TimeFactor { get; private init; } = 1;

    /// <summary>The same policy in a shorter time, to be watched on a laptop.</summary>
    /// <param name="factor">How many times shorter, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    public TargetTrackingPolicy ShortenedBy(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        return this with
        {
            Period = Period / factor,
            WarmUp = WarmUp / factor,
            Cooldown = Cooldown / factor,
            TimeFactor = TimeFactor * factor,
        };
    }

    /// <summary>Says what is wrong with the numbers.</summary>
    /// <exception cref="ArgumentException">A number is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (MinCapacity < 1 || MaxCapacity < MinCapacity)
        {
            throw new ArgumentException(
                $"A group of {MinCapacity} to {MaxCapacity} instances is not possible: at least 1, and the maximum not below the minimum."
            );
        }

        if (Target is not (> 0 and <= 1))
        {
            throw new ArgumentException($"A target of {Target} is not possible: above 0, and 1 at most.");
        }

        if (Period <= TimeSpan.Zero || ScaleOutPeriods < 1 || ScaleInPeriods < 1)
        {
            throw new ArgumentException("The period must be above zero, and at least one of them must be waited for.");
        }
    }
}
