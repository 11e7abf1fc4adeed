using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Components.Pages;
using ImageApp.Web.Gallery;
using ImageApp.Web.Problems;
using ImageApp.Web.Uploads;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Apis;

/// <summary><c>/api/images</c>: upload, list, show, retry, delete.</summary>
internal static class ImagesApi
{
    private const int MaxPageSize = 200;

    /// <summary>Maps the routes.</summary>
    public static void MapImagesApi(this IEndpointRouteBuilder app)
    {
        var images = app.MapGroup("/api/images").WithTags("Images");

        images.MapPost("/", UploadAsync).WithName("UploadImages").WithSummary("Uploads one or more images as multipart/form-data parts named 'file'.")
            .DisableAntiforgery()
            .Accepts<IFormFileCollection>("multipart/form-data")
            .Produces<UploadResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        images.MapGet("/", ListAsync).Produces<ImagePageResponse>().WithName("ListImages").WithSummary("Lists images, newest first, a keyset page at a time.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        images.MapGet("/{id:long}", GetAsync).Produces<ImageResponse>().WithName("GetImage").WithSummary("Shows one image.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPost("/{id:long}/retry", RetryAsync).WithName("RetryImage").WithSummary("Makes thumbnail and caption again.")
            .DisableAntiforgery()
            .Produces<ImageResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        images.MapDelete("/{id:long}", DeleteAsync).Produces(StatusCodes.Status204NoContent).WithName("DeleteImage").WithSummary("Deletes an image with its original and thumbnail; for ten seconds it can be restored.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPost("/{id:long}/restore", RestoreAsync).DisableAntiforgery().Produces<ImageResponse>().WithName("RestoreImage").WithSummary("Undoes a deletion, as long as it can be undone.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapPut("/{id:long}/caption", EditCaptionAsync).Produces<ImageResponse>().WithName("EditCaption").WithSummary("Replaces the caption by a person's, which no model overwrites.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> UploadAsync(HttpRequest request, ImageUploader uploader, ImageLimits limits, CancellationToken cancellationToken)
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
                if (section.GetContentDispositionHeader() is not { } disposition || disposition.Name != "file" || !disposition.IsFileDisposition())
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
                    problems.Add(UploadProblems.TooMany(FileNames.Clean(name), limits));
                    continue;
                }

                var outcome = await uploader.UploadAsync(name, section.Body, cancellationToken);
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
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException || (e is IOException && !cancellationToken.IsCancellationRequested))
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
                [.. stored.Select(ImageResponse.From)], problems.Count == 0 ? null : [.. problems.Select(problem => problem.ToProblemDetails())]);
            return TypedResults.Json(response, ApiJson.Default.UploadResponse, statusCode: StatusCodes.Status201Created);
        }

        if (problems.Count == 1)
        {
            return problems[0].ToResult();
        }

        var all = new ApiProblem("no-file-taken", StatusCodes.Status400BadRequest, "No file was taken", $"None of the {problems.Count} files could be taken; see 'problems'.").ToProblemDetails();
        all.Extensions["problems"] = problems.Select(problem => problem.ToProblemDetails()).ToArray();
        return TypedResults.Problem(all);
    }

    private static IResult AsPage(List<ApiProblem> problems) => problems.Count == 0
        ? TypedResults.LocalRedirect("~/")
        : new RazorComponentResult<UploadProblemsPage>(new { Details = problems.ConvertAll(problem => problem.Detail) }) { StatusCode = problems[0].Status };

    private static async Task<IResult> ListAsync(
        ImageCatalogue catalogue, CancellationToken cancellationToken, [FromQuery] int limit = 50, [FromQuery] string? cursor = null, [FromQuery] string? q = null)
    {
        if (limit is < 1 or > MaxPageSize)
        {
            return ApiProblem.Invalid(nameof(limit), $"{limit} is not between 1 and {MaxPageSize}.").ToResult();
        }

        PageCursor? start = null;
        if (!string.IsNullOrEmpty(cursor))
        {
            if (!PageCursor.TryParse(cursor, out var parsed))
            {
                return ApiProblem.Invalid(nameof(cursor), "it is not a cursor that this API gave; leave it out to start with the newest.").ToResult();
            }

            start = parsed;
        }

        if (q?.Length > SearchTerms.MaxLength)
        {
            return ApiProblem.Invalid(nameof(q), $"it has {q.Length} characters; at most {SearchTerms.MaxLength} are searched.").ToResult();
        }

        var page = await catalogue.ListAsync(new ImageQuery(limit) { Cursor = start, Search = SearchTerms.Parse(q) }, cancellationToken);
        return TypedResults.Ok(new ImagePageResponse([.. page.Images.Select(ImageResponse.From)], page.NextCursor?.ToString()));
    }

    private static async Task<IResult> GetAsync(long id, ImageCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.FindAsync(id, cancellationToken) is { } image ? TypedResults.Ok(ImageResponse.From(image)) : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RetryAsync(long id, HttpRequest request, ImageCatalogue catalogue, ImagePipeline pipeline, CancellationToken cancellationToken)
    {
        if (await catalogue.FindAsync(id, cancellationToken) is not { } image)
        {
            return ApiProblem.ImageNotFound(id).ToResult();
        }

        if (await pipeline.FindOriginalAsync(image.Key, cancellationToken) is null)
        {
            return new ApiProblem("original-missing", StatusCodes.Status409Conflict, "The original is not there",
                $"The bucket holds no object '{image.Key}', so nothing can be made of it. Delete the image and upload it again.").ToResult();
        }

        var reset = await catalogue.ResetAsync(id, cancellationToken);
        await pipeline.RestartAsync(image, cancellationToken);
        return request.AcceptsHtml()
            ? TypedResults.LocalRedirect($"~/images/{id}")
            : TypedResults.Accepted($"/api/images/{id}", ImageResponse.From(reset ?? image));
    }

    private static async Task<IResult> DeleteAsync(long id, ImageCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.DeleteAsync(id, cancellationToken) ? TypedResults.NoContent() : ApiProblem.ImageNotFound(id).ToResult();

    private static async Task<IResult> RestoreAsync(long id, ImageCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.RestoreAsync(id, cancellationToken) && await catalogue.FindAsync(id, cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : new ApiProblem("deletion-final", StatusCodes.Status404NotFound, "The deletion cannot be undone", $"Image {id} is not deleted, or was deleted for good.").ToResult();

    private static async Task<IResult> EditCaptionAsync(long id, CaptionRequest request, ImageCatalogue catalogue, CancellationToken cancellationToken)
    {
        if (CaptionText.Check(request.Caption) is { } problem)
        {
            return problem.ToResult();
        }

        return await catalogue.EditCaptionAsync(id, CaptionText.Clean(request.Caption), cancellationToken) is { } image
            ? TypedResults.Ok(ImageResponse.From(image))
            : ApiProblem.ImageNotFound(id).ToResult();
    }
}
