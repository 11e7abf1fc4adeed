using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Uploads;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Apis;

/// <summary><c>/api/uploads</c>: direct uploads into the bucket by presigned PUT.</summary>
internal static class UploadsApi
{
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(5);

    /// <summary>Maps the route.</summary>
    public static void MapUploadsApi(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/uploads", PresignAsync).WithTags("Uploads").WithName("StartUpload")
            .WithSummary("Makes an image's row and gives a presigned PUT for its object.")
            .Produces<PresignResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    private static async Task<IResult> PresignAsync(
        PresignRequest request, ImageCatalogue catalogue, IAmazonS3 s3, IOptions<BucketOptions> bucket, ImageLimits limits, CancellationToken cancellationToken)
    {
        var fileName = FileNames.Clean(request.FileName);
        if (request.SizeBytes <= 0)
        {
            return UploadProblems.Empty(fileName).ToResult();
        }

        if (request.SizeBytes > limits.MaxBytes)
        {
            return UploadProblems.TooLarge(fileName, limits).ToResult();
        }

        // Only what the browser believes: the functions look at the content.
        if (ImageFormat.All.FirstOrDefault(format => format.ContentType == request.ContentType) is not { } format)
        {
            return UploadProblems.Unsupported(fileName).ToResult();
        }

        var key = ImageKey.New(format.Extension);
        var id = await catalogue.AddAsync(new NewImage(key, fileName, format.ContentType, request.SizeBytes), cancellationToken);
        var expires = DateTimeOffset.UtcNow + Validity;
        var presign = new GetPreSignedUrlRequest
        {
            BucketName = bucket.Value.BucketName,
            Key = key,
            Verb = HttpVerb.PUT,
            Expires = expires.UtcDateTime,
            ContentType = format.ContentType,
            Protocol = s3.Config.ServiceURL?.StartsWith("http:", StringComparison.Ordinal) == true ? Protocol.HTTP : Protocol.HTTPS,
        };
        presign.Headers.ContentLength = request.SizeBytes;
        var headers = new Dictionary<string, string> { ["Content-Type"] = format.ContentType };
        foreach (var (name, value) in ImageUploader.Metadata(fileName))
        {
            presign.Metadata.Add(name, value);
            headers[$"x-amz-meta-{name}"] = value;
        }

        var url = await s3.GetPreSignedURLAsync(presign);
        return TypedResults.Created(
            string.Create(CultureInfo.InvariantCulture, $"/api/images/{id}"), new PresignResponse(id, key, url, "PUT", headers, expires));
    }
}
