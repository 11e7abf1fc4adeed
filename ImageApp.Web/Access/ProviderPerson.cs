using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Access;

/// <summary>What the identity provider says of a person, kept for all sessions and tokens of theirs.</summary>
internal sealed class ProviderPerson(SessionCatalogue sessions, AccessOptions options)
{
    /// <summary>Keeps it.</summary>
    /// <param name="claims">The provider's claims, which were verified.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The person as the gallery knows them.</returns>
    public async Task<ClaimsPrincipal> SeeAsync(ClaimsPrincipal claims, CancellationToken cancellationToken)
    {
        var subject = SubjectOf(claims) ?? throw new InvalidOperationException("The identity provider named no subject.");
        var (name, role) = (OpenIdConnectSettings.NameOf(claims), options.OpenIdConnect.RoleOf(claims));

        // A subject is unique at its issuer only (OpenID Connect Core, 5.7).
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{options.OpenIdConnect.Authority}\n{subject}"));
        var person = await sessions.SeePersonAsync(hash, name, AccessRoles.NameOf(role), cancellationToken);
        return AccessClaims.Principal(AccessSchemes.Session, person, name, role, new Claim("sub", subject));
    }

    /// <summary>The provider's name of a person; null where it gave none.</summary>
    public static string? SubjectOf(ClaimsPrincipal claims) => claims.FindFirst("sub")?.Value is { Length: > 0 } subject ? subject : null;
}
