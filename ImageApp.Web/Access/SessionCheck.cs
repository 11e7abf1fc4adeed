using ImageApp.Core.Catalogue;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace ImageApp.Web.Access;

/// <summary>
/// Asks the identity provider every few minutes whether a person who is signed in still is who they were: by the session's refresh token,
/// by one instance for all of them. A role that was taken away is gone then, and so is a person who was removed.
/// </summary>
internal sealed partial class SessionCheck(
    SessionCatalogue sessions,
    SessionTickets tickets,
    ProviderClient provider,
    ProviderPerson people,
    AccessOptions options,
    ILogger<SessionCheck> logger) : CookieAuthenticationEvents
{
    // How long one instance may take to ask before another one does.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // After how long a provider that did not answer is asked again.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var cancellationToken = context.HttpContext.RequestAborted;
        if (context.Properties.GetParameter<SessionState>(SessionState.Parameter) is not { } session
            || context.Principal is not { } person)
        {
            context.RejectPrincipal();
            return;
        }

        if (session.Age < options.CheckEvery)
        {
            return;
        }

        if (await sessions.TryClaimCheckAsync(session.KeyHash, options.CheckEvery, Patience, cancellationToken))
        {
            // Not the request's own token: a browser that goes away must not cost it the refresh token that was used just now.
            var answer = await provider.ConfirmAsync(
                context.Properties.GetTokenValue("refresh_token"), ProviderPerson.SubjectOf(person), CancellationToken.None);
            switch (answer.Outcome)
            {
                case ProviderOutcome.Confirmed:
                    var seen = await people.SeeAsync(answer.Claims!, CancellationToken.None);
                    context.Properties.StoreTokens(Merge(context.Properties, answer));
                    await sessions.ConfirmAsync(
                        session.KeyHash,
                        tickets.Protect(new AuthenticationTicket(seen, context.Properties, AccessSchemes.Session)),
                        CancellationToken.None);
                    context.ReplacePrincipal(seen);
                    return;

                case ProviderOutcome.Gone:
                    LogGone(logger, AccessClaims.PersonOf(person) ?? 0, answer.Reason ?? "");
                    await sessions.ForgetRoleAsync(AccessClaims.PersonOf(person) ?? 0, CancellationToken.None);
                    await EndAsync(context, session);
                    return;

                default:
                    LogUnreachable(logger, answer.Reason ?? "");
                    await sessions.PostponeCheckAsync(session.KeyHash, Patience - RetryAfter, CancellationToken.None);
                    break;
            }
        }

        if (session.Age > options.CheckEvery + options.CheckGrace)
        {
            await EndAsync(context, session);
        }
    }

    private async Task EndAsync(CookieValidatePrincipalContext context, SessionState session)
    {
        await sessions.EndAsync(session.KeyHash, CancellationToken.None);
        context.RejectPrincipal();
    }

    private static List<AuthenticationToken> Merge(AuthenticationProperties properties, ProviderAnswer answer) =>
    [
        new() { Name = "refresh_token", Value = answer.RefreshToken ?? properties.GetTokenValue("refresh_token") ?? "" },
        new() { Name = "id_token", Value = answer.IdToken ?? properties.GetTokenValue("id_token") ?? "" },
    ];

    [LoggerMessage(Level = LogLevel.Information, Message = "The identity provider does not confirm person {Person} any more: {Reason}")]
    private static partial void LogGone(ILogger logger, long person, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity provider could not be asked about a session: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);
}
