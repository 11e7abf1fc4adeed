using System.Runtime.CompilerServices;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Sharing;

/// <summary>What a shared link lets a request see.</summary>
internal sealed class ShareAccess(ShareCatalogue shares, AlbumCatalogue albums, GalleryCatalogue catalogue, TimeProvider time)
{
    /// <summary>How many passwords may be tried at one link within <see cref="GuessPeriod"/>, at all instances together.</summary>
    public const int MaxGuesses = 10;

    /// <summary>How long guesses count.</summary>
    public static readonly TimeSpan GuessPeriod = TimeSpan.FromMinutes(15);

    private const int MaxToken = 64;
    private const int PageSize = 100;

    /// <summary>Finds the link of a token; null where it is not valid, or no longer.</summary>
    public async Task<Share?> FindAsync(string? token, CancellationToken cancellationToken) =>
        token is { Length: > 0 and <= MaxToken } ? await shares.FindAsync(ShareToken.HashOf(token), cancellationToken) : null;

    /// <summary>Whether a request may see what the link leads to: no password is asked for, or it was given.</summary>
    public bool IsOpen(Share share, HttpRequest request) =>
        share.PasswordHash is null || ShareCookie.IsThere(request, share, time.GetUtcNow());

    /// <summary>Finds a picture that a request may see by a link; null where it is none of the link's, or there is no such link.</summary>
    public async Task<ImageRecord?> FindImageAsync(string token, long id, HttpRequest request, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is { } share && IsOpen(share, request)
            ? await FindImageAsync(share, id, cancellationToken)
            : null;

    /// <summary>Finds a picture of a link; null where it is none of the link's, or is deleted.</summary>
    public async Task<ImageRecord?> FindImageAsync(Share share, long id, CancellationToken cancellationToken)
    {
        var isShared = share.AlbumId is { } album ? await albums.HasAsync(album, id, cancellationToken) : share.ImageId == id;
        return isShared && await catalogue.FindAsync(id, cancellationToken) is { UploadedAt: not null } image ? image : null;
    }

    /// <summary>All pictures of an album in its order, read in pages.</summary>
    public async IAsyncEnumerable<ImageRecord> ListImagesAsync(long album, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new ImageQuery(PageSize) { AlbumId = album, Order = ImageOrder.Album };
        while (true)
        {
            var page = await catalogue.ListAsync(query, cancellationToken);
            foreach (var image in page.Images)
            {
                yield return image;
            }

            if (page.NextCursor is not { } next)
            {
                yield break;
            }

            query = query with { Cursor = next };
        }
    }

    /// <summary>Tries a password, and lets the browser in where it is the right one.</summary>
    public async Task<ShareAnswer> TryAsync(
        Share share, string token, string? password, HttpContext context, CancellationToken cancellationToken)
    {
        if (share.PasswordHash is not { } stored)
        {
            return ShareAnswer.Right;
        }

        if (!await shares.TryCountGuessAsync(share.Id, MaxGuesses, GuessPeriod, cancellationToken))
        {
            return ShareAnswer.TooMany;
        }

        if (!SharePassword.Matches(password, stored))
        {
            return ShareAnswer.Wrong;
        }

        await shares.ForgetGuessesAsync(share.Id, cancellationToken);
        ShareCookie.Give(context, share, token, time.GetUtcNow());
        return ShareAnswer.Right;
    }
}
