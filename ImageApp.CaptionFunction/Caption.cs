namespace ImageApp.CaptionFunction;

/// <summary>A caption and who wrote it.</summary>
internal sealed record Caption(string Text, string Model);
