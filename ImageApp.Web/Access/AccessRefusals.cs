using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Access;

/// <summary>How a request is refused: people are led to sign in, or told why not; programs get a status and a problem.</summary>
internal static class AccessRefusals
{
    private const string Challenge = "Bearer realm=\"imageapp\"";

    /// <summary>Refuses a request that may not do what it asks for.</summary>
    public static IResult Of(HttpContext context) =>
        context.User.Identity?.IsAuthenticated == true ? Forbidden(context) : SignInNeeded(context);

    /// <summary>Nobody is signed in: 401, and for people who ask for a page the way to sign in.</summary>
    public static IResult SignInNeeded(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        var isLooking = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isLooking && request.AcceptsHtml() && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            var back = request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
            return TypedResults.LocalRedirect(QueryHelpers.AddQueryString(SignInRoutes.SignIn, SignInRoutes.Back, back));
        }

        response.Headers.WWWAuthenticate = Challenge;
        return new ApiProblem(
            "sign-in-needed", StatusCodes.Status401Unauthorized, "Please sign in",
            "This needs a person who is signed in, or a token in the header Authorization: Bearer. Nothing was done.").ToResult();
    }

    /// <summary>The token of a request is not, or no longer, good.</summary>
    public static IResult InvalidToken(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.WWWAuthenticate = $"{Challenge}, error=\"invalid_token\"";
        return new ApiProblem(
            "invalid-token", StatusCodes.Status401Unauthorized, "The token is not good",
            "It is none of ours, or has expired or was revoked, or its person has not signed in for long. The page /account makes another.")
            .ToResult();
    }

    /// <summary>Who is signed in may not do that: 403.</summary>
    public static IResult Forbidden(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var role = AccessRoles.Of(context.User);
        if (!AccessClaims.IsSession(context.User))
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = $"{Challenge}, error=\"insufficient_scope\"";
            return new ApiProblem(
                "insufficient-scope", StatusCodes.Status403Forbidden, "The token does not reach that far",
                $"It may do what a {AccessRoles.NameOf(role) ?? "person without a role"} may. Nothing was done.").ToResult();
        }

        return role == AccessRole.None
            ? new ApiProblem(
                "no-role", StatusCodes.Status403Forbidden, "You have no role here",
                "You are signed in, but the gallery's owner has not given your account a role, or has taken it away. "
                    + "Ask them, or sign in with another account.").ToResult()
            : new ApiProblem(
                "forbidden", StatusCodes.Status403Forbidden, "That is not yours to do",
                $"You are signed in as {AccessRoles.NameOf(role)}, who may not do that. Nothing was done.").ToResult();
    }
}
