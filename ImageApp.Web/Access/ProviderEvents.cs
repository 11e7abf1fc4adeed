using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Access;

/// <summary>What the gallery adds to signing in and out by OpenID Connect.</summary>
internal sealed partial class ProviderEvents(
    AccessOptions options, ProviderPerson people, TimeProvider time, ILogger<ProviderEvents> logger) : OpenIdConnectEvents
{
    private const string OfflineAccess = "offline_access";

    /// <inheritdoc/>
    public override async Task RedirectToIdentityProvider(RedirectContext context)
    {
        // The address by configuration, never by the Host header that a request brings.
        context.ProtocolMessage.RedirectUri = new Uri(options.PublicAddress!, context.Options.CallbackPath).ToString();

        // Asking a provider that does not know it (Cognito) would be an error; one that has it gives no refresh token without.
        var configuration = await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
        if (configuration.ScopesSupported.Contains(OfflineAccess) && !context.Options.Scope.Contains(OfflineAccess))
        {
            context.ProtocolMessage.Scope += " " + OfflineAccess;
        }
    }

    /// <inheritdoc/>
    public override async Task TicketReceived(TicketReceivedContext context)
    {
        var person = await people.SeeAsync(context.Principal!, context.HttpContext.RequestAborted);
        LogSignedIn(logger, AccessClaims.PersonOf(person) ?? 0, AccessRoles.Of(person));
        context.Principal = person;
        var properties = context.Properties!;
        properties.IsPersistent = true;
        properties.IssuedUtc = time.GetUtcNow();

        // Whom the provider cannot be asked about goes by it again, which is silent while they are signed in there.
        properties.ExpiresUtc = time.GetUtcNow()
            + (properties.GetTokenValue("refresh_token") is { Length: > 0 } ? options.SessionLifetime : options.CheckEvery);
        properties.StoreTokens(properties.GetTokens().Where(token => token.Name is "refresh_token" or "id_token"));

        // A session that the browser brought is not carried on: somebody else may know its key.
        context.Request.Headers.Cookie = StringValues.Empty;
    }

    /// <inheritdoc/>
    public override Task RedirectToIdentityProviderForSignOut(RedirectContext context)
    {
        if (options.OpenIdConnect.SignOutAddress is { } address)
        {
            context.Response.Headers.Location = address.AbsoluteUri;
            context.HandleResponse();
        }
        else if (string.IsNullOrEmpty(context.ProtocolMessage.IssuerAddress))
        {
            // The provider has no way to sign out there.
            context.HandleResponse();
        }
        else
        {
            context.ProtocolMessage.ClientId = context.Options.ClientId;
            context.ProtocolMessage.PostLogoutRedirectUri =
                new Uri(options.PublicAddress!, context.Options.SignedOutCallbackPath).ToString();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task RemoteFailure(RemoteFailureContext context)
    {
        // A stranger can call the callback with anything: no error of ours, and no stack trace in the log.
        LogFailed(logger, context.Failure?.Message ?? "no reason given");
        context.HandleResponse();
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return new ApiProblem(
            "sign-in-failed", StatusCodes.Status400BadRequest, "Signing in did not work",
            "The identity provider's answer was not one to this browser's question, or came too late, or it did not let you in. "
                + "Nobody is signed in; please try again.").ToResult().ExecuteAsync(context.HttpContext);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Person {Person} signed in as {Role}")]
    private static partial void LogSignedIn(ILogger logger, long person, AccessRole role);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
