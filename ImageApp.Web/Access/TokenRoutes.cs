using System.Globalization;
using System.Security.Claims;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ImageApp.Web.Access;

/// <summary>
/// <c>/api/tokens</c> and the forms of the account's page: make, list and revoke tokens. People do that with a browser that is signed in: a
/// token that made others would outlive its revocation.
/// </summary>
internal static class TokenRoutes
{
    /// <summary>How long a name may be.</summary>
    public const int MaxName = 100;

    private const int MaxDays = 365;
    private const int DefaultDays = 90;

    /// <summary>Maps the routes.</summary>
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/tokens").WithTags("Tokens").DisableAntiforgery().ForPeople();
        tokens.MapPost("/", CreateAsync).WithName("CreateToken").WithSummary("Makes a token for scripts; it is told this once.")
            .Produces<TokenMadeResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden);
        tokens.MapGet("/", ListAsync).WithName("ListTokens").WithSummary("Lists tokens that are valid; an owner sees everybody's.")
            .Produces<TokenListResponse>();
        tokens.MapDelete("/{id:long}", RevokeAsync).WithName("RevokeToken").WithSummary("Ends a token for good.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        var forms = app.MapGroup($"{AccountPage.Path}/tokens").DisableAntiforgery().ExcludeFromDescription().ForPeople();
        forms.MapPost("/", CreateByFormAsync);
        forms.MapPost("/{id:long}/revoke", RevokeByFormAsync);
    }

    /// <summary>Whose tokens a person sees and revokes: an owner everybody's.</summary>
    public static long? Scope(ClaimsPrincipal user) =>
        AccessRoles.Of(user) == AccessRole.Owner ? null : AccessClaims.PersonOf(user) ?? 0;

    private static async Task<IResult> CreateAsync(
        TokenRequest request, HttpContext context, TokenCatalogue tokens, CancellationToken cancellationToken)
    {
        var (made, problem) = await MakeAsync(request, context.User, tokens, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return made is null ? problem!.ToResult() : TypedResults.Created($"/api/tokens/{made.Id}", made);
    }

    // A page, not a redirect to one: the token is told once, and stands in no history and no log.
    private static async Task<IResult> CreateByFormAsync(HttpContext context, TokenCatalogue tokens, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var days = int.TryParse(form["expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : DefaultDays;
        var (made, problem) = await MakeAsync(
            new TokenRequest(form["name"], form["scope"], days), context.User, tokens, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return made is null
            ? problem!.ToResult()
            : new RazorComponentResult<TokenMadePage>(new { made.Token }) { StatusCode = StatusCodes.Status201Created };
    }

    private static async Task<(TokenMadeResponse? Made, ApiProblem? Problem)> MakeAsync(
        TokenRequest request, ClaimsPrincipal user, TokenCatalogue tokens, CancellationToken cancellationToken)
    {
        var name = PlainText.Paragraph(request.Name);
        if (name.Length is 0 or > MaxName)
        {
            return (null, ApiProblem.Invalid("name", $"a token has a name of 1 to {MaxName} characters, by which you know it again."));
        }

        if (AccessRoles.OfScope(request.Scope) is not (not AccessRole.None and var reach))
        {
            return (null, ApiProblem.Invalid("scope", $"'{request.Scope}' is not one of read, write and owner."));
        }

        if ((request.ExpiresInDays ?? DefaultDays) is not (>= 1 and <= MaxDays and var days))
        {
            return (null, ApiProblem.Invalid("expiresInDays", $"{request.ExpiresInDays} is not between 1 and {MaxDays}."));
        }

        if (reach > AccessRoles.Of(user))
        {
            return (null, new ApiProblem(
                "scope-above-role", StatusCodes.Status403Forbidden, "That is more than you may do yourself",
                $"A token never reaches further than its person: as {AccessRoles.NameOf(AccessRoles.Of(user)) ?? "nobody"} you cannot give "
                    + $"it the scope {request.Scope}."));
        }

        var token = AccessToken.New();
        var id = await tokens.CreateAsync(
            AccessToken.HashOf(token), AccessClaims.PersonOf(user) ?? 0, name, request.Scope!, TimeSpan.FromDays(days), cancellationToken);
        return (new TokenMadeResponse(id, token), null);
    }

    private static async Task<IResult> ListAsync(HttpContext context, TokenCatalogue tokens, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var all = await tokens.ListAsync(Scope(context.User), cancellationToken);
        return TypedResults.Ok(new TokenListResponse([.. all.Select(token => new TokenResponse(
            token.Id, token.Name, token.Scope, token.PersonName, token.CreatedAt, token.ExpiresAt, token.LastUsedAt))]));
    }

    private static async Task<IResult> RevokeAsync(
        long id, HttpContext context, TokenCatalogue tokens, CancellationToken cancellationToken) =>
        await tokens.RevokeAsync(id, Scope(context.User), cancellationToken)
            ? TypedResults.NoContent()
            : new ApiProblem(
                "token-not-found", StatusCodes.Status404NotFound, "There is no such token",
                string.Create(CultureInfo.InvariantCulture, $"Token {id} does not exist, is not yours, or was revoked before.")).ToResult();

    private static async Task<IResult> RevokeByFormAsync(
        long id, HttpContext context, TokenCatalogue tokens, CancellationToken cancellationToken)
    {
        await tokens.RevokeAsync(id, Scope(context.User), cancellationToken);
        return ReturnAddress.To(AccountPage.Path);
    }
}
