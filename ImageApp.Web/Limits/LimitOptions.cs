using ImageApp.Core;

namespace ImageApp.Web.Limits;

/// <summary>
/// How much one person, or one address where nobody is signed in, may ask of one instance. Configuration section <c>Limits</c>.
/// </summary>
internal sealed record LimitOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Whether there are limits at all; a load test, which is one address, turns them off.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Requests that bring files.</summary>
    public RateOptions Uploads { get; set; } = new() { Burst = 40, PerSecond = 10 };

    /// <summary>Grants. A page sends three files at a time and waits when it is told to, so a thousand files lose nothing.</summary>
    public RateOptions Grants { get; set; } = new() { Burst = 40, PerSecond = 10 };

    /// <summary>Pictures that are made again; a selection takes as many as it has.</summary>
    public RateOptions Retries { get; set; } = new() { Burst = 100, PerSecond = 1 };

    /// <summary>Searches.</summary>
    public RateOptions Searches { get; set; } = new() { Burst = 60, PerSecond = 5 };

    /// <summary>Zips.</summary>
    public RateOptions Zips { get; set; } = new() { Burst = 10, PerSecond = 0.1 };

    /// <summary>Pages that listen to changes at the same time.</summary>
    public int Listeners { get; set; } = 40;

    /// <summary>How long a picture is left alone after a person had it made again, at whichever instance.</summary>
    public TimeSpan DescribeAgainAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public LimitOptions Validated()
    {
        foreach (var work in Enum.GetValues<LimitedWork>())
        {
            RateOf(work).Validate($"{Section}:{work}");
        }

        OptionsCheck.Require(Listeners > 0, Section, nameof(Listeners), Listeners, "1 or more");
        OptionsCheck.Require(
            DescribeAgainAfter >= TimeSpan.Zero && DescribeAgainAfter <= TimeSpan.FromDays(1),
            Section, nameof(DescribeAgainAfter), DescribeAgainAfter, "zero to a day");
        return this;
    }

    /// <summary>The rate of a work.</summary>
    public RateOptions RateOf(LimitedWork work) => work switch
    {
        LimitedWork.Uploads => Uploads,
        LimitedWork.Grants => Grants,
        LimitedWork.Retries => Retries,
        LimitedWork.Searches => Searches,
        _ => Zips,
    };
}
