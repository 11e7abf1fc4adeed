using System.Globalization;
using Amazon.S3;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Web.Components.Parts;
using ImageApp.Web.Problems;
using ImageApp.Web.Uploads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Gallery;

/// <summary>What the pages' forms post to, and the parts that open pages ask for. They work without JavaScript: each answers with a page or sends the browser to one.</summary>
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

    private static async Task<IResult> DeleteAsync(long id, ImageCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.DeleteAsync(id, cancellationToken) ? TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"~/?deleted={id}")) : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RestoreAsync(string id, ImageCatalogue catalogue, CancellationToken cancellationToken)
    {
        var restored = 0;
        foreach (var one in Ids(id))
        {
            restored += await catalogue.RestoreAsync(one, cancellationToken) ? 1 : 0;
        }

        return TypedResults.LocalRedirect(restored > 0 ? "~/" : "~/?gone=true");
    }

    private static async Task<IResult> EditCaptionAsync(long id, HttpRequest request, ImageCatalogue catalogue, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        if (CaptionText.Check(form["caption"]) is { } problem)
        {
            return TypedResults.LocalRedirect($"~/images/{id}?problem={Uri.EscapeDataString(problem.Detail)}#edit");
        }

        return await catalogue.EditCaptionAsync(id, CaptionText.Clean(form["caption"]), cancellationToken) is null
            ? ApiProblem.ImageNotFound(id).ToResult()
            : TypedResults.LocalRedirect($"~/images/{id}");
    }

    private static async Task<IResult> SelectedAsync(
        HttpContext context, ImageCatalogue catalogue, ImagePipeline pipeline, IAmazonS3 s3, IOptions<BucketOptions> bucket, CancellationToken cancellationToken)
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
                foreach (var image in images)
                {
                    await catalogue.ResetAsync(image.Id, cancellationToken);
                    await pipeline.RestartAsync(image, cancellationToken);
                }

                return TypedResults.LocalRedirect("~/");

            case "download":
                context.Response.ContentType = "application/zip";
                context.Response.Headers.ContentDisposition = "attachment; filename=\"pictures.zip\"";
                // The archive writes each entry's last 24 bytes synchronously; everything else is asynchronous.
                context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
                await ImageArchive.WriteAsync(context.Response.Body, images, s3, bucket.Value.BucketName, cancellationToken);
                return TypedResults.Empty;

            default:
                return ApiProblem.Invalid("action", $"'{form["action"]}' is not one of delete, retry and download.").ToResult();
        }
    }

    private static async Task<IResult> TilesAsync(string ids, string? q, ImageCatalogue catalogue, CancellationToken cancellationToken)
    {
        var images = await catalogue.FindAsync([.. Ids(ids).Take(MaxSelected)], cancellationToken);
        return new RazorComponentResult<Tiles>(new { Images = images, Words = GalleryAddress.Parse(q, null, null, null).ToQuery(MaxSelected).Search?.Words ?? [] });
    }

    private static IEnumerable<long> Ids(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);
}
