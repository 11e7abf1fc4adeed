using System.Security.Claims;

namespace ImageApp.Web.Access;

/// <summary>What the identity provider answered about a person.</summary>
/// <param name="Outcome">What came of it.</param>
internal sealed record ProviderAnswer(ProviderOutcome Outcome)
{
    /// <summary>What it says of the person, verified; where it confirmed them.</summary>
    public ClaimsPrincipal? Claims { get; init; }

    /// <summary>The refresh token for the next time; null where the old one stays good.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The newest identity token, which signing out needs.</summary>
    public string? IdToken { get; init; }

    /// <summary>Why it did not confirm them, for the log.</summary>
    public string? Reason { get; init; }
}
