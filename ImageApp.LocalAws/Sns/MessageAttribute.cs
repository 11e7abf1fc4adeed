namespace ImageApp.LocalAws.Sns;

/// <summary>A message attribute: its type, for example <c>String</c>, and its value as text (Base64 for <c>Binary</c>).</summary>
internal sealed record MessageAttribute(string Type, string Value);
