using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Pictures;

namespace ImageApp.Web.Trash;

/// <summary>What the trash's page posts to; single and selected pictures go the gallery's ways.</summary>
internal static class TrashForms
{
    /// <summary>Maps the route.</summary>
    public static void MapTrash(this IEndpointRouteBuilder app) =>
        app.MapPost("/trash/empty", EmptyAsync).DisableAntiforgery().ExcludeFromDescription().ForOwners();

    private static async Task<IResult> EmptyAsync(HttpRequest request, GalleryCatalogue catalogue, CancellationToken cancellationToken)
    {
        var back = await ReturnAddress.OfAsync(request, "/trash", cancellationToken);
        await catalogue.EmptyTrashAsync(cancellationToken);
        return back;
    }
}
