using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Pictures;

/// <summary><c>/api/images</c>: list, show, retry, delete, restore, correct the caption.</summary>
internal static class ImagesApi
{
    private const int MaxPageSize = 200;

    /// <summary>Maps the routes.</summary>
    public static void MapImagesApi(this IEndpointRouteBuilder app)
    {
        var images = app.MapGroup("/api/images").WithTags("Images");

        images.MapGet("/", ListAsync).WithName("ListImages").WithSummary("Lists images, newest first, a keyset page at a time.")
            .Produces<ImagePageResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        images.MapGet("/{id:long}", GetAsync).WithName("GetImage").WithSummary("Shows one image.")
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPost("/{id:long}/retry", RetryAsync).WithName("RetryImage").WithSummary("Makes thumbnail and caption again.")
            .DisableAntiforgery()
            .Produces<ImageResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        images.MapDelete("/{id:long}", DeleteAsync).WithName("DeleteImage")
            .WithSummary("Deletes an image with its original and thumbnail; for ten seconds it can be restored.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPost("/{id:long}/restore", RestoreAsync).WithName("RestoreImage")
            .WithSummary("Undoes a deletion, as long as it can be undone.")
            .DisableAntiforgery()
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPut("/{id:long}/caption", EditCaptionAsync).WithName("EditCaption")
            .WithSummary("Replaces the caption by a person's, which no model overwrites.")
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(
        GalleryCatalogue catalogue,
        CancellationToken cancellationToken,
        [FromQuery] int limit = 50,
        [FromQuery] string? cursor = null,
        [FromQuery] string? q = null)
    {
        if (limit is < 1 or > MaxPageSize)
        {
            return ApiProblem.Invalid(nameof(limit), $"{limit} is not between 1 and {MaxPageSize}.").ToResult();
        }

        PageCursor? start = null;
        if (!string.IsNullOrEmpty(cursor))
        {
            if (!PageCursor.TryParse(cursor, out var parsed))
            {
                return ApiProblem.Invalid(
                    nameof(cursor), "it is not a cursor that this API gave; leave it out to start with the newest.").ToResult();
            }

            start = parsed;
        }

        if (q?.Length > SearchTerms.MaxLength)
        {
            return ApiProblem.Invalid(nameof(q), $"it has {q.Length} characters; at most {SearchTerms.MaxLength} are searched.").ToResult();
        }

        var page = await catalogue.ListAsync(new ImageQuery(limit) { Cursor = start, Search = SearchTerms.Parse(q) }, cancellationToken);
        return TypedResults.Ok(new ImagePageResponse([.. page.Images.Select(ImageResponse.From)], page.NextCursor?.ToString()));
    }

    private static async Task<IResult> GetAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.FindAsync(id, cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RetryAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, PictureRestart pictures, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { } image)
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        var restarted = await pictures.RestartAsync(image, cancellationToken);
        return (request.AcceptsHtml(), restarted) switch
        {
            (true, null) => TypedResults.LocalRedirect($"~/images/{id}?missing=true"),
            (true, _) => TypedResults.LocalRedirect($"~/images/{id}"),
            (false, null) => new ApiProblem("original-missing", StatusCodes.Status409Conflict, "The original is not there",
                $"The bucket holds no object '{image.Key}', so nothing can be made of it. Delete the image and upload it again.")
                .ToResult(),
            (false, { } now) => TypedResults.Accepted($"/api/images/{id}", ImageResponse.From(now)),
        };
    }

    private static async Task<IResult> DeleteAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.DeleteAsync(id, cancellationToken) ? TypedResults.NoContent() : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RestoreAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.RestoreAsync(id, cancellationToken) && await catalogue.FindAsync(id, cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : new ApiProblem("deletion-final", StatusCodes.Status404NotFound, "The deletion cannot be undone",
                $"Image {id} is not deleted, or was deleted for good.").ToResult();

    private static async Task<IResult> EditCaptionAsync(
        long id, CaptionRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        if (PersonsCaption.Check(request.Caption) is { } problem)
        {
            return problem.ToResult();
        }

        return await catalogue.EditCaptionAsync(id, PlainText.Paragraph(request.Caption), cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : ApiProblem.ImageNotFound(id).ToResult();
    }
}
