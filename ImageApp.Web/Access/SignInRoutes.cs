using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Access;

/// <summary>Signing in and out.</summary>
internal static class SignInRoutes
{
    /// <summary>Where people are sent to sign in.</summary>
    public const string SignIn = "/sign-in";

    /// <summary>Where the form to sign out posts to.</summary>
    public const string SignOut = "/sign-out";

    /// <summary>Where the provider leads back to.</summary>
    public const string Callback = "/sign-in/callback";

    /// <summary>Where the provider leads back to after signing out.</summary>
    public const string SignedOutCallback = "/sign-out/callback";

    /// <summary>The parameter that says where to go on.</summary>
    public const string Back = "back";

    /// <summary>Maps the routes.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        app.MapGet(SignIn, SignInAsync).ForAnyone().ExcludeFromDescription();
        app.MapPost(SignOut, SignOutAsync).ForAnyone().DisableAntiforgery().ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, AccessRules rules, IOptionsMonitor<OpenIdConnectOptions> options, string? back)
    {
        context.Response.Headers.CacheControl = "no-store";
        var target = ReturnAddress.IsLocal(back) ? back! : "/";
        if (rules.IsOpen || AccessClaims.IsSession(context.User))
        {
            return ReturnAddress.To(target);
        }

        try
        {
            await options.Get(AccessSchemes.Provider).ConfigurationManager!.GetConfigurationAsync(context.RequestAborted);
        }
        catch (InvalidOperationException)
        {
            // IDX20803: its configuration could not be read.
            context.Response.Headers.RetryAfter = "30";
            return new ApiProblem(
                "provider-unavailable", StatusCodes.Status503ServiceUnavailable, "Signing in is not possible just now",
                "The identity provider does not answer. Please try again in a moment.").ToResult();
        }

        return TypedResults.Challenge(new AuthenticationProperties { RedirectUri = target }, [AccessSchemes.Provider]);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, AccessRules rules)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (rules.IsOpen || !AccessClaims.IsSession(context.User))
        {
            return ReturnAddress.To(AccountPage.Path);
        }

        // The provider first: what it needs to know is in the session. It only says where to go.
        await context.SignOutAsync(AccessSchemes.Provider, new AuthenticationProperties { RedirectUri = AccountPage.Path });
        await context.SignOutAsync(AccessSchemes.Session);
        var provider = context.Response.Headers.Location.ToString();
        context.Response.Headers.Location = default;

        // Pictures that the browser keeps are not for whoever uses it next.
        context.Response.Headers["Clear-Site-Data"] = "\"cache\"";

        // By a page, not a redirect: a form may lead to this site only (form-action), whatever it is redirected to.
        return new RazorComponentResult<SignedOutPage>(new { Next = provider.Length > 0 ? provider : null })
        {
            StatusCode = StatusCodes.Status200OK,
        };
    }
}
