namespace ImageApp.Core.Catalogue;

/// <summary>A browser that is signed in.</summary>
/// <param name="Ticket">What the web app keeps of it, encrypted.</param>
/// <param name="Role">The person's role, as the identity provider said last; null for none.</param>
/// <param name="Age">How long ago the identity provider confirmed the person.</param>
public sealed record StoredSession(byte[] Ticket, string? Role, TimeSpan Age);
