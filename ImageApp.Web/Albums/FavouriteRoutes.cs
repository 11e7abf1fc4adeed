using System.Globalization;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;

namespace ImageApp.Web.Albums;

/// <summary>The owner's star: by a form, and by <c>/api/images/{id}/favourite</c>.</summary>
internal static class FavouriteRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapFavourites(this IEndpointRouteBuilder app)
    {
        var favourite = app.MapGroup("/api/images/{id:long}/favourite").WithTags("Images").DisableAntiforgery().ForContributors();
        favourite.MapPut("/", (long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
                SetAsync(id, isFavourite: true, catalogue, cancellationToken))
            .WithName("AddFavourite").WithSummary("Gives an image a star.")
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        favourite.MapDelete("/", (long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
                SetAsync(id, isFavourite: false, catalogue, cancellationToken))
            .WithName("RemoveFavourite").WithSummary("Takes an image's star away.")
            .Produces<ImageResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        app.MapPost("/images/{id:long}/favourite", FormAsync).DisableAntiforgery().ExcludeFromDescription().ForContributors();
    }

    private static async Task<IResult> SetAsync(
        long id, bool isFavourite, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        await catalogue.SetFavouriteAsync([id], isFavourite, cancellationToken);
        return await catalogue.FindAsync(id, cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : ApiProblem.ImageNotFound(id).ToResult();
    }

    private static async Task<IResult> FormAsync(
        long id, HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        await catalogue.SetFavouriteAsync([id], form["on"] == "true", cancellationToken);
        return await catalogue.FindAsync(id, cancellationToken) is null
            ? ApiProblem.ImageNotFound(id).ToResult()
            : ReturnAddress.Of(form, string.Create(CultureInfo.InvariantCulture, $"/images/{id}"));
    }
}
