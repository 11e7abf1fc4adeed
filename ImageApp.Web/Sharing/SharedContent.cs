using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Access;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;
using ImageApp.Web.Sharing.Stripping;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Sharing;

/// <summary>
/// The pictures of a link below <c>/s/{token}/images/{id}</c>: renditions, which have no metadata, and originals without theirs.
/// </summary>
internal static class SharedContent
{
    private const int BufferSize = 64 * 1024;
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the routes.</summary>
    public static void MapSharedContent(this IEndpointRouteBuilder app)
    {
        var content = app.MapGroup("/s/{token}/images/{id:long}").ExcludeFromDescription().ForAnyone();
        content.AddEndpointFilter((context, next) =>
        {
            SharedHeaders.Set(context.HttpContext.Response);
            return next(context);
        });
        content.MapMethods("/thumbnail", Methods, ThumbnailAsync);
        content.MapMethods("/rendition/{side:int}", Methods, RenditionAsync);
        content.MapMethods("/original", Methods, OriginalAsync);
    }

    private static async Task<IResult> ThumbnailAsync(
        string token, long id, HttpContext context, ShareAccess access, ImageBucket bucket, CancellationToken cancellationToken) =>
        await access.FindImageAsync(token, id, context.Request, cancellationToken) is { ThumbnailKey: { } key }
            ? await StreamAsync(context, bucket, key, GalleryRendition.Thumbnail, fileName: null, cancellationToken)
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
        && KeyOf(image, rendition) is { } key
            ? await StreamAsync(context, bucket, key, rendition, fileName: null, cancellationToken)
            : ShareProblems.NotFound().ToResult();

    private static async Task<IResult> OriginalAsync(
        string token,
        long id,
        HttpContext context,
        ShareAccess access,
        ImageBucket bucket,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        if (await access.FindImageAsync(token, id, context.Request, cancellationToken) is not { } image)
        {
            return ShareProblems.NotFound().ToResult();
        }

        if (OriginalStripping.Find(ImageFormat.OfContentType(image.ContentType)) is { } strip)
        {
            var stripped = Spool();
            try
            {
                if (await TryStripAsync(bucket, image.Key, strip, stripped, cancellationToken))
                {
                    ContentHeaders.Set(context.Response);
                    Attach(context.Response, image.FileName);
                    return TypedResults.Stream(stripped, image.ContentType);
                }
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                SharingLog.LogNotStripped(loggers.CreateLogger(typeof(SharedContent)), e, id);
            }

            await stripped.DisposeAsync();
        }

        // What cannot be stripped without loss is given as the largest rendition, which was made without any metadata.
        var rendition = image.RenditionSides.Select(GalleryRendition.OfSide).OfType<GalleryRendition>().LastOrDefault()
            ?? GalleryRendition.Thumbnail;
        return KeyOf(image, rendition) is { } key
            ? await StreamAsync(
                context, bucket, key, rendition, Path.ChangeExtension(image.FileName, rendition.Format.Extension), cancellationToken)
            : ApiProblem.ObjectNotFound().ToResult();
    }

    // Both ends are files, so that what is in memory is a buffer, however large the original is.
    private static async Task<bool> TryStripAsync(
        ImageBucket bucket, string key, Action<Stream, Stream> strip, FileStream target, CancellationToken cancellationToken)
    {
        using var original = await bucket.OpenAsync(key, ifNoneMatch: null, cancellationToken);
        if (original is null)
        {
            return false;
        }

        await using var source = Spool();
        await original.Content.CopyToAsync(source, cancellationToken);
        source.Position = 0;
        strip(source, target);
        await target.FlushAsync(cancellationToken);
        target.Position = 0;
        return true;
    }

    private static FileStream Spool() => new(
        Path.Combine(Path.GetTempPath(), $"imageapp-{Guid.NewGuid():N}"),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        BufferSize,
        FileOptions.DeleteOnClose);

    private static string? KeyOf(ImageRecord image, GalleryRendition rendition) =>
        rendition == GalleryRendition.Thumbnail || image.ThumbnailKey is null ? image.ThumbnailKey
        : rendition == GalleryRendition.Preview && image.PreviewKey is { } preview ? preview
        : rendition.KeyBeside(image.ThumbnailKey);

    private static async Task<IResult> StreamAsync(
        HttpContext context,
        ImageBucket bucket,
        string key,
        GalleryRendition rendition,
        string? fileName,
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

        if (fileName is not null)
        {
            Attach(response, fileName);
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
