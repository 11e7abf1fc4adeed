namespace ImageApp.Core.Catalogue;

/// <summary>What became of a person's caption.</summary>
/// <param name="Outcome">Whether it is stored.</param>
/// <param name="Image">The row as it is now; null where there is none.</param>
public sealed record CaptionEdit(CaptionEditOutcome Outcome, ImageRecord? Image);

/// <summary>Whether a person's caption is stored, or why not.</summary>
public enum CaptionEditOutcome
{
    /// <summary>It is.</summary>
    Done,

    /// <summary>There is no such image, or it is deleted.</summary>
    Missing,

    /// <summary>The caption is no longer the one that the person saw.</summary>
    Changed,
}
