using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;
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
    private const int MaxSelected = 5000;
    private const int MaxTiles = 500;

    // Servers take some thousand characters of an address.
    private const int MaxIdsInAddress = 4000;

    /// <summary>Maps the routes.</summary>
    public static void MapGalleryForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("/images").DisableAntiforgery().ExcludeFromDescription();
        forms.MapPost("/{id:long}/delete", DeleteAsync);
        forms.MapPost("/{id}/restore", RestoreAsync);
        forms.MapPost("/{id:long}/caption", EditCaptionAsync);
        forms.MapPost("/selected", SelectedAsync);
        app.MapGet("/tiles", TilesAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> DeleteAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, DeletionOptions options, CancellationToken cancellationToken) =>
        await catalogue.DeleteAsync([id], options.KeepFor, cancellationToken) > 0
            ? (await ReturnAddress.OfAsync(request, "/", cancellationToken)).With("deleted", id.ToString(CultureInfo.InvariantCulture))
            : ApiProblem.ImageNotFound(id).ToResult();

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
            return back.With("problem", problem.Detail);
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
        GalleryCatalogue catalogue,
        PictureRestart pictures,
        ImageBucket bucket,
        DeletionOptions options,
        CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var ids = form["id"].SelectMany(Ids).Distinct().Take(MaxSelected).ToList();
        var back = ReturnAddress.Of(form);
        if (ids.Count == 0)
        {
            return back.With("nothing", "true");
        }

        switch (form["action"].ToString())
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
                var missing = 0;
                foreach (var image in await catalogue.FindAsync(ids, cancellationToken))
                {
                    missing += await pictures.RestartAsync(image, cancellationToken) is null ? 1 : 0;
                }

                return missing == 0 ? back : back.With("missing", missing.ToString(CultureInfo.InvariantCulture));

            case "download":
                var images = await catalogue.FindAsync(ids, cancellationToken);
                if (images.Count == 0)
                {
                    return back.With("nothing", "true");
                }

                context.Response.ContentType = "application/zip";
                context.Response.Headers.ContentDisposition = "attachment; filename=\"pictures.zip\"";
                // The archive writes each entry's last 24 bytes synchronously; everything else is asynchronous.
                context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
                await ImageArchive.WriteAsync(context.Response.Body, images, bucket, cancellationToken);
                return TypedResults.Empty;

            default:
                return ApiProblem.Invalid("action", $"'{form["action"]}' is not one of delete, restore, purge, retry and download.")
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

    private static IEnumerable<long> Ids(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);
}
