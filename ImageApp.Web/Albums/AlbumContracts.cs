using System.Globalization;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Albums;

/// <summary>An album as the API shows it. Its pictures are at <c>/api/albums/{id}/images</c>.</summary>
internal sealed record AlbumResponse(
    long Id, string Title, int Count, long? CoverId, string Url, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static AlbumResponse From(Album album) => new(
        album.Id, album.Title, album.Count, album.CoverId, string.Create(CultureInfo.InvariantCulture, $"/albums/{album.Id}"),
        album.CreatedAt, album.UpdatedAt);
}

/// <summary>All albums, the last changed first.</summary>
internal sealed record AlbumListResponse(IReadOnlyList<AlbumResponse> Albums);

/// <summary>What an album is to be.</summary>
/// <param name="Title">Its title; null where it stays.</param>
/// <param name="CoverId">A picture in it for its cover; null where it stays.</param>
internal sealed record AlbumRequest(string? Title, long? CoverId = null);

/// <summary>Pictures to add to an album, by their ids.</summary>
internal sealed record AlbumImagesRequest(IReadOnlyList<long> Ids);

/// <summary>How many of them were added; the others were in it already, or are not there.</summary>
internal sealed record AlbumImagesResponse(int Added);
