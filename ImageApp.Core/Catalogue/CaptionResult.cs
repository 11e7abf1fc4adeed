namespace ImageApp.Core.Catalogue;

/// <summary>What the caption step found out about an image.</summary>
/// <param name="Text">One paragraph of plain text.</param>
/// <param name="Model">The model's name, as its provider gives it; <see cref="CaptioningState.OfflineModel"/> where there was none.</param>
/// <param name="Language">The BCP 47 tag of the text's language; null where the model chose.</param>
/// <param name="IsShortened">Whether the model had more to say than fitted.</param>
public sealed record CaptionResult(string Text, string Model, string? Language = null, bool IsShortened = false);
