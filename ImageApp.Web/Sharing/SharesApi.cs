using System.Globalization;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Sharing;

/// <summary><c>/api/shares</c>: make, list and revoke links.</summary>
internal static class SharesApi
{
    private const int MaxDays = 3650;

    /// <summary>Maps the routes.</summary>
    public static void MapSharesApi(this IEndpointRouteBuilder app)
    {
        var shares = app.MapGroup("/api/shares").WithTags("Shares").DisableAntiforgery().ForOwners();
        shares.MapPost("/", CreateAsync).WithName("CreateShare")
            .WithSummary("Makes a link to an image or an album; its path is told this once.")
            .Produces<ShareMadeResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        shares.MapGet("/", ListAsync).WithName("ListShares").WithSummary("Lists the links that are valid, the newest first.")
            .Produces<ShareListResponse>();
        shares.MapDelete("/{id:long}", RevokeAsync).WithName("RevokeShare").WithSummary("Ends a link for good.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Makes a link.</summary>
    /// <returns>The link, or what is wrong with the request.</returns>
    public static async Task<(ShareMadeResponse? Made, ApiProblem? Problem)> MakeAsync(
        ShareRequest request,
        ShareCatalogue shares,
        AlbumCatalogue albums,
        GalleryCatalogue catalogue,
        CancellationToken cancellationToken)
    {
        var isThere = request switch
        {
            { ImageId: { } image, AlbumId: null } => await catalogue.FindAsync(image, cancellationToken) is not null,
            { ImageId: null, AlbumId: { } album } => await albums.FindAsync(album, cancellationToken) is not null,
            _ => false,
        };
        if (!isThere)
        {
            return (null, ShareProblems.NoTarget());
        }

        if (request.ExpiresInDays is < 1 or > MaxDays)
        {
            return (null, ShareProblems.BadExpiry());
        }

        if (request.Password?.Length > SharePassword.MaxLength)
        {
            return (null, ShareProblems.BadPassword());
        }

        var token = ShareToken.New();
        var lifetime = request.ExpiresInDays is { } days ? TimeSpan.FromDays(days) : (TimeSpan?)null;
        var password = string.IsNullOrEmpty(request.Password) ? null : SharePassword.Hash(request.Password);
        var id = await shares.CreateAsync(
            new NewShare(ShareToken.HashOf(token), request.ImageId, request.AlbumId, lifetime, password), cancellationToken);
        return (new ShareMadeResponse(id, $"/s/{token}"), null);
    }

    private static async Task<IResult> CreateAsync(
        ShareRequest request,
        ShareCatalogue shares,
        AlbumCatalogue albums,
        GalleryCatalogue catalogue,
        CancellationToken cancellationToken)
    {
        var (made, problem) = await MakeAsync(request, shares, albums, catalogue, cancellationToken);
        return made is null ? problem!.ToResult() : TypedResults.Created(made.Path, made);
    }

    private static async Task<IResult> ListAsync(ShareCatalogue shares, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ShareListResponse([.. (await shares.ListAsync(cancellationToken)).Select(share => new ShareResponse(
            share.Id, share.ImageId, share.AlbumId, share.Title, share.PasswordHash is not null, share.CreatedAt, share.ExpiresAt))]));

    private static async Task<IResult> RevokeAsync(long id, ShareCatalogue shares, CancellationToken cancellationToken) =>
        await shares.RevokeAsync(id, cancellationToken)
            ? TypedResults.NoContent()
            : new ApiProblem(
                "share-not-found", StatusCodes.Status404NotFound, "There is no such link",
                string.Create(CultureInfo.InvariantCulture, $"Link {id} does not exist, or was revoked before.")).ToResult();
}
