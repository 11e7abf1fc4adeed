using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ImageApp.Web.Pictures;

/// <summary>
/// What the pages' forms post to, and the parts that open pages ask for. They work without JavaScript: each answers with a page or sends
/// the browser to one.
/// </summary>
internal static class GalleryForms
{
    private const int MaxSelected = 500;

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

    private static async Task<IResult> DeleteAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.DeleteAsync(id, cancellationToken)
            ? TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"~/?deleted={id}"))
            : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RestoreAsync(string id, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var restored = 0;
        foreach (var one in Ids(id))
        {
            restored += await catalogue.RestoreAsync(one, cancellationToken) ? 1 : 0;
        }

        return TypedResults.LocalRedirect(restored > 0 ? "~/" : "~/?gone=true");
    }

    private static async Task<IResult> EditCaptionAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        if (PersonsCaption.Check(form["caption"]) is { } problem)
        {
            return TypedResults.LocalRedirect($"~/images/{id}?problem={Uri.EscapeDataString(problem.Detail)}#edit");
        }

        return await catalogue.EditCaptionAsync(id, PlainText.Paragraph(form["caption"]), cancellationToken) is null
            ? ApiProblem.ImageNotFound(id).ToResult()
            : TypedResults.LocalRedirect($"~/images/{id}");
    }

    private static async Task<IResult> SelectedAsync(
        HttpContext context, GalleryCatalogue catalogue, PictureRestart pictures, ImageBucket bucket, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var ids = form["id"].SelectMany(Ids).Distinct().Take(MaxSelected).ToList();
        var images = await catalogue.FindAsync(ids, cancellationToken);
        if (images.Count == 0)
        {
            return TypedResults.LocalRedirect("~/?nothing=true");
        }

        switch (form["action"].ToString())
        {
            case "delete":
                foreach (var image in images)
                {
                    await catalogue.DeleteAsync(image.Id, cancellationToken);
                }

                return TypedResults.LocalRedirect($"~/?deleted={string.Join(',', images.Select(image => image.Id))}");

            case "retry":
                var missing = 0;
                foreach (var image in images)
                {
                    missing += await pictures.RestartAsync(image, cancellationToken) is null ? 1 : 0;
                }

                return TypedResults.LocalRedirect(missing == 0 ? "~/" : $"~/?missing={missing}");

            case "download":
                context.Response.ContentType = "application/zip";
                context.Response.Headers.ContentDisposition = "attachment; filename=\"pictures.zip\"";
                // The archive writes each entry's last 24 bytes synchronously; everything else is asynchronous.
                context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
                await ImageArchive.WriteAsync(context.Response.Body, images, bucket, cancellationToken);
                return TypedResults.Empty;

            default:
                return ApiProblem.Invalid("action", $"'{form["action"]}' is not one of delete, retry and download.").ToResult();
        }
    }

    private static async Task<IResult> TilesAsync(string ids, string? q, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var images = await catalogue.FindAsync([.. Ids(ids).Take(MaxSelected)], cancellationToken);
        var words = GalleryAddress.Parse(q, null, null, null).ToQuery(MaxSelected).Search?.Words ?? [];
        return new RazorComponentResult<Tiles>(new { Images = images, Words = words });
    }

    private static IEnumerable<long> Ids(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);
}
