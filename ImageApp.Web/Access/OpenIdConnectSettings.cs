using System.Security.Claims;
using ImageApp.Core;

namespace ImageApp.Web.Access;

/// <summary>The identity provider, and which of its people have which role. Configuration section <c>Access:OpenIdConnect</c>.</summary>
internal sealed record OpenIdConnectSettings
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = $"{AccessOptions.Section}:OpenIdConnect";

    /// <summary>Whoever signs in, as a value of <see cref="Viewers"/>.</summary>
    public const string Everyone = "*";

    private const string Email = "email";
    private const string EmailVerified = "email_verified";

    /// <summary>The issuer's address, below which <c>.well-known/openid-configuration</c> is.</summary>
    public Uri? Authority { get; set; }

    /// <summary>The gallery's client id there.</summary>
    public string? ClientId { get; set; }

    /// <summary>The client's secret; none for a public client, which PKCE protects alone.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What is asked for; <c>offline_access</c> too where the provider has it.</summary>
    public string[]? Scopes { get; set; }

    /// <summary>The claim that says what a person is: <c>roles</c>, <c>groups</c>, <c>cognito:groups</c>, <c>email</c>.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Values of the claim that make an owner.</summary>
    public string[]? Owners { get; set; }

    /// <summary>Values of the claim that make a contributor.</summary>
    public string[]? Contributors { get; set; }

    /// <summary>Values of the claim that make a viewer; <c>*</c> is whoever signs in.</summary>
    public string[]? Viewers { get; set; }

    /// <summary>Where signing out leads at a provider that does not say so itself (Cognito); the whole address.</summary>
    public Uri? SignOutAddress { get; set; }

    /// <summary>Claims that are read from the provider's answers.</summary>
    public IEnumerable<string> Claims => [RoleClaim, Email, EmailVerified, "name", "preferred_username"];

    /// <summary>Whether the provider is on this machine, and may be spoken to without TLS.</summary>
    public bool IsPlain => Authority is { Scheme: "http" } && AccessOptions.IsLoopback(Authority);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public void Validate()
    {
        OptionsCheck.Require(
            Authority is { IsAbsoluteUri: true } && (Authority.Scheme == Uri.UriSchemeHttps || IsPlain),
            Section,
            nameof(Authority),
            Authority,
            "the identity provider's https address (http for localhost only)");
        OptionsCheck.Require(!string.IsNullOrWhiteSpace(ClientId), Section, nameof(ClientId), ClientId, "the gallery's client id there");
        OptionsCheck.Require(!string.IsNullOrWhiteSpace(RoleClaim), Section, nameof(RoleClaim), RoleClaim, "the name of a claim");
        OptionsCheck.Require(
            OwnerValues.Length > 0, Section, nameof(Owners), null, $"at least one value of {RoleClaim} that makes an owner");
        OptionsCheck.Require(
            !OwnerValues.Concat(ContributorValues).Contains(Everyone), Section, nameof(Owners), Everyone, "names; only Viewers may be '*'");
    }

    /// <summary>The role that a person has, by what the provider says of them: the highest of several.</summary>
    public AccessRole RoleOf(ClaimsPrincipal person)
    {
        var values = person.FindAll(RoleClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);

        // An address that nobody has verified is what somebody typed: anybody could be the owner.
        if (RoleClaim == Email && !person.HasClaim(claim =>
            claim.Type == EmailVerified && claim.Value.Equals("true", StringComparison.OrdinalIgnoreCase)))
        {
            values.Clear();
        }

        return values switch
        {
            _ when OwnerValues.Any(values.Contains) => AccessRole.Owner,
            _ when ContributorValues.Any(values.Contains) => AccessRole.Contributor,
            _ when ViewerValues.Any(value => value == Everyone || values.Contains(value)) => AccessRole.Viewer,
            _ => AccessRole.None,
        };
    }

    /// <summary>What a person is called.</summary>
    public static string NameOf(ClaimsPrincipal person) =>
        new[] { "name", "preferred_username", Email, "sub" }.Select(claim => person.FindFirst(claim)?.Value)
            .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value)) ?? "somebody";

    // Not in the properties: what is configured would be added to a default, not replace it.
    private string[] OwnerValues => Owners ?? ["owner"];

    private string[] ContributorValues => Contributors ?? ["contributor"];

    private string[] ViewerValues => Viewers ?? ["viewer"];
}
