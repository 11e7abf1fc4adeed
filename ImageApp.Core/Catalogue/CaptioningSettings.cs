namespace ImageApp.Core.Catalogue;

/// <summary>What captions are written with, as far as all instances need to know it.</summary>
/// <param name="Hash">32 bytes that change with every setting that an answer depends on.</param>
/// <param name="Model">The configured model; null where captions are written without one.</param>
/// <param name="MaxPerDay">How often a day the model may be asked; null without a limit.</param>
public sealed record CaptioningSettings(byte[] Hash, string? Model, int? MaxPerDay);
