using CsCheck;
using ImageApp.Scaling;

namespace ImageApp.Tests.Scaling;

public sealed class TargetTrackingTests
{
    private static readonly TargetTrackingPolicy Policy = new();

    [Fact]
    public void Grows_after_three_high_periods_to_what_the_load_needs()
    {
        var tracking = new TargetTracking(Policy);
        Assert.Null(tracking.Observe(Minute(1), Warm(0.9)));
        Assert.Null(tracking.Observe(Minute(2), Warm(0.9)));
        var decision = tracking.Observe(Minute(3), Warm(0.9))!;
        Assert.Equal(2, decision.Desired);
        Assert.Contains("above 70 %", decision.Cause);
        Assert.Contains("90 %", decision.Cause);
    }

    [Fact]
    public void One_period_below_the_target_begins_the_count_again()
    {
        var tracking = new TargetTracking(Policy);
        foreach (var (minute, cpu) in new[] { (1, 0.9), (2, 0.9), (3, 0.69), (4, 0.9), (5, 0.9) })
        {
            Assert.Null(tracking.Observe(Minute(minute), Warm(cpu)));
        }

        Assert.NotNull(tracking.Observe(Minute(6), Warm(0.9)));
    }

    [Fact]
    public void An_instance_that_warms_up_is_not_measured_and_not_ordered_twice()
    {
        var tracking = new TargetTracking(Policy);
        for (var minute = 1; minute <= 3; minute++)
        {
            tracking.Observe(Minute(minute), Warm(1));
        }

        for (var minute = 4; minute <= 6; minute++)
        {
            Assert.Null(
                tracking.Observe(
                    Minute(minute),
                    [new InstanceMetric(1, TimeSpan.FromHours(1)), new InstanceMetric(1, TimeSpan.FromMinutes(minute - 4))]
                )
            );
        }

        Assert.Equal(2, tracking.Desired);
        Assert.Equal(3, tracking.Observe(Minute(7), Warm(1, 1))!.Desired);
    }

    [Fact]
    public void Never_grows_beyond_the_maximum()
    {
        var tracking = new TargetTracking(Policy);
        for (var minute = 1; minute <= 60; minute++)
        {
            tracking.Observe(Minute(minute), Warm([.. Enumerable.Repeat(1.0, tracking.Desired)]));
        }

        Assert.Equal(3, tracking.Desired);
    }

    [Fact]
    public void Shrinks_only_after_fifteen_low_periods_one_at_a_time_and_not_below_the_minimum()
    {
        var tracking = Grown(3);
        var changes = new List<(int Minute, int Desired)>();
        for (var minute = 101; minute <= 160; minute++)
        {
            if (tracking.Observe(Minute(minute), Warm([.. Enumerable.Repeat(0.05, tracking.Desired)])) is { } decision)
            {
                changes.Add((minute, decision.Desired));
            }
        }

        Assert.Equal([(115, 2), (130, 1)], changes);
    }

    [Fact]
    public void Does_not_shrink_where_the_load_would_not_fit_or_something_warms_up()
    {
        // 50 % of three is 75 % of two.
        var tracking = Grown(3);
        for (var minute = 101; minute <= 160; minute++)
        {
            Assert.Null(tracking.Observe(Minute(minute), Warm(0.5, 0.5, 0.5)));
        }

        tracking = Grown(3);
        for (var minute = 101; minute <= 160; minute++)
        {
            Assert.Null(
                tracking.Observe(
                    Minute(minute),
                    [
                        new InstanceMetric(0.1, TimeSpan.FromHours(1)),
                        new InstanceMetric(0.1, TimeSpan.FromHours(1)),
                        new InstanceMetric(0.1, TimeSpan.FromMinutes(1)),
                    ]
                )
            );
        }
    }

    [Fact]
    public void Whatever_is_measured_the_group_keeps_its_bounds_and_shrinks_by_one()
    {
        Gen.Double[0, 1]
            .Array[1, 200]
            .Sample(values =>
            {
                var tracking = new TargetTracking(Policy with { ScaleInPeriods = 3, Cooldown = TimeSpan.Zero });
                var minute = 0;
                foreach (var value in values)
                {
                    var before = tracking.Desired;
                    tracking.Observe(Minute(++minute), Warm([.. Enumerable.Repeat(value, before)]));
                    Assert.InRange(tracking.Desired, 1, 3);
                    Assert.True(tracking.Desired >= before - 1);
                }
            });
    }

    [Fact]
    public void Every_time_is_shortened_by_the_factor_and_no_count_is()
    {
        var shorter = Policy.ShortenedBy(12);
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(25), 3, 15, 12.0),
            (shorter.Period, shorter.WarmUp, shorter.Cooldown, shorter.ScaleOutPeriods, shorter.ScaleInPeriods, shorter.TimeFactor)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => Policy.ShortenedBy(0.5));
    }

    [Theory]
    [InlineData(0, 3, 0.7, "0 to 3")]
    [InlineData(2, 1, 0.7, "2 to 1")]
    [InlineData(1, 3, 1.5, "1.5")]
    public void A_policy_that_is_not_possible_is_refused_with_its_numbers(int minimum, int maximum, double target, string words) =>
        Assert.Contains(
            words,
            Assert
                .Throws<ArgumentException>(() =>
                    new TargetTracking(Policy with { MinCapacity = minimum, MaxCapacity = maximum, Target = target })
                )
                .Message
        );

    [Fact]
    public void The_template_has_the_same_numbers()
    {
        var web = Deploy.DeployTemplate.Load("web.yaml");
        var policy = web.Only("AWS::AutoScaling::ScalingPolicy");
        Assert.Equal(Policy.Target * 100, (double)(long)policy["TargetTrackingConfiguration"]!["TargetValue"]!, 6);
        Assert.Equal(Policy.WarmUp.TotalSeconds, (double)(long)policy["EstimatedInstanceWarmup"]!);
        Assert.Equal((long)Policy.MinCapacity, (long)web.Root["Parameters"]!["MinSize"]!["Default"]!);
        Assert.Equal((long)Policy.MaxCapacity, (long)web.Root["Parameters"]!["MaxSize"]!["Default"]!);
    }

    [Fact]
    public void A_simulated_group_grows_with_its_load_serves_it_and_shrinks_again()
    {
        double[] load = [.. Enumerable.Repeat(100.0, 600), .. Enumerable.Repeat(450.0, 3600), .. Enumerable.Repeat(0.0, 7200)];
        var moments = GroupSimulation.Run(Policy, load, capacity: 250, launch: TimeSpan.FromSeconds(150));
        Assert.Equal(1, moments[599].InService);
        Assert.Equal(3, moments[4199].InService);
        Assert.True(moments[620].Unserved > 0);
        Assert.Equal(0, moments[4199].Unserved);
        Assert.Equal(1, moments[^1].InService);

        // From a decision to service it takes as long as it was said to.
        var decided = moments.First(moment => moment.Desired == 2).Time;
        Assert.Equal(TimeSpan.FromSeconds(150), moments.First(moment => moment.InService == 2).Time - decided);
    }

    private static TimeSpan Minute(int minute) => TimeSpan.FromMinutes(minute);

    private static InstanceMetric[] Warm(params double[] cpu) => [.. cpu.Select(value => new InstanceMetric(value, TimeSpan.FromHours(1)))];

    private static TargetTracking Grown(int desired)
    {
        var tracking = new TargetTracking(Policy);
        for (var minute = 1; tracking.Desired < desired; minute++)
        {
            tracking.Observe(Minute(minute), Warm([.. Enumerable.Repeat(1.0, tracking.Desired)]));
        }

        return tracking;
    }
}
