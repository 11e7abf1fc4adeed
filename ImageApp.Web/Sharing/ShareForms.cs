using System.Globalization;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ImageApp.Web.Sharing;

/// <summary>What the forms of shared links post to.</summary>
internal static class ShareForms
{
    /// <summary>Maps the routes.</summary>
    public static void MapShareForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("").DisableAntiforgery().ExcludeFromDescription();
        forms.MapPost("/shares", CreateAsync).ForOwners();
        forms.MapPost("/shares/{id:long}/revoke", RevokeAsync).ForOwners();
        forms.MapPost("/s/{token}/password", EnterAsync).ForAnyone();
    }

    // A page, not a redirect to one: the link is told once, and stands in no history and no log.
    private static async Task<IResult> CreateAsync(
        HttpContext context,
        ShareCatalogue shares,
        AlbumCatalogue albums,
        GalleryCatalogue catalogue,
        CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var request = new ShareRequest(Number(form["id"]), Number(form["album"]), Days(form["expires"]), form["password"]);
        var (made, problem) = await SharesApi.MakeAsync(request, shares, albums, catalogue, cancellationToken);
        if (made is null)
        {
            return problem!.ToResult();
        }

        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.AcceptsHtml())
        {
            return TypedResults.Created(made.Path, made);
        }

        var url = $"{context.Request.Scheme}://{context.Request.Host}{made.Path}";
        return new RazorComponentResult<ShareMadePage>(new { Url = url, Back = ReturnAddress.Of(form).ToString() })
        {
            StatusCode = StatusCodes.Status201Created,
        };
    }

    private static async Task<IResult> RevokeAsync(
        long id, HttpRequest request, ShareCatalogue shares, CancellationToken cancellationToken)
    {
        var back = await ReturnAddress.OfAsync(request, SharedLinksPage.Path, cancellationToken);
        await shares.RevokeAsync(id, cancellationToken);
        return back;
    }

    private static async Task<IResult> EnterAsync(
        string token, HttpContext context, ShareAccess access, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(token, cancellationToken) is not { } share)
        {
            return ShareProblems.NotFound().ToResult();
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        var page = ReturnAddress.To($"/s/{Uri.EscapeDataString(token)}");
        return await access.TryAsync(share, token, form["password"], context, cancellationToken) switch
        {
            ShareAnswer.Right => page,
            ShareAnswer.Wrong => page.With("wrong", "true"),
            _ => page.With("wait", "true"),
        };
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Days(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : null;
}
