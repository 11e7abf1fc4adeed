using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Access;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Sharing;

/// <summary>
/// The pictures of a link below <c>/s/{token}/images/{id}</c>: renditions, which have no metadata, and originals without theirs; and all
/// originals of an album as <c>/s/{token}/pictures.zip</c>.
/// </summary>
internal static class SharedContent
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the routes.</summary>
    public static void MapSharedContent(this IEndpointRouteBuilder app)
    {
        var content = app.MapGroup("/s/{token}").ExcludeFromDescription().ForAnyone();
        content.AddEndpointFilter((context, next) =>
        {
            SharedHeaders.Set(context.HttpContext.Response);
            return next(context);
        });
        content.MapMethods("/images/{id:long}/thumbnail", Methods, ThumbnailAsync);
        content.MapMethods("/images/{id:long}/rendition/{side:int}", Methods, RenditionAsync);
        content.MapMethods("/images/{id:long}/original", Methods, OriginalAsync);
        content.MapMethods("/pictures.zip", Methods, ArchiveAsync).Limited(LimitedWork.Zips);
    }

    private static async Task<IResult> ThumbnailAsync(
        string token, long id, HttpContext context, ShareAccess access, ImageBucket bucket, CancellationToken cancellationToken) =>
        await access.FindImageAsync(token, id, context.Request, cancellationToken) is { ThumbnailKey: { } key }
            ? await StreamAsync(context, bucket, key, GalleryRendition.Thumbnail, cancellationToken)
            : ShareProblems.NotFound().ToResult();

    private static async Task<IResult> RenditionAsync(
        string token,
        long id,
        int side,
        HttpContext context,
        ShareAccess access,
        ImageBucket bucket,
        CancellationToken cancellationToken) =>
        await access.FindImageAsync(token, id, context.Request, cancellationToken) is { } image
        && image.RenditionSides.Contains(side)
        && GalleryRendition.OfSide(side) is { } rendition
        && SharedOriginals.KeyOf(image, rendition) is { } key
            ? await StreamAsync(context, bucket, key, rendition, cancellationToken)
            : ShareProblems.NotFound().ToResult();

    private static async Task<IResult> OriginalAsync(
        string token, long id, HttpContext context, ShareAccess access, SharedOriginals originals, CancellationToken cancellationToken)
    {
        if (await access.FindImageAsync(token, id, context.Request, cancellationToken) is not { } image)
        {
            return ShareProblems.NotFound().ToResult();
        }

        if (await originals.OpenAsync(image, cancellationToken) is not { } file)
        {
            return ApiProblem.ObjectNotFound().ToResult();
        }

        context.Response.RegisterForDispose(file);
        ContentHeaders.Set(context.Response);
        Attach(context.Response, file.Name);
        context.Response.ContentLength = file.Length;
        var type = file.Name == image.FileName ? image.ContentType : GalleryRendition.Thumbnail.Format.ContentType;
        return TypedResults.Stream(file.Content, type);
    }

    // No more than a page of rows and a buffer of one file is in memory, however large the album is.
    private static async Task<IResult> ArchiveAsync(
        string token, HttpContext context, ShareAccess access, SharedOriginals originals, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(token, cancellationToken) is not { AlbumId: { } album } share || !access.IsOpen(share, context.Request))
        {
            return ShareProblems.NotFound().ToResult();
        }

        context.Response.ContentType = "application/zip";
        Attach(context.Response, $"{share.Title}.zip");
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            // The archive writes each entry's last 24 bytes synchronously; everything else is asynchronous.
            context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
            var images = access.ListImagesAsync(album, cancellationToken);
            await ImageArchive.WriteAsync(context.Response.Body, images, originals.OpenAsync, cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static async Task<IResult> StreamAsync(
        HttpContext context,
        ImageBucket bucket,
        string key,
        GalleryRendition rendition,
        CancellationToken cancellationToken)
    {
        var (request, response) = (context.Request, context.Response);
        var ifNoneMatch = request.Headers.IfNoneMatch is [{ Length: > 0 } etag] ? etag : null;
        var found = await bucket.OpenAsync(key, ifNoneMatch, cancellationToken);
        if (found is null)
        {
            return ApiProblem.ObjectNotFound().ToResult();
        }

        response.RegisterForDispose(found);
        if (found.IsNotModified)
        {
            response.Headers.ETag = ifNoneMatch;
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        ContentHeaders.Set(response);
        response.ContentType = rendition.Format.ContentType;
        response.ContentLength = found.Length;
        response.Headers.ETag = $"\"{found.ETag}\"";
        if (!HttpMethods.IsHead(request.Method))
        {
            await found.Content.CopyToAsync(response.Body, cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static void Attach(HttpResponse response, string fileName)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(fileName);
        response.Headers.ContentDisposition = disposition.ToString();
    }
}
