using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Uploads;

/// <summary>
/// <c>POST /api/images</c>: files through this process. <c>POST /api/uploads</c>: a file straight into the bucket by presigned PUT.
/// </summary>
internal static class UploadsApi
{
    // What multipart/form-data has around the files.
    private const int Overhead = 1024 * 1024;

    /// <summary>Adds what takes files.</summary>
    public static void AddUploads(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UploadMetrics>().AddSingleton<ImageUploader>();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, UploadJson.Default));
    }

    /// <summary>Maps the routes.</summary>
    public static void MapUploads(this IEndpointRouteBuilder app)
    {
        var limits = app.ServiceProvider.GetRequiredService<ImageLimits>();
        app.MapPost("/api/images", UploadAsync).WithTags("Uploads").WithName("UploadImages")
            .WithSummary("Uploads one or more images as multipart/form-data parts named 'file'; with ?unique=true only new contents.")
            .ForContributors()
            .DisableAntiforgery()
            .Accepts<IFormFileCollection>("multipart/form-data")
            .WithMetadata(new RequestSizeLimitAttribute((limits.MaxBytes * limits.MaxFilesPerRequest) + Overhead))
            .Limited(LimitedWork.Uploads)
            .Produces<UploadResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        app.MapPost("/api/uploads", PresignAsync).WithTags("Uploads").WithName("StartUpload")
            .WithSummary("Makes an image's row and gives a presigned PUT for its object.")
            .ForContributors()
            .Limited(LimitedWork.Grants)
            .Produces<PresignResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        app.MapGet("/api/uploads/probe", ProbeAsync).WithTags("Uploads").WithName("ProbeUpload")
            .WithSummary("A PUT that the bucket refuses: a page whose browser sends it may send its files straight to the bucket.")
            .ForContributors()
            .Produces<ProbeResponse>();
    }

    private static async Task<IResult> UploadAsync(
        HttpRequest request, ImageUploader uploader, ImageLimits limits, CancellationToken cancellationToken, bool unique = false)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
        {
            return UploadProblems.NotMultipart(request.ContentType).ToResult();
        }

        var stored = new List<ImageRecord>();
        var problems = new List<ApiProblem>();
        try
        {
            var reader = new MultipartReader(boundary.Value!, request.Body);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition
                    || disposition.Name != "file"
                    || !disposition.IsFileDisposition())
                {
                    continue;
                }

                var name = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
                if (string.IsNullOrEmpty(name) && request.AcceptsHtml() && stored.Count + problems.Count == 0)
                {
                    // A form sent without choosing a file has one nameless, empty part.
                    continue;
                }

                if (stored.Count + problems.Count >= limits.MaxFilesPerRequest)
                {
                    problems.Add(UploadProblems.TooMany(PlainText.FileName(name), limits));
                    continue;
                }

                var outcome = await uploader.UploadAsync(name, section.Body, unique, cancellationToken);
                if (outcome.Image is { } image)
                {
                    stored.Add(image);
                }
                else
                {
                    problems.Add(outcome.Problem!);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException
            || (e is IOException && !cancellationToken.IsCancellationRequested))
        {
            // What was stored before stays stored and is reported.
            problems.Add(UploadProblems.Malformed(e.Message));
        }

        if (stored.Count + problems.Count == 0)
        {
            problems.Add(UploadProblems.NoFile());
        }

        return request.AcceptsHtml() ? AsPage(problems) : AsJson(stored, problems);
    }

    private static IResult AsJson(List<ImageRecord> stored, List<ApiProblem> problems)
    {
        if (stored.Count > 0)
        {
            var response = new UploadResponse(
                [.. stored.Select(ImageResponse.From)],
                problems.Count == 0 ? null : [.. problems.Select(problem => problem.ToProblemDetails())]);
            return TypedResults.Json(response, ApiJson.Default.UploadResponse, statusCode: StatusCodes.Status201Created);
        }

        if (problems.Count == 1)
        {
            return problems[0].ToResult();
        }

        var all = new ApiProblem("no-file-taken", StatusCodes.Status400BadRequest, "No file was taken",
            $"None of the {problems.Count} files could be taken; see 'problems'.").ToProblemDetails();
        all.Extensions["problems"] = problems.Select(problem => problem.ToProblemDetails()).ToArray();
        return TypedResults.Problem(all);
    }

    private static IResult AsPage(List<ApiProblem> problems) => problems.Count == 0
        ? TypedResults.LocalRedirect("~/")
        : new RazorComponentResult<UploadProblemsPage>(new { Details = problems.ConvertAll(problem => problem.Detail) })
        {
            StatusCode = problems[0].Status,
        };

    private static async Task<IResult> ProbeAsync(HttpResponse response, ImageUploader uploader)
    {
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await uploader.ProbeAsync());
    }

    private static async Task<IResult> PresignAsync(PresignRequest request, ImageUploader uploader, CancellationToken cancellationToken)
    {
        var (upload, problem) = await uploader.PresignAsync(request, cancellationToken);
        return upload is null
            ? problem!.ToResult()
            : TypedResults.Created(string.Create(CultureInfo.InvariantCulture, $"/api/images/{upload.Id}"), upload);
    }
}
