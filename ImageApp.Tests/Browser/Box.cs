namespace ImageApp.Tests.Browser;

/// <summary>An element's place in the window, in CSS pixels.</summary>
internal sealed record Box(float X, float Y, float Width, float Height);
