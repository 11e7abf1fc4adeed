namespace ImageApp.Web.Apis;

/// <summary>A person's caption.</summary>
internal sealed record CaptionRequest(string? Caption);
