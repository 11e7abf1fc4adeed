using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using ImageApp.Core.Catalogue;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace ImageApp.Web.Access;

/// <summary>
/// Sessions in the catalogue: a cookie holds 256 random bits, of which the catalogue has SHA-256. So signing out ends a cookie wherever it
/// was copied to, the provider's tokens never reach a browser, and the role is the one that any instance heard last.
/// </summary>
internal sealed class SessionStore(SessionCatalogue sessions, SessionTickets tickets, TimeProvider time) : ITicketStore
{
    private const int KeyBytes = 32;

    /// <inheritdoc/>
    public Task<string> StoreAsync(AuthenticationTicket ticket) => StoreAsync(ticket, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<string> StoreAsync(AuthenticationTicket ticket, CancellationToken cancellationToken)
    {
        var person = AccessClaims.PersonOf(ticket.Principal)
            ?? throw new InvalidOperationException("A session is somebody's; this ticket names no person.");
        var lifetime = ticket.Properties.ExpiresUtc - time.GetUtcNow()
            ?? throw new InvalidOperationException("A session ends; this ticket does not say when.");
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        await sessions.StartAsync(HashOf(key), person, tickets.Protect(ticket), lifetime, cancellationToken);
        return key;
    }

    /// <inheritdoc/>
    public Task RenewAsync(string key, AuthenticationTicket ticket) =>

        // Would put one person's sign-in under a key that somebody else may know (session fixation).
        throw new InvalidOperationException("A session is never renewed under its key: each sign-in makes a new one.");

    /// <inheritdoc/>
    public Task<AuthenticationTicket?> RetrieveAsync(string key) => RetrieveAsync(key, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<AuthenticationTicket?> RetrieveAsync(string key, CancellationToken cancellationToken)
    {
        var hash = HashOf(key);
        if (await sessions.FindAsync(hash, cancellationToken) is not { } stored || tickets.TryUnprotect(stored.Ticket) is not { } ticket)
        {
            return null;
        }

        ticket.Properties.SetParameter(SessionState.Parameter, new SessionState(hash, stored.Age));
        return new AuthenticationTicket(
            WithRole(ticket.Principal, AccessRoles.Of(stored.Role)), ticket.Properties, ticket.AuthenticationScheme);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string key) => RemoveAsync(key, CancellationToken.None);

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken cancellationToken) => sessions.EndAsync(HashOf(key), cancellationToken);

    /// <summary>A person with the role that they have now.</summary>
    public static ClaimsPrincipal WithRole(ClaimsPrincipal person, AccessRole role) => AccessClaims.Principal(
        AccessSchemes.Session,
        AccessClaims.PersonOf(person) ?? 0,
        person.FindFirst(AccessClaims.Name)?.Value ?? "",
        role,
        [.. person.FindAll("sub")]);

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
