using ImageApp.Core;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Upkeep;

/// <summary>How unfinished images are found. Configuration section <c>Reconciler</c>.</summary>
internal sealed record ReconcilerOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Reconciler";

    /// <summary>How often is looked.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing must have changed before an image counts as stuck: longer than Lambda retries.</summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often an image's pipeline may fail and is started again before it is left alone.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How long an event may wait in Lambda's queue: six hours, unless the function says otherwise.</summary>
    public TimeSpan EventAge { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long to wait for what may pass, a wrong setting or a used-up quota, where nothing says how long.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many images are sent again, to see, while a step takes up none.</summary>
    public int Probes { get; set; } = 3;

    /// <summary>How many objects of the bucket are compared with the catalogue at each <see cref="Interval"/>.</summary>
    public int SweepSize { get; set; } = 1000;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public ReconcilerOptions Validated()
    {
        OptionsCheck.Require(Interval > TimeSpan.Zero, Section, nameof(Interval), Interval, "more than zero");
        OptionsCheck.Require(Quiet > TimeSpan.Zero, Section, nameof(Quiet), Quiet, "more than zero");
        OptionsCheck.Require(MaxAttempts > 0, Section, nameof(MaxAttempts), MaxAttempts, "1 or more");
        OptionsCheck.Require(EventAge > Quiet, Section, nameof(EventAge), EventAge, $"longer than {nameof(Quiet)}, {Quiet}");
        OptionsCheck.Require(Pause >= TimeSpan.Zero, Section, nameof(Pause), Pause, "zero or more");
        OptionsCheck.Require(Probes > 0, Section, nameof(Probes), Probes, "1 or more");
        OptionsCheck.Require(SweepSize is > 0 and <= 1000, Section, nameof(SweepSize), SweepSize, "1 to 1,000, a page of S3's");
        return this;
    }

    /// <summary>What tells stuck from waiting.</summary>
    public StuckRules ToRules() => new()
    {
        Quiet = Quiet,
        EventAge = EventAge,
        Pause = Pause,
        MaxAttempts = MaxAttempts,
        Probes = Probes,
    };
}

/// <summary>How long what is deleted is kept. Configuration section <c>Deletion</c>.</summary>
internal sealed record DeletionOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Deletion";

    // A TIMESTAMP ends in 2038.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>How long a deleted picture stays in the trash, from where it can be brought back.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the row of a picture that is gone for good is kept, so that pages that lost their connection hear of it.</summary>
    public TimeSpan KeepRows { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public DeletionOptions Validated()
    {
        OptionsCheck.Require(
            KeepFor >= TimeSpan.Zero && KeepFor <= Longest, Section, nameof(KeepFor), KeepFor, $"zero to {Longest.TotalDays:0} days");
        OptionsCheck.Require(KeepRows > TimeSpan.Zero, Section, nameof(KeepRows), KeepRows, "more than zero");
        return this;
    }
}
