using ImageApp.Scaling;
using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Web.Scaling;

/// <summary>How the web tier scales on this machine: configuration section <c>Scaling</c>.</summary>
internal sealed record ScalingOptions
{
    /// <summary>Whether there is a group at all; without it one web process serves by itself.</summary>
    public bool Enabled { get; init; }

    public int MinSize { get; init; } = 1;

    public int MaxSize { get; init; } = 3;

    /// <summary>How many times shorter the policy's times are than on AWS.</summary>
    public double TimeFactor { get; init; } = 12;

    /// <summary>How much of a core an instance is taken for; its CPU is told in percent of that. On a laptop the load, the database and
    /// every instance share the same cores.</summary>
    public double InstanceCores { get; init; } = 0.25;

    /// <summary>The policy of <c>deploy/web.yaml</c> with this section's sizes and times.</summary>
    public TargetTrackingPolicy Policy => new TargetTrackingPolicy { MinCapacity = MinSize, MaxCapacity = MaxSize }.ShortenedBy(TimeFactor);

    /// <exception cref="DistributedApplicationException">A setting is out of its range; the message names it.</exception>
    public static ScalingOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Scaling").Get<ScalingOptions>() ?? new ScalingOptions();
        if (options.MaxSize > 10 || options.InstanceCores is not (> 0 and <= 64) || options.TimeFactor is not (>= 1 and <= 60))
        {
            throw new DistributedApplicationException(
                "Scaling: MaxSize is 10 at most, InstanceCores above 0 and 64 at most, TimeFactor 1 to 60."
            );
        }

        try
        {
            options.Policy.Validate();
        }
        catch (ArgumentException e)
        {
            throw new DistributedApplicationException($"Scaling: {e.Message}");
        }

        return options;
    }
}
