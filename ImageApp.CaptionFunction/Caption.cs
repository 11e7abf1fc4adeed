namespace ImageApp.CaptionFunction;

/// <summary>A caption and who wrote it.</summary>
/// <param name="Text">One paragraph of plain text.</param>
/// <param name="Model">The model's name, as its provider gives it.</param>
/// <param name="Language">The BCP 47 tag of the language that was asked for; null where the model chose.</param>
/// <param name="IsShortened">Whether the model had more to say than fitted; the text ends after a whole sentence, or with an
/// ellipsis.</param>
internal sealed record Caption(string Text, string Model, string? Language = null, bool IsShortened = false);
