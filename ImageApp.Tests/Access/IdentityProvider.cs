using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ImageApp.Tests.Access;

/// <summary>A real OpenID Connect provider (OpenIddict) on loopback, whose people and whose honesty a test decides.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "gallery";
    public const string ClientSecret = "the-gallery's-secret";

    private const string WhoCookie = "who";
    private readonly WebApplication _app;
    private readonly RSA _rsa;
    private volatile bool _isDown;

    private IdentityProvider(WebApplication app, RSA rsa, Uri address)
    {
        (_app, _rsa, Address) = (app, rsa, address);
        Key = new RsaSecurityKey(rsa) { KeyId = "test-key" };
    }

    /// <summary>Its issuer.</summary>
    public Uri Address { get; }

    /// <summary>What it signs with.</summary>
    public RsaSecurityKey Key { get; }

    /// <summary>Its people, by subject.</summary>
    public ConcurrentDictionary<string, ProviderAccount> People { get; } = new();

    /// <summary>Puts another identity token in the place of an honest one; null for honesty.</summary>
    public Func<JsonWebToken, string>? Forge { get; set; }

    /// <summary>How often tokens were asked for, by grant type.</summary>
    public ConcurrentDictionary<string, int> Grants { get; } = new();

    /// <summary>What people were sent with, the last time.</summary>
    public OpenIddictRequest? LastAuthorization { get; private set; }

    /// <summary>Whether it answers nothing but 503.</summary>
    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <summary>Starts it.</summary>
    /// <param name="galleries">The addresses that it may lead back to.</param>
    public static async Task<IdentityProvider> StartAsync(params Uri[] galleries)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        var rsa = RSA.Create(2048);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address.ToString());
        IdentityProvider provider = null!;
        var store = Guid.NewGuid().ToString();
        builder.Services.AddDbContext<ProviderContext>(options => options.UseInMemoryDatabase(store).UseOpenIddict());
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<ProviderContext>())
            .AddServer(server =>
            {
                server.SetIssuer(address);
                server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token").SetEndSessionEndpointUris("logout")
                    .SetUserInfoEndpointUris("userinfo");
                server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange();
                server.RegisterScopes(Scopes.OpenId, Scopes.Profile, Scopes.Email, Scopes.OfflineAccess);
                server.AddSigningKey(new RsaSecurityKey(rsa) { KeyId = "test-key" });
                server.AddEphemeralEncryptionKey();
                server.UseAspNetCore().DisableTransportSecurityRequirement()
                    .EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough().EnableEndSessionEndpointPassthrough()
                    .EnableUserInfoEndpointPassthrough();
                server.AddEventHandler<OpenIddictServerEvents.ApplyTokenResponseContext>(handler => handler
                    .UseInlineHandler(context =>
                    {
                        if (provider.Forge is { } forge && context.Response.IdToken is { } honest)
                        {
                            context.Response.IdToken = forge(new JsonWebToken(honest));
                        }

                        return default;
                    })
                    .SetOrder(int.MinValue));
            });
        builder.Services.AddAuthentication();
        builder.Services.AddAuthorization();
        var app = builder.Build();
        provider = new IdentityProvider(app, rsa, address);
        app.Use((context, next) =>
        {
            if (!provider.IsDown)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.UseAuthentication();
        app.MapMethods("/authorize", [HttpMethods.Get, HttpMethods.Post], provider.Authorize);
        app.MapPost("/token", (Delegate)provider.ExchangeAsync);
        app.MapGet("/userinfo", (Delegate)provider.UserInfoAsync);
        app.MapMethods("/logout", [HttpMethods.Get, HttpMethods.Post], LogOut);
        app.MapGet("/as/{who}", (string who, string back, HttpContext context) =>
        {
            context.Response.Cookies.Append(WhoCookie, who, new CookieOptions { HttpOnly = true });
            return Results.Redirect(back);
        });
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var descriptor = new OpenIddictApplicationDescriptor
            {
                ClientId = ClientId,
                ClientSecret = ClientSecret,
                ClientType = ClientTypes.Confidential,
                ConsentType = ConsentTypes.Implicit,
                Permissions =
                {
                    Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.EndSession,
                    Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.RefreshToken, Permissions.ResponseTypes.Code,
                    Permissions.Scopes.Profile, Permissions.Scopes.Email,
                },
                Requirements = { Requirements.Features.ProofKeyForCodeExchange },
            };
            foreach (var gallery in galleries)
            {
                descriptor.RedirectUris.Add(new Uri(gallery, "sign-in/callback"));
                descriptor.PostLogoutRedirectUris.Add(new Uri(gallery, "sign-out/callback"));
            }

            await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>()
                .CreateAsync(descriptor, TestContext.Current.CancellationToken);
        }

        await app.StartAsync(TestContext.Current.CancellationToken);

        // Its first answer takes seconds on a busy machine, and the gallery waits ten.
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri(address, ".well-known/openid-configuration"), TestContext.Current.CancellationToken);
        await client.GetStringAsync(new Uri(address, ".well-known/jwks"), TestContext.Current.CancellationToken);
        return provider;
    }

    /// <summary>An identity token with other contents, signed by whatever key.</summary>
    public static string Sign(JsonWebToken honest, SigningCredentials? credentials, Action<Dictionary<string, object>> change)
    {
        var claims = honest.Claims.GroupBy(claim => claim.Type)
            .ToDictionary(group => group.Key, object (group) => group.Count() == 1 ? Typed(group.First()) : group.Select(Typed).ToArray());
        change(claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = credentials });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }

    private IResult Authorize(HttpContext context)
    {
        LastAuthorization = context.GetOpenIddictServerRequest()!;
        if (context.Request.Cookies[WhoCookie] is not { } who || !People.TryGetValue(who, out _))
        {
            var back = Uri.EscapeDataString(context.Request.Path + context.Request.QueryString);
            var links = People.Keys.Order(StringComparer.Ordinal)
                .Select(subject => $"<p><a href='/as/{subject}?back={back}'>{subject}</a></p>");
            return Results.Content($"<!DOCTYPE html><title>Provider</title><h1>Who are you?</h1>{string.Concat(links)}", "text/html");
        }

        return Results.SignIn(
            Principal(who, LastAuthorization.GetScopes()), properties: null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    private async Task<IResult> ExchangeAsync(HttpContext context)
    {
        var request = context.GetOpenIddictServerRequest()!;
        Grants.AddOrUpdate(request.GrantType!, 1, (_, count) => count + 1);
        var known = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        var subject = known.Principal!.GetClaim(Claims.Subject)!;
        return People.ContainsKey(subject)
            ? Results.SignIn(
                Principal(subject, known.Principal!.GetScopes()), properties: null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)
            : Results.Forbid(
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
                }),
                [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }

    private async Task<IResult> UserInfoAsync(HttpContext context)
    {
        var known = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        return Results.Json(new Dictionary<string, string> { ["sub"] = known.Principal!.GetClaim(Claims.Subject)! });
    }

    private static IResult LogOut(HttpContext context)
    {
        context.Response.Cookies.Delete(WhoCookie);
        return Results.SignOut(
            new AuthenticationProperties { RedirectUri = "/" }, [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }

    private ClaimsPrincipal Principal(string subject, IEnumerable<string> scopes)
    {
        var account = People[subject];
        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, "roles");
        identity.SetClaim(Claims.Subject, subject).SetClaim(Claims.Name, account.Name).SetClaims("roles", [.. account.Roles]);
        if (account.Email is { } email)
        {
            identity.SetClaim(Claims.Email, email.Address).SetClaim(Claims.EmailVerified, email.IsVerified);
        }

        identity.SetDestinations(_ => [Destinations.IdentityToken]);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        return principal;
    }

    private static object Typed(Claim claim) => claim.ValueType switch
    {
        ClaimValueTypes.Integer or ClaimValueTypes.Integer32 or ClaimValueTypes.Integer64 =>
            long.Parse(claim.Value, System.Globalization.CultureInfo.InvariantCulture),
        ClaimValueTypes.Boolean => bool.Parse(claim.Value),
        _ => claim.Value,
    };
}
