using ImageApp.Core.Catalogue;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ImageApp.Web.Access;

/// <summary>Who may see and change the gallery: signing in, roles, tokens.</summary>
internal static class AccessServices
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ProviderTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds it.</summary>
    /// <exception cref="ArgumentException">A setting is missing or not valid; the message names it.</exception>
    /// <exception cref="InvalidOperationException">A secret cannot be read.</exception>
    public static async Task AddAccessAsync(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        await AccessSecrets.ResolveAsync(builder.Configuration, TimeProvider.System, CancellationToken.None);
        var options = (builder.Configuration.GetSection(AccessOptions.Section).Get<AccessOptions>() ?? new()).Validated();
        services.AddSingleton(options);
        services.AddSingleton<AccessRules>();
        services.AddSingleton<TokenCatalogue>();
        services.AddAuthorization(AccessPolicies.Add);
        services.AddSingleton<IAuthorizationHandler, RoleAuthorizationHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResultHandler>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AccessJson.Default));
        var authentication = services.AddAuthentication();
        if (options.IsOpen)
        {
            services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>, LoopbackOnly>();
            return;
        }

        services.AddKeysOfTheCatalogue();
        services.AddSingleton<SessionCatalogue>().AddSingleton<SessionTickets>().AddSingleton<SessionStore>();
        services.AddSingleton<ProviderPerson>().AddSingleton<ProviderClient>();
        services.AddSingleton<SessionCheck>().AddSingleton<ProviderEvents>();
        services.Configure<AuthenticationOptions>(schemes => schemes.DefaultScheme = AccessSchemes.Either);
        authentication
            .AddPolicyScheme(AccessSchemes.Either, displayName: null, scheme => scheme.ForwardDefaultSelector = context =>
                AccessTokenHandler.IsUsedBy(context.Request) ? AccessSchemes.Token : AccessSchemes.Session)
            .AddScheme<AuthenticationSchemeOptions, AccessTokenHandler>(AccessSchemes.Token, configureOptions: null)
            .AddCookie(AccessSchemes.Session, cookie =>
            {
                Protect(cookie.Cookie, "imageapp", options);
                cookie.SlidingExpiration = false;
                cookie.ExpireTimeSpan = options.SessionLifetime;
                cookie.EventsType = typeof(SessionCheck);
            })
            .AddOpenIdConnect(AccessSchemes.Provider, provider => Configure(provider, options));
        services.AddOptions<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions>(AccessSchemes.Session)
            .Configure<SessionStore>((cookie, store) => cookie.SessionStore = store);
    }

    /// <summary>Asks every request who it is from, and what its endpoint demands of them. Behind the routes.</summary>
    public static void UseAccess(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<AccessOptions>();
        app.UseAuthentication();
        if (!options.IsOpen)
        {
            app.Use(RefuseBadTokensAsync);
        }

        app.UseAuthorization();
        if (options is { IsOpen: false, IsPublicRead: false })
        {
            app.Use(KeepFromSharedCaches);
        }
    }

    /// <summary>Maps routes of signing in and out, and of tokens.</summary>
    public static void MapAccess(this IEndpointRouteBuilder app)
    {
        app.MapSignIn();
        app.MapTokens();
    }

    // Also where nobody need say who they are: a script whose token has ended is to hear of it (RFC 6750, 3.1).
    private static Task RefuseBadTokensAsync(HttpContext context, RequestDelegate next) =>
        AccessTokenHandler.IsUsedBy(context.Request)
        && context.User.Identity?.IsAuthenticated != true
        && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
            ? AccessRefusals.InvalidToken(context).ExecuteAsync(context)
            : next(context);

    // What a private gallery shows one person, no cache between may show another; the browser's own may keep it.
    private static Task KeepFromSharedCaches(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            context.Response.OnStarting(() =>
            {
                var caching = context.Response.Headers.CacheControl.ToString();
                context.Response.Headers.CacheControl = caching.Length == 0
                    ? "private, no-cache"
                    : caching.Replace("public", "private", StringComparison.OrdinalIgnoreCase);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }

    private static void AddKeysOfTheCatalogue(this IServiceCollection services)
    {
        services.AddSingleton<ProtectionKeyCatalogue>().AddSingleton<CatalogueKeyRepository>();
        services.AddSingleton<KeyEncryption>().AddSingleton<KeyXmlEncryptor>();
        services.AddDataProtection().SetApplicationName("ImageApp");
        services.AddOptions<KeyManagementOptions>()
            .Configure<CatalogueKeyRepository, KeyXmlEncryptor>((keys, repository, encryptor) =>
            {
                keys.XmlRepository = repository;
                keys.XmlEncryptor = encryptor;
            });
    }

    private static void Configure(OpenIdConnectOptions provider, AccessOptions options)
    {
        var settings = options.OpenIdConnect;
        provider.Authority = settings.Authority!.AbsoluteUri.TrimEnd('/');
        provider.RequireHttpsMetadata = !settings.IsPlain;
        provider.ClientId = settings.ClientId;
        provider.ClientSecret = string.IsNullOrEmpty(settings.ClientSecret) ? null : settings.ClientSecret;
        provider.SignInScheme = AccessSchemes.Session;
        provider.SignOutScheme = AccessSchemes.Session;
        provider.ResponseType = OpenIdConnectResponseType.Code;

        // Not form_post: another site's POST is refused here, and its cookies would have to be sent across sites.
        provider.ResponseMode = OpenIdConnectResponseMode.Query;
        provider.UsePkce = true;
        provider.CallbackPath = SignInRoutes.Callback;
        provider.SignedOutCallbackPath = SignInRoutes.SignedOutCallback;
        provider.SignedOutRedirectUri = AccountPage.Path;

        // Signing out that another site's page could ask for.
        provider.RemoteSignOutPath = default;
        provider.Scope.Clear();
        foreach (var scope in settings.Scopes ?? ["openid", "profile", "email"])
        {
            provider.Scope.Add(scope);
        }

        provider.MapInboundClaims = false;
        provider.GetClaimsFromUserInfoEndpoint = true;
        foreach (var claim in settings.Claims)
        {
            provider.ClaimActions.MapJsonKey(claim, claim);
        }

        provider.SaveTokens = true;
        provider.UseTokenLifetime = false;
        provider.DisableTelemetry = true;
        provider.BackchannelTimeout = ProviderTimeout;
        provider.TokenValidationParameters.ClockSkew = ClockSkew;
        provider.TokenValidationParameters.ValidAlgorithms =
        [
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
            SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        ];
        Protect(provider.CorrelationCookie, "imageapp-correlation.", options);
        Protect(provider.NonceCookie, "imageapp-nonce.", options);
        provider.EventsType = typeof(ProviderEvents);
    }

    // __Host-: set by this very host by HTTPS, for all of its paths, and by no subdomain. Browsers take the prefix by HTTPS only.
    private static void Protect(CookieBuilder cookie, string name, AccessOptions options)
    {
        cookie.Name = options.IsHttps ? $"__Host-{name}" : name;
        cookie.Path = "/";
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = options.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookie.IsEssential = true;
    }
}
