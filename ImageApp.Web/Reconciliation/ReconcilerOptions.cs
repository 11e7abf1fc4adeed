namespace ImageApp.Web.Reconciliation;

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
}
