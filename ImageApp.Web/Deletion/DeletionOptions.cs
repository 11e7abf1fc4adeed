namespace ImageApp.Web.Deletion;

/// <summary>How deletion can be undone. Configuration section <c>Deletion</c>.</summary>
internal sealed record DeletionOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Deletion";

    /// <summary>How long a deletion can be undone.</summary>
    public TimeSpan UndoWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a deleted row is kept, so that pages that lost their connection still hear of it.</summary>
    public TimeSpan KeepRows { get; set; } = TimeSpan.FromDays(1);
}
