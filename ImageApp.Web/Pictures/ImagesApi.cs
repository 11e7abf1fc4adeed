using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using ImageApp.Web.Upkeep;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Pictures;

/// <summary><c>/api/images</c>: list, show, retry, delete, restore, correct the caption.</summary>
internal static class ImagesApi
{
    /// <summary>Maps the routes.</summary>
    public static void MapImagesApi(this IEndpointRouteBuilder app)
    {
        var images = app.MapGroup("/api/images").WithTags("Images").ForViewers();

        images.MapGet("/", ListAsync).WithName("ListImages")
            .WithSummary("Lists images, newest first, a keyset page at a time; ?trash=true those in the trash.")
            .Produces<ImagePageResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        images.MapGet("/{id:long}", GetAsync).WithName("GetImage").WithSummary("Shows one image.")
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPost("/{id:long}/retry", RetryAsync).WithName("RetryImage").WithSummary("Makes thumbnail and caption again.")
            .ForOwners()
            .DisableAntiforgery()
            .Produces<ImageResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .Limited(LimitedWork.Retries);
        images.MapDelete("/{id:long}", DeleteAsync).WithName("DeleteImage")
            .WithSummary("Moves an image to the trash; ?permanently=true deletes it for good, with its original and all made of it.")
            .ForOwners()
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPost("/{id:long}/restore", RestoreAsync).WithName("RestoreImage")
            .WithSummary("Brings an image back from the trash.")
            .ForOwners()
            .DisableAntiforgery()
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPut("/{id:long}/caption", EditCaptionAsync).WithName("EditCaption")
            .WithSummary("Replaces the caption by a person's, which no model overwrites. With If-Match only the one that was seen.")
            .ForContributors()
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        AccessRules rules,
        GalleryCatalogue catalogue,
        CancellationToken cancellationToken,
        [FromQuery] int limit = 50,
        [FromQuery] string? cursor = null,
        [FromQuery] string? q = null,
        [FromQuery] string? order = null,
        [FromQuery] bool trash = false)
    {
        if (limit is < 1 or > GalleryAddress.MaxLimit)
        {
            return ApiProblem.Invalid(nameof(limit), $"{limit} is not between 1 and {GalleryAddress.MaxLimit}.").ToResult();
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

        if (order is not (null or "added" or "taken"))
        {
            return ApiProblem.Invalid(nameof(order), $"'{order}' is not one of added and taken.").ToResult();
        }

        if (trash && !rules.Allows(context.User, AccessRole.Owner))
        {
            return AccessRefusals.Of(context);
        }

        var query = new ImageQuery(limit)
        {
            Cursor = start,
            Search = SearchTerms.Parse(q),
            Order = order == "taken" ? ImageOrder.Taken : ImageOrder.Added,
            IsTrash = trash,
        };
        var page = await catalogue.ListAsync(query, cancellationToken);
        return new TaggedJson<ImagePageResponse>(
            new ImagePageResponse([.. page.Images.Select(ImageResponse.From)], page.NextCursor?.ToString()));
    }

    private static async Task<IResult> GetAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.FindAsync(id, cancellationToken) is { } image
            ? Tagged(image)
            : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RetryAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, PictureRestart pictures, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { } image)
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        var restarted = await pictures.RestartAsync(image, cancellationToken);
        return (request.AcceptsHtml(), restarted.Image) switch
        {
            _ when restarted.Wait is { } wait => RequestLimits.CoolDown(request.HttpContext, id, wait).ToResult(),
            (true, null) => (await BackAsync()).With("missing", "true"),
            (true, _) => await BackAsync(),
            (false, null) => new ApiProblem("original-missing", StatusCodes.Status409Conflict, "The original is not there",
                $"The bucket holds no object '{image.Key}', so nothing can be made of it. Delete the image and upload it again.")
                .ToResult(),
            (false, { } now) => TypedResults.Accepted($"/api/images/{id}", ImageResponse.From(now)),
        };

        Task<ReturnAddress> BackAsync() =>
            ReturnAddress.OfAsync(request, string.Create(CultureInfo.InvariantCulture, $"/images/{id}"), cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(
        long id,
        GalleryCatalogue catalogue,
        DeletionOptions options,
        CancellationToken cancellationToken,
        [FromQuery] bool permanently = false)
    {
        var count = permanently
            ? await catalogue.PurgeNowAsync([id], cancellationToken)
            : await catalogue.DeleteAsync([id], options.KeepFor, cancellationToken);
        return count > 0 ? TypedResults.NoContent() : ApiProblem.ImageNotFound(id).ToResult();
    }

    private static async Task<IResult> RestoreAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.RestoreAsync([id], cancellationToken) > 0 && await catalogue.FindAsync(id, cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : new ApiProblem("deletion-final", StatusCodes.Status404NotFound, "The deletion cannot be undone",
                $"Image {id} is not deleted, or was deleted for good.").ToResult();

    private static async Task<IResult> EditCaptionAsync(
        long id, CaptionRequest caption, HttpContext context, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        if (PersonsCaption.Check(caption.Caption) is { } problem)
        {
            return problem.ToResult();
        }

        var expected = await ExpectedAsync(id, context.Request, catalogue, cancellationToken);
        var edit = await catalogue.EditCaptionAsync(id, PlainText.Paragraph(caption.Caption), expected, cancellationToken);
        switch (edit)
        {
            case { Outcome: CaptionEditOutcome.Done, Image: { } image }:
                return Tagged(image);
            case { Outcome: CaptionEditOutcome.Changed, Image: { } image }:
                context.Response.Headers.ETag = Tagged(image).TagFor(context);
                return ApiProblem.CaptionChanged(image).ToResult();
            default:
                return ApiProblem.ImageNotFound(id).ToResult();
        }
    }

    // RFC 9110, 13.1.1: one of several tags, or any with an asterisk. Weak ones never match.
    private static async Task<string?> ExpectedAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var tags = request.GetTypedHeaders().IfMatch;
        if (request.Headers.IfMatch.Count == 0 || tags.Contains(EntityTagHeaderValue.Any))
        {
            return null;
        }

        var seen = tags.Where(tag => !tag.IsWeak).Select(CaptionTagOf).DefaultIfEmpty("none").ToList();
        var now = seen.Count > 1 ? (await catalogue.FindAsync(id, cancellationToken))?.CaptionTag : null;
        return now is not null && seen.Contains(now) ? now : seen[0];
    }

    private static TaggedJson<ImageResponse> Tagged(ImageRecord image) => new(ImageResponse.From(image), image.CaptionTag);

    // Behind the caption's own tag stands that of all else: who corrects a caption does not care whether there is a thumbnail by now.
    private static string CaptionTagOf(EntityTagHeaderValue tag) => tag.Tag.Value!.Trim('"').Split(EntityTags.Separator)[0];
}
