using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Albums;

/// <summary><c>/api/albums</c>: list, make, rename, delete; add and remove pictures.</summary>
internal static class AlbumsApi
{
    private const int MaxPageSize = 200;

    /// <summary>Maps the routes.</summary>
    public static void MapAlbumsApi(this IEndpointRouteBuilder app)
    {
        var albums = app.MapGroup("/api/albums").WithTags("Albums").DisableAntiforgery().ForViewers();

        albums.MapGet("/", ListAsync).WithName("ListAlbums").WithSummary("Lists albums, the last changed first.")
            .Produces<AlbumListResponse>();
        albums.MapPost("/", CreateAsync).WithName("CreateAlbum").WithSummary("Makes an empty album.")
            .ForContributors()
            .Produces<AlbumResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        albums.MapGet("/{id:long}", GetAsync).WithName("GetAlbum").WithSummary("Shows one album.")
            .Produces<AlbumResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        albums.MapPut("/{id:long}", ChangeAsync).WithName("ChangeAlbum").WithSummary("Gives an album another title or cover.")
            .ForContributors()
            .Produces<AlbumResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        albums.MapDelete("/{id:long}", DeleteAsync).WithName("DeleteAlbum").WithSummary("Deletes an album; its pictures stay.")
            .ForContributors()
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        albums.MapGet("/{id:long}/images", ListImagesAsync).WithName("ListAlbumImages")
            .WithSummary("Lists an album's images in its order, a keyset page at a time.")
            .Produces<ImagePageResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        albums.MapPost("/{id:long}/images", AddAsync).WithName("AddAlbumImages").WithSummary("Adds images at an album's end.")
            .ForContributors()
            .Produces<AlbumImagesResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        albums.MapDelete("/{id:long}/images/{imageId:long}", RemoveAsync).WithName("RemoveAlbumImage")
            .WithSummary("Takes an image out of an album; the image stays.")
            .ForContributors()
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(AlbumCatalogue albums, CancellationToken cancellationToken) =>
        TypedResults.Ok(new AlbumListResponse([.. (await albums.ListAsync(cancellationToken)).Select(AlbumResponse.From)]));

    private static async Task<IResult> CreateAsync(AlbumRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        if (AlbumProblems.CheckTitle(request.Title) is { } problem)
        {
            return problem.ToResult();
        }

        var id = await albums.CreateAsync(PlainText.Paragraph(request.Title), cancellationToken);
        return await albums.FindAsync(id, cancellationToken) is { } album
            ? TypedResults.Created(string.Create(CultureInfo.InvariantCulture, $"/api/albums/{id}"), AlbumResponse.From(album))
            : AlbumProblems.NotFound(id).ToResult();
    }

    private static async Task<IResult> GetAsync(long id, AlbumCatalogue albums, CancellationToken cancellationToken) =>
        await albums.FindAsync(id, cancellationToken) is { } album
            ? TypedResults.Ok(AlbumResponse.From(album))
            : AlbumProblems.NotFound(id).ToResult();

    private static async Task<IResult> ChangeAsync(
        long id, AlbumRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        if (request.Title is not null)
        {
            if (AlbumProblems.CheckTitle(request.Title) is { } problem)
            {
                return problem.ToResult();
            }

            await albums.RenameAsync(id, PlainText.Paragraph(request.Title), cancellationToken);
        }

        if (await albums.FindAsync(id, cancellationToken) is null)
        {
            return AlbumProblems.NotFound(id).ToResult();
        }

        if (request.CoverId is { } cover && !await albums.SetCoverAsync(id, cover, cancellationToken))
        {
            return AlbumProblems.NotInAlbum(id).ToResult();
        }

        return await GetAsync(id, albums, cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(long id, AlbumCatalogue albums, CancellationToken cancellationToken) =>
        await albums.DeleteAsync(id, cancellationToken) ? TypedResults.NoContent() : AlbumProblems.NotFound(id).ToResult();

    private static async Task<IResult> ListImagesAsync(
        long id,
        AlbumCatalogue albums,
        GalleryCatalogue catalogue,
        CancellationToken cancellationToken,
        [FromQuery] int limit = 50,
        [FromQuery] string? cursor = null)
    {
        if (limit is < 1 or > MaxPageSize)
        {
            return ApiProblem.Invalid(nameof(limit), $"{limit} is not between 1 and {MaxPageSize}.").ToResult();
        }

        var start = PageCursor.TryParse(cursor, out var parsed) ? parsed : (PageCursor?)null;
        if (start is null && !string.IsNullOrEmpty(cursor))
        {
            return ApiProblem.Invalid(nameof(cursor), "it is not a cursor that this API gave; leave it out to start.").ToResult();
        }

        if (await albums.FindAsync(id, cancellationToken) is null)
        {
            return AlbumProblems.NotFound(id).ToResult();
        }

        var page = await catalogue.ListAsync(
            new ImageQuery(limit) { AlbumId = id, Order = ImageOrder.Album, Cursor = start }, cancellationToken);
        return TypedResults.Ok(new ImagePageResponse([.. page.Images.Select(ImageResponse.From)], page.NextCursor?.ToString()));
    }

    private static async Task<IResult> AddAsync(
        long id, AlbumImagesRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        if (request.Ids is not { Count: > 0 and <= SelectedImages.Most } ids)
        {
            return ApiProblem.Invalid("ids", $"there have to be 1 to {SelectedImages.Most}.").ToResult();
        }

        return await albums.FindAsync(id, cancellationToken) is null
            ? AlbumProblems.NotFound(id).ToResult()
            : TypedResults.Ok(new AlbumImagesResponse(await albums.AddAsync(id, ids, cancellationToken)));
    }

    private static async Task<IResult> RemoveAsync(long id, long imageId, AlbumCatalogue albums, CancellationToken cancellationToken) =>
        await albums.RemoveAsync(id, [imageId], cancellationToken) > 0
            ? TypedResults.NoContent()
            : AlbumProblems.NotInAlbum(id).ToResult();
}
