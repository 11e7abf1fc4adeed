namespace ImageApp.Core.Catalogue;

/// <summary>How it is with captions as a whole.</summary>
public sealed record CaptioningStatus
{
    /// <summary>The model that is configured; null where captions are written without one.</summary>
    public string? Model { get; init; }

    /// <summary>Whether a caption function has said what it writes with.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Why captions pause, and until when; null where they do not.</summary>
    public CaptionPause? Pause { get; init; }

    /// <summary>How often a day the model may be asked; null without a limit.</summary>
    public int? MaxPerDay { get; init; }

    /// <summary>How often the model was asked today, in UTC, as far as it is counted.</summary>
    public int AskedToday { get; init; }

    /// <summary>How many pictures were to be described again.</summary>
    public int AgainTotal { get; init; }

    /// <summary>How many of them still wait.</summary>
    public int AgainLeft { get; init; }

    /// <summary>Whether a person has read that captions are written without a model.</summary>
    public bool IsHintSeen { get; init; }

    /// <summary>
    /// How many captions another model wrote, or none, so that the configured one could write them better: counted up to
    /// <see cref="MaxCounted"/>.
    /// </summary>
    public int ByOthers { get; init; }

    /// <summary>How many of <see cref="ByOthers"/> were written without a model.</summary>
    public int Offline { get; init; }

    /// <summary>Where counting ends.</summary>
    public const int MaxCounted = 1000;
}
