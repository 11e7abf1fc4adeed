using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Web.Access;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using ImageApp.Web.Upkeep;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ImageApp.Web.Pictures;

/// <summary>
/// What the pages' forms post to, and the parts that open pages ask for. They work without JavaScript: each answers with a page or sends
/// the browser to one.
/// </summary>
internal static class GalleryForms
{
    // Of a page that grew while it was scrolled everything can be selected; what costs is done for as many as a page asks for at once.
    private const int MaxSelected = 5000;
    private const int MaxCostly = 500;
    private const int MaxTiles = 500;

    // Servers take some thousand characters of an address.
    private const int MaxIdsInAddress = 4000;

    /// <summary>Maps the routes.</summary>
    public static void MapGalleryForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("/images").DisableAntiforgery().ExcludeFromDescription();
        forms.MapPost("/{id:long}/delete", DeleteAsync).ForOwners();
        forms.MapPost("/{id}/restore", RestoreAsync).ForOwners();
        forms.MapPost("/{id:long}/caption", EditCaptionAsync).ForContributors();

        // Whoever looks may download; the other actions are the owner's, which is asked when the form is read.
        forms.MapPost("/selected", SelectedAsync).ForViewers();
        app.MapGet("/tiles", TilesAsync).ExcludeFromDescription().ForViewers();
    }

    private static async Task<IResult> DeleteAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, DeletionOptions options, CancellationToken cancellationToken)
    {
        var back = await ReturnAddress.OfAsync(request, "/", cancellationToken);
        return await catalogue.DeleteAsync([id], options.KeepFor, cancellationToken) > 0
            ? back.With("deleted", id.ToString(CultureInfo.InvariantCulture))
            : ApiProblem.ImageNotFound(id).ToResult();
    }

    private static async Task<IResult> RestoreAsync(
        string id, HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var back = await ReturnAddress.OfAsync(request, "/", cancellationToken);
        return await catalogue.RestoreAsync([.. Ids(id)], cancellationToken) > 0 ? back : back.With("gone", "true");
    }

    private static async Task<IResult> EditCaptionAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var back = ReturnAddress.Of(form, string.Create(CultureInfo.InvariantCulture, $"/images/{id}"));
        if (PersonsCaption.Check(form["caption"]) is { } problem)
        {
            return request.AcceptsHtml() ? back.With("problem", problem.Name) : problem.ToResult();
        }

        var text = PlainText.Paragraph(form["caption"]);
        var edit = await catalogue.EditCaptionAsync(id, text, form["tag"] is [{ } tag] ? tag : null, cancellationToken);
        return edit switch
        {
            { Outcome: CaptionEditOutcome.Done } => back,
            { Outcome: CaptionEditOutcome.Changed, Image: { } image } when !request.AcceptsHtml() =>
                ApiProblem.CaptionChanged(image).ToResult(),
            { Outcome: CaptionEditOutcome.Changed, Image: { } image } => new RazorComponentResult<CaptionConflict>(
                new { Image = image, Text = text, Back = back.ToString() })
            {
                StatusCode = StatusCodes.Status412PreconditionFailed,
            },
            _ => ApiProblem.ImageNotFound(id).ToResult(),
        };
    }

    private static async Task<IResult> SelectedAsync(
        HttpContext context,
        AccessRules rules,
        GalleryCatalogue catalogue,
        PictureRestart pictures,
        ImageBucket bucket,
        DeletionOptions options,
        RequestLimits limits,
        CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (form["action"] != "download" && !rules.Allows(context.User, AccessRole.Owner))
        {
            return AccessRefusals.Of(context);
        }

        var ids = form["id"].SelectMany(Ids).Distinct().Take(MaxSelected + 1).ToList();
        var back = ReturnAddress.Of(form);
        if (ids.Count == 0)
        {
            return back.With("nothing", "true");
        }

        var action = form["action"].ToString();
        var most = action is "retry" or "download" ? MaxCostly : MaxSelected;
        if (ids.Count > most)
        {
            return TooManySelected(most).ToResult();
        }

        switch (action)
        {
            case "delete":
                await catalogue.DeleteAsync(ids, options.KeepFor, cancellationToken);
                var list = string.Join(',', ids);
                return list.Length <= MaxIdsInAddress ? back.With("deleted", list) : ReturnAddress.To("/trash");

            case "restore":
                return await catalogue.RestoreAsync(ids, cancellationToken) > 0 ? back : back.With("gone", "true");

            case "purge":
                await catalogue.PurgeNowAsync(ids, cancellationToken);
                return back;

            case "retry":
                if (limits.Take(context, LimitedWork.Retries, ids.Count) is { } tooFast)
                {
                    return tooFast.ToResult();
                }

                var (missing, waiting) = (0, 0);
                foreach (var image in await catalogue.FindAsync(ids, cancellationToken))
                {
                    var outcome = await pictures.RestartAsync(image, cancellationToken);
                    missing += outcome is { Image: null, Wait: null } ? 1 : 0;
                    waiting += outcome.Wait is null ? 0 : 1;
                }

                back = missing == 0 ? back : back.With("missing", missing.ToString(CultureInfo.InvariantCulture));
                return waiting == 0 ? back : back.With("again", waiting.ToString(CultureInfo.InvariantCulture));

            case "download":
                var images = await catalogue.FindAsync(ids, cancellationToken);
                if (images.Count == 0)
                {
                    return back.With("nothing", "true");
                }

                if (limits.Take(context, LimitedWork.Zips) is { } tooManyZips)
                {
                    return tooManyZips.ToResult();
                }

                ContentHeaders.Set(context.Response);
                context.Response.ContentType = "application/zip";
                context.Response.Headers.ContentDisposition = "attachment; filename=\"pictures.zip\"";
                // The archive writes each entry's last 24 bytes synchronously; everything else is asynchronous.
                context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
                await ImageArchive.WriteAsync(context.Response.Body, images, bucket, cancellationToken);
                return TypedResults.Empty;

            default:
                return ApiProblem.Invalid("action", $"'{action}' is not one of delete, restore, purge, retry and download.")
                    .ToResult();
        }
    }

    private static async Task<IResult> TilesAsync(
        string? ids, HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var query = GalleryAddress.Parse(request.Query).ToQuery(MaxTiles);
        var images = await catalogue.FindAsync([.. Ids(ids).Take(MaxTiles)], query.Order, cancellationToken);
        return new RazorComponentResult<Tiles>(new { Images = images, Words = query.Search?.Words ?? [] });
    }

    private static ApiProblem TooManySelected(int most) => new(
        "too-many-selected", StatusCodes.Status400BadRequest, "Too many pictures at once",
        string.Create(
            CultureInfo.InvariantCulture, $"At most {most:N0} pictures are taken at once. Select fewer, and the others afterwards."));

    private static IEnumerable<long> Ids(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);
}
