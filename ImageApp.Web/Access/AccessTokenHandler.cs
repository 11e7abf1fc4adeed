using System.Text.Encodings.Web;
using ImageApp.Core.Catalogue;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Access;

/// <summary>
/// Knows a script by <c>Authorization: Bearer</c> (RFC 6750). It may do what its scope says, and never more than its person may now.
/// </summary>
internal sealed class AccessTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    TokenCatalogue tokens,
    AccessOptions options) : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggers, encoder)
{
    private const string Bearer = "Bearer";

    /// <summary>Whether a request says with a token who it is from.</summary>
    public static bool IsUsedBy(HttpRequest request) =>
        request.Headers.Authorization.Any(value => value?.Split(' ')[0].Equals(Bearer, StringComparison.OrdinalIgnoreCase) == true);

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header]
            || header[Bearer.Length..].Trim() is not { } token
            || !AccessToken.IsOne(token))
        {
            return AuthenticateResult.Fail("It is no token.");
        }

        if (await tokens.UseAsync(AccessToken.HashOf(token), options.TokensWithout, Context.RequestAborted) is not { } found)
        {
            return AuthenticateResult.Fail("There is no such token, or not any more.");
        }

        var role = (AccessRole)Math.Min((int)AccessRoles.OfScope(found.Scope), (int)AccessRoles.Of(found.PersonRole));
        return AuthenticateResult.Success(new AuthenticationTicket(
            AccessClaims.Principal(AccessSchemes.Token, found.PersonId, found.PersonName, role), AccessSchemes.Token));
    }
}
