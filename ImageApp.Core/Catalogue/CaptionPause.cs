namespace ImageApp.Core.Catalogue;

/// <summary>No caption is asked for until a time.</summary>
/// <param name="Until">When they go on by themselves.</param>
/// <param name="Reason">Why, in a person's words.</param>
public sealed record CaptionPause(DateTimeOffset Until, string Reason);
