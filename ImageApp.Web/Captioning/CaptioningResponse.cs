using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Captioning;

/// <summary>How it is with captions as a whole, as the API shows it.</summary>
internal sealed record CaptioningResponse(
    string? Model,
    DateTimeOffset? PausedUntil,
    string? PauseReason,
    int? MaxPerDay,
    int AskedToday,
    int AgainTotal,
    int AgainLeft)
{
    public static CaptioningResponse From(CaptioningStatus status) => new(
        status.Model, status.Pause?.Until, status.Pause?.Reason, status.MaxPerDay, status.AskedToday, status.AgainTotal, status.AgainLeft);
}
