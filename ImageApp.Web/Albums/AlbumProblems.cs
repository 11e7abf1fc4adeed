using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Albums;

/// <summary>What can be wrong with albums, in a person's words.</summary>
internal static class AlbumProblems
{
    public static ApiProblem NotFound(long id) => new(
        "album-not-found", StatusCodes.Status404NotFound, "There is no such album",
        $"Album {id} does not exist; it may have been deleted. Its pictures are still in the gallery.");

    public static ApiProblem NotInAlbum(long id) => new(
        "not-in-album", StatusCodes.Status404NotFound, "The picture is not in this album", $"Album {id} does not have this picture.");

    public static ApiProblem NothingSelected() => new(
        "nothing-selected", StatusCodes.Status400BadRequest, "No picture was selected", "Tick the boxes of some pictures first.");

    /// <summary>What is wrong with a title; null where nothing is.</summary>
    public static ApiProblem? CheckTitle(string? title) => PlainText.Paragraph(title).Length switch
    {
        0 => new ApiProblem("empty-title", StatusCodes.Status400BadRequest, "The album has no title", "Give the album a title."),
        > AlbumCatalogue.MaxTitle and var length => new ApiProblem(
            "title-too-long", StatusCodes.Status400BadRequest, "The title is too long",
            string.Create(
                CultureInfo.InvariantCulture, $"A title may have {AlbumCatalogue.MaxTitle} characters; this one has {length:N0}.")),
        _ => null,
    };
}
