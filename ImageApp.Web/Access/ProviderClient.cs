using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OAuth.Claims;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ImageApp.Web.Access;

/// <summary>
/// Asks the identity provider about a person without the person: by a refresh token (OpenID Connect Core, 12), and by the userinfo endpoint
/// where there is one (5.3). What it answers is verified as at signing in.
/// </summary>
internal sealed class ProviderClient(IOptionsMonitor<OpenIdConnectOptions> options)
{
    /// <summary>Asks.</summary>
    /// <param name="refreshToken">What the provider gave for that; null where it gave none.</param>
    /// <param name="subject">Who it has to be about.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ProviderAnswer> ConfirmAsync(string? refreshToken, string? subject, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(refreshToken) || string.IsNullOrEmpty(subject))
        {
            return Gone("it gave no refresh token");
        }

        var settings = options.Get(AccessSchemes.Provider);
        try
        {
            var configuration = await settings.ConfigurationManager!.GetConfigurationAsync(cancellationToken);
            return await ConfirmAsync(settings, configuration, refreshToken, subject, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or ArgumentException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ProviderAnswer(ProviderOutcome.Unreachable) { Reason = e.Message };
        }
    }

    private static async Task<ProviderAnswer> ConfirmAsync(
        OpenIdConnectOptions settings,
        OpenIdConnectConfiguration configuration,
        string refreshToken,
        string subject,
        CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = refreshToken,
            ["client_id"] = settings.ClientId!,
        };
        if (settings.ClientSecret is { Length: > 0 } secret)
        {
            fields["client_secret"] = secret;
        }

        using var form = new FormUrlEncodedContent(fields);
        using var response = await settings.Backchannel.PostAsync(new Uri(configuration.TokenEndpoint), form, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            // RFC 6749, 5.2: only that is about the person; the others are about this client, or pass.
            return response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                && new OpenIdConnectMessage(text).Error is "invalid_grant" or "access_denied" or "interaction_required"
                ? Gone($"{(int)response.StatusCode} {Shorten(text)}")
                : new ProviderAnswer(ProviderOutcome.Unreachable) { Reason = $"{(int)response.StatusCode} {Shorten(text)}" };
        }

        var tokens = new OpenIdConnectMessage(text);
        var claims = new ClaimsIdentity(AccessSchemes.Provider);
        if (tokens.IdToken is { Length: > 0 } idToken)
        {
            var parameters = settings.TokenValidationParameters.Clone();
            parameters.ConfigurationManager = (Microsoft.IdentityModel.Tokens.BaseConfigurationManager)settings.ConfigurationManager!;
            var verified = await settings.TokenHandler.ValidateTokenAsync(idToken, parameters);
            if (!verified.IsValid || !Names(verified.ClaimsIdentity.FindFirst("sub")?.Value, subject))
            {
                return Gone($"its identity token is not good: {verified.Exception?.Message ?? "another subject"}");
            }

            claims.AddClaims(verified.ClaimsIdentity.Claims);
        }

        if (configuration.UserInfoEndpoint is { Length: > 0 } userInfo && tokens.AccessToken is { Length: > 0 } accessToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, userInfo);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            using var answer = await settings.Backchannel.SendAsync(request, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return Gone($"userinfo answered {(int)answer.StatusCode}");
            }

            answer.EnsureSuccessStatusCode();
            using var user = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            if (!user.RootElement.TryGetProperty("sub", out var named) || !Names(named.GetString(), subject))
            {
                return Gone("userinfo named another subject");
            }

            if (claims.FindFirst("sub") is null)
            {
                claims.AddClaim(new Claim("sub", subject));
            }

            foreach (ClaimAction action in settings.ClaimActions)
            {
                action.Run(user.RootElement, claims, settings.Authority ?? "");
            }
        }

        return claims.FindFirst("sub") is null
            ? new ProviderAnswer(ProviderOutcome.Unreachable) { Reason = "it gave neither an identity token nor userinfo" }
            : new ProviderAnswer(ProviderOutcome.Confirmed)
            {
                Claims = new ClaimsPrincipal(claims),
                RefreshToken = tokens.RefreshToken,
                IdToken = tokens.IdToken,
            };
    }

    private static bool Names(string? given, string subject) => string.Equals(given, subject, StringComparison.Ordinal);

    private static ProviderAnswer Gone(string reason) => new(ProviderOutcome.Gone) { Reason = reason };

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200];
}
