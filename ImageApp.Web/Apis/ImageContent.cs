using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Problems;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Apis;

/// <summary><c>/images/{id}/original</c> and <c>/thumbnail</c>: the objects, streamed from the bucket, which stays private.</summary>
internal static class ImageContent
{
    private const string Forever = "public, max-age=31536000, immutable";
    private const string AskEachTime = "private, no-cache";

    /// <summary>Maps the routes.</summary>
    public static void MapImageContent(this IEndpointRouteBuilder app)
    {
        var content = app.MapGroup("/images/{id:long}").WithTags("Content");
        content.MapGet("/original", OriginalAsync).WithName("GetOriginal").WithSummary("The original; ?download=true as a file.").ProducesProblem(StatusCodes.Status404NotFound);
        content.MapGet("/thumbnail", ThumbnailAsync).WithName("GetThumbnail").WithSummary("The thumbnail.").ProducesProblem(StatusCodes.Status404NotFound);
        content.MapGet("/preview", PreviewAsync).WithName("GetPreview").WithSummary("The larger rendition for dense screens, WebP.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> OriginalAsync(
        long id, HttpContext context, ImageCatalogue catalogue, IAmazonS3 s3, IOptions<BucketOptions> bucket, CancellationToken cancellationToken, bool download = false)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { UploadedAt: not null } image)
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        // What no sniffer recognised is never shown inline: it could be anything, a page with script included.
        var known = ImageFormat.All.Any(format => format.ContentType == image.ContentType);
        var disposition = new ContentDispositionHeaderValue(download || !known ? "attachment" : "inline");
        disposition.SetHttpFileName(image.FileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        return await StreamAsync(context, s3, bucket.Value.BucketName, image.Key, known ? image.ContentType! : "application/octet-stream", AskEachTime, cancellationToken);
    }

    private static async Task<IResult> ThumbnailAsync(
        long id, HttpContext context, ImageCatalogue catalogue, IAmazonS3 s3, IOptions<BucketOptions> bucket, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { ThumbnailKey: { } key })
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        return await StreamAsync(
            context, s3, bucket.Value.BucketName, key, ImageFormat.Jpeg.ContentType, context.Request.Query.ContainsKey("v") ? Forever : AskEachTime, cancellationToken);
    }

    private static async Task<IResult> PreviewAsync(
        long id, HttpContext context, ImageCatalogue catalogue, IAmazonS3 s3, IOptions<BucketOptions> bucket, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { PreviewKey: { } key })
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        return await StreamAsync(
            context, s3, bucket.Value.BucketName, key, ImageFormat.WebP.ContentType, context.Request.Query.ContainsKey("v") ? Forever : AskEachTime, cancellationToken);
    }

    private static async Task<IResult> StreamAsync(
        HttpContext context, IAmazonS3 s3, string bucket, string key, string contentType, string cacheControl, CancellationToken cancellationToken)
    {
        var get = new GetObjectRequest { BucketName = bucket, Key = key };
        if (context.Request.Headers.IfNoneMatch is [{ Length: > 0 } etag])
        {
            get.EtagToNotMatch = etag;
        }

        GetObjectResponse found;
        try
        {
            found = await s3.GetObjectAsync(get, cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotModified)
        {
            context.Response.Headers.ETag = get.EtagToNotMatch;
            context.Response.Headers.CacheControl = cacheControl;
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        context.Response.RegisterForDispose(found);
        context.Response.Headers.CacheControl = cacheControl;
        context.Response.ContentLength = found.ContentLength;
        return TypedResults.Stream(found.ResponseStream, contentType, entityTag: EntityTagHeaderValue.Parse(found.ETag));
    }
}
