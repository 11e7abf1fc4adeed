using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Content;

/// <summary>
/// <c>/images/{id}/original</c>, <c>/thumbnail</c> and <c>/rendition/{side}</c>: the objects, streamed from the bucket, which stays
/// private.
/// </summary>
internal static class ImageContent
{
    private const string Version = "v";

    // In the person's own browser, and nowhere on the way.
    private const string Forever = "private, max-age=31536000, immutable";
    private const string AskEachTime = "private, no-cache";

    /// <summary>Maps the routes.</summary>
    public static void MapContent(this IEndpointRouteBuilder app)
    {
        var content = app.MapGroup("/images/{id:long}").WithTags("Content").ForViewers();
        content.MapGet("/original", OriginalAsync).WithName("GetOriginal").WithSummary("The original; ?download=true as a file.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        content.MapGet($"/{GalleryRendition.Thumbnail.Name}", ThumbnailAsync).WithName("GetThumbnail").WithSummary("The thumbnail.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        content.MapGet("/rendition/{side:int}", SideAsync).WithName("GetRendition")
            .WithSummary("The picture in a square of 400, 800, 1600 or 2560 pixels, as WebP; those that are smaller than the original.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        content.MapGet("/preview", (
                long id, HttpContext context, GalleryCatalogue catalogue, ImageBucket bucket, CancellationToken cancellationToken) =>
                SideAsync(id, GalleryRendition.Preview.Side, context, catalogue, bucket, cancellationToken))
            .WithName("GetPreview").WithSummary("The rendition of 400 pixels.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        content.MapGet($"/{GalleryRendition.View.Name}", ViewAsync).ExcludeFromDescription();

        // Of what is deleted the trash alone has pictures: whoever may not see the trash does not get them.
        var trash = app.MapGroup("/trash/{id:long}").ExcludeFromDescription().ForOwners();
        trash.MapGet($"/{GalleryRendition.Thumbnail.Name}", TrashedThumbnailAsync);
        trash.MapGet("/rendition/{side:int}", TrashedSideAsync);
    }

    private static async Task<IResult> OriginalAsync(
        long id,
        HttpContext context,
        GalleryCatalogue catalogue,
        ImageBucket bucket,
        CancellationToken cancellationToken,
        bool download = false)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { UploadedAt: not null } image)
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        // What no sniffer recognised is never shown inline: it could be anything, a page with script included.
        var format = ImageFormat.OfContentType(image.ContentType);
        var inline = !download && format is { IsShownByBrowsers: true };
        var disposition = new ContentDispositionHeaderValue(inline ? "inline" : "attachment");
        disposition.SetHttpFileName(image.FileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        var type = format?.ContentType ?? "application/octet-stream";
        return await StreamAsync(context, bucket, image.Key, type, AskEachTime, cancellationToken);
    }

    private static async Task<IResult> ThumbnailAsync(
        long id, HttpContext context, GalleryCatalogue catalogue, ImageBucket bucket, CancellationToken cancellationToken)
    {
        var image = await catalogue.FindAsync(id, cancellationToken);
        return await RenditionAsync(id, context, GalleryRendition.Thumbnail, image, image?.ThumbnailKey, bucket, cancellationToken);
    }

    private static async Task<IResult> TrashedThumbnailAsync(
        long id, HttpContext context, GalleryCatalogue catalogue, ImageBucket bucket, CancellationToken cancellationToken)
    {
        var image = await FindTrashedAsync(id, catalogue, cancellationToken);
        return await RenditionAsync(id, context, GalleryRendition.Thumbnail, image, image?.ThumbnailKey, bucket, cancellationToken);
    }

    private static async Task<IResult> SideAsync(
        long id, int side, HttpContext context, GalleryCatalogue catalogue, ImageBucket bucket, CancellationToken cancellationToken) =>
        await RenditionOfSideAsync(id, side, context, await catalogue.FindAsync(id, cancellationToken), bucket, cancellationToken);

    private static async Task<IResult> TrashedSideAsync(
        long id, int side, HttpContext context, GalleryCatalogue catalogue, ImageBucket bucket, CancellationToken cancellationToken) =>
        await RenditionOfSideAsync(id, side, context, await FindTrashedAsync(id, catalogue, cancellationToken), bucket, cancellationToken);

    private static async Task<ImageRecord?> FindTrashedAsync(long id, GalleryCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.FindKeptAsync(id, cancellationToken) is { DeletedAt: not null } image ? image : null;

    private static async Task<IResult> RenditionOfSideAsync(
        long id, int side, HttpContext context, ImageRecord? image, ImageBucket bucket, CancellationToken cancellationToken)
    {
        if (GalleryRendition.OfSide(side) is not { } rendition
            || image is not { ThumbnailKey: { } thumbnail }
            || !image.RenditionSides.Contains(side))
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        // Rows keep the keys that older versions gave.
        var key = rendition == GalleryRendition.Preview ? image.PreviewKey : null;
        return await RenditionAsync(
            id, context, rendition, image, key ?? rendition.KeyBeside(thumbnail), bucket, cancellationToken);
    }

    private static async Task<IResult> ViewAsync(
        long id, HttpContext context, GalleryCatalogue catalogue, ImageBucket bucket, CancellationToken cancellationToken)
    {
        var image = await catalogue.FindAsync(id, cancellationToken);
        var key = image?.ThumbnailKey is { } thumbnail ? GalleryRendition.View.KeyBeside(thumbnail) : null;
        return await RenditionAsync(id, context, GalleryRendition.View, image, key, bucket, cancellationToken);
    }

    private static async Task<IResult> RenditionAsync(
        long id,
        HttpContext context,
        GalleryRendition rendition,
        ImageRecord? image,
        string? key,
        ImageBucket bucket,
        CancellationToken cancellationToken)
    {
        if (key is null || image is null)
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        var version = ImageResponse.VersionOf(image);
        if (context.Request.Query[Version] is { Count: > 0 } asked && asked != version)
        {
            // A page that was open meanwhile; what its address named is no more.
            context.Response.Headers.CacheControl = AskEachTime;
            return TypedResults.LocalRedirect(QueryHelpers.AddQueryString(context.Request.Path, Version, version));
        }

        var caching = context.Request.Query.ContainsKey(Version) ? Forever : AskEachTime;
        return await StreamAsync(context, bucket, key, rendition.Format.ContentType, caching, cancellationToken);
    }

    private static async Task<IResult> StreamAsync(
        HttpContext context, ImageBucket bucket, string key, string contentType, string cacheControl, CancellationToken cancellationToken)
    {
        var (request, response) = (context.Request, context.Response);
        var ifNoneMatch = request.Headers.IfNoneMatch is [{ Length: > 0 } etag] ? etag : null;
        var range = RangeOf(request);
        var found = await bucket.OpenAsync(key, ifNoneMatch, range, cancellationToken);
        if (found is not null && range is not null && !MeetsIfRange(request, found))
        {
            found.Dispose();
            found = await bucket.OpenAsync(key, ifNoneMatch, cancellationToken);
        }

        if (found is null)
        {
            response.Headers.ContentDisposition = default;
            return ApiProblem.ObjectNotFound().ToResult();
        }

        response.RegisterForDispose(found);
        ContentHeaders.Set(response);
        response.Headers.CacheControl = cacheControl;
        response.Headers.AcceptRanges = "bytes";
        if (found.IsNotModified)
        {
            response.Headers.ETag = ifNoneMatch;
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (found.IsOutOfRange)
        {
            response.Headers.ContentDisposition = default;
            response.Headers.ContentRange = new ContentRangeHeaderValue(found.Length).ToString();
            return TypedResults.StatusCode(StatusCodes.Status416RangeNotSatisfiable);
        }

        response.ContentLength = found.Length;
        response.Headers.ETag = $"\"{found.ETag}\"";
        response.GetTypedHeaders().LastModified = found.LastModified;
        response.ContentType = contentType;
        if (found.ContentRange is { Length: > 0 } contentRange)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = contentRange;
        }

        if (!HttpMethods.IsHead(request.Method))
        {
            await found.Content.CopyToAsync(response.Body, cancellationToken);
        }

        return TypedResults.Empty;
    }

    // RFC 9110, 14.2: of GET alone, one range of bytes; whatever else is asked for may be answered by the whole.
    private static string? RangeOf(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.GetTypedHeaders().Range is { Unit.Value: { } unit, Ranges.Count: 1 } range
        && unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            ? range.ToString()
            : null;

    // RFC 9110, 13.1.5: a strong eTag, or the very time of the last change.
    private static bool MeetsIfRange(HttpRequest request, StoredObject found) => request.GetTypedHeaders().IfRange switch
    {
        null => request.Headers.IfRange.Count == 0,
        { EntityTag: { } tag } => !tag.IsWeak && tag.Tag == $"\"{found.ETag}\"",
        { LastModified: { } at } => found.LastModified is { } changed && at.ToUnixTimeSeconds() == changed.ToUnixTimeSeconds(),
        _ => false,
    };
}
