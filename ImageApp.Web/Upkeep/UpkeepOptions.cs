using ImageApp.Core;

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

    /// <summary>How often an image's pipeline is started again before it is left alone.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public ReconcilerOptions Validated()
    {
        OptionsCheck.Require(Interval > TimeSpan.Zero, Section, nameof(Interval), Interval, "more than zero");
        OptionsCheck.Require(Quiet > TimeSpan.Zero, Section, nameof(Quiet), Quiet, "more than zero");
        OptionsCheck.Require(MaxAttempts > 0, Section, nameof(MaxAttempts), MaxAttempts, "1 or more");
        return this;
    }
}

/// <summary>How deletion can be undone. Configuration section <c>Deletion</c>.</summary>
internal sealed record DeletionOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Deletion";

    /// <summary>How long a deletion can be undone.</summary>
    public TimeSpan UndoWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a deleted row is kept, so that pages that lost their connection still hear of it.</summary>
    public TimeSpan KeepRows { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public DeletionOptions Validated()
    {
        OptionsCheck.Require(UndoWindow >= TimeSpan.Zero, Section, nameof(UndoWindow), UndoWindow, "zero or more");
        OptionsCheck.Require(KeepRows > UndoWindow, Section, nameof(KeepRows), KeepRows, $"longer than {nameof(UndoWindow)}, {UndoWindow}");
        return this;
    }
}
