using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;

namespace ImageApp.Web.Albums;

/// <summary>What the forms of albums post to. They work without JavaScript: each sends the browser to a page.</summary>
internal static class AlbumForms
{
    /// <summary>Maps the routes.</summary>
    public static void MapAlbumForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("/albums").DisableAntiforgery().ExcludeFromDescription().ForContributors();
        forms.MapPost("/new", CreateAsync);
        forms.MapPost("/add", AddAsync);
        forms.MapPost("/{id:long}/rename", RenameAsync);
        forms.MapPost("/{id:long}/delete", DeleteAsync);
        forms.MapPost("/{id:long}/arrange", ArrangeAsync);
        forms.MapPost("/{id:long}/cover", SetCoverAsync);
        forms.MapPost("/{id:long}/remove", RemoveAsync);
        forms.MapPost("/{id:long}/earlier", (long id, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken) =>
            MoveAsync(id, isEarlier: true, request, albums, cancellationToken));
        forms.MapPost("/{id:long}/later", (long id, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken) =>
            MoveAsync(id, isEarlier: false, request, albums, cancellationToken));
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        return AlbumProblems.CheckTitle(form["title"]) is { } problem
            ? problem.ToResult()
            : ReturnAddress.To(Page(await albums.CreateAsync(PlainText.Paragraph(form["title"]), cancellationToken)));
    }

    // Of the chosen album and a new title the title counts: it is what was typed.
    private static async Task<IResult> AddAsync(HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var ids = SelectedImages.Of(form);
        if (ids.Count == 0)
        {
            return AlbumProblems.NothingSelected().ToResult();
        }

        long album;
        if (string.IsNullOrWhiteSpace(form["title"])
            && long.TryParse(form["album"], NumberStyles.None, CultureInfo.InvariantCulture, out var chosen))
        {
            if (await albums.FindAsync(chosen, cancellationToken) is null)
            {
                return AlbumProblems.NotFound(chosen).ToResult();
            }

            album = chosen;
        }
        else if (AlbumProblems.CheckTitle(form["title"]) is { } problem)
        {
            return problem.ToResult();
        }
        else
        {
            album = await albums.CreateAsync(PlainText.Paragraph(form["title"]), cancellationToken);
        }

        await albums.AddAsync(album, ids, cancellationToken);
        return request.AcceptsHtml() || await albums.FindAsync(album, cancellationToken) is not { } now
            ? ReturnAddress.Of(form, Page(album))
            : TypedResults.Ok(AlbumResponse.From(now));
    }

    private static async Task<IResult> RenameAsync(
        long id, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        if (AlbumProblems.CheckTitle(form["title"]) is { } problem)
        {
            return problem.ToResult();
        }

        return await albums.RenameAsync(id, PlainText.Paragraph(form["title"]), cancellationToken)
            ? ReturnAddress.To(Page(id))
            : AlbumProblems.NotFound(id).ToResult();
    }

    private static async Task<IResult> DeleteAsync(long id, AlbumCatalogue albums, CancellationToken cancellationToken) =>
        await albums.DeleteAsync(id, cancellationToken) ? ReturnAddress.To("/albums") : AlbumProblems.NotFound(id).ToResult();

    private static async Task<IResult> ArrangeAsync(
        long id, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var arrangement = (await request.ReadFormAsync(cancellationToken))["order"].ToString() switch
        {
            "oldest" => AlbumArrangement.Oldest,
            "newest" => AlbumArrangement.Newest,
            _ => AlbumArrangement.Added,
        };
        await albums.ArrangeAsync(id, arrangement, cancellationToken);
        return ReturnAddress.To(Page(id));
    }

    private static async Task<IResult> SetCoverAsync(
        long id, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        if (SelectedImages.Of(form) is not [var image, ..])
        {
            return AlbumProblems.NothingSelected().ToResult();
        }

        return await albums.SetCoverAsync(id, image, cancellationToken)
            ? ReturnAddress.Of(form, Page(id))
            : AlbumProblems.NotInAlbum(id).ToResult();
    }

    private static async Task<IResult> RemoveAsync(
        long id, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        await albums.RemoveAsync(id, SelectedImages.Of(form), cancellationToken);
        return ReturnAddress.Of(form, Page(id));
    }

    private static async Task<IResult> MoveAsync(
        long id, bool isEarlier, HttpRequest request, AlbumCatalogue albums, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        await albums.MoveAsync(id, SelectedImages.Of(form), isEarlier, cancellationToken);
        return ReturnAddress.Of(form, Page(id));
    }

    private static string Page(long id) => string.Create(CultureInfo.InvariantCulture, $"/albums/{id}");
}
