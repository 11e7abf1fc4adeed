using System.Globalization;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Content;
using ImageApp.Web.Hosting;
using ImageApp.Web.Limits;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Export;

/// <summary><c>GET /api/export</c>: everything as one zip. <c>POST /api/import</c>: takes such a zip, or any with pictures.</summary>
internal static class ExportRoutes
{
    private const string Zip = "application/zip";

    // What multipart/form-data has around the archive.
    private const int Overhead = 1024 * 1024;

    /// <summary>Adds what exports and imports.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void AddExport(this WebApplicationBuilder builder)
    {
        builder.Services
            .AddSingleton((builder.Configuration.GetSection(ImportOptions.Section).Get<ImportOptions>() ?? new()).Validated())
            .AddSingleton<ImportCatalogue>()
            .AddSingleton<ExportArchive>()
            .AddSingleton<GalleryImport>();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ExportJson.Default));
    }

    /// <summary>Maps the routes.</summary>
    public static void MapExport(this IEndpointRouteBuilder app)
    {
        var options = app.ServiceProvider.GetRequiredService<ImportOptions>();
        app.MapGet("/api/export", ExportAsync).WithTags("Export").WithName("Export")
            .WithSummary("Every original, captions as XMP sidecars, and everything as JSON, in one zip.")
            .ForOwners()
            .Limited(LimitedWork.Zips)
            .Produces(StatusCodes.Status200OK, contentType: Zip);
        app.MapPost("/api/import", ImportAsync).WithTags("Export").WithName("Import")
            .WithSummary("Brings in the pictures of a zip, with their captions, stars and albums; what is here already is not doubled.")
            .ForOwners()
            .DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxBytes + Overhead))
            .Limited(LimitedWork.Uploads)
            .Produces<ImportResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
    }

    private static async Task<IResult> ExportAsync(
        HttpContext context, ExportArchive archive, TimeProvider time, CancellationToken cancellationToken)
    {
        var response = context.Response;
        ContentHeaders.Set(response);
        response.ContentType = Zip;
        response.Headers.ContentDisposition = string.Create(
            CultureInfo.InvariantCulture, $"attachment; filename=\"gallery-{time.GetUtcNow():yyyy-MM-dd}.zip\"");
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            // The archive writes each entry's last 24 bytes synchronously; everything else is asynchronous.
            context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
            await archive.WriteAsync(response.Body, cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static async Task<IResult> ImportAsync(
        HttpRequest request, GalleryImport import, ImportOptions options, CancellationToken cancellationToken)
    {
        await using var spool = SpoolFile.Create();
        if (await SpoolAsync(request, spool, options, cancellationToken) is { } problem)
        {
            return problem.ToResult();
        }

        var outcome = await import.ImportAsync(spool, cancellationToken);
        if (outcome.Response is not { } response)
        {
            return outcome.Problem!.ToResult();
        }

        return request.AcceptsHtml()
            ? new RazorComponentResult<ImportedPage>(new { Response = response })
            : TypedResults.Json(response, ExportJson.Default.ImportResponse);
    }

    // Null where the archive is there as a whole.
    private static async Task<ApiProblem?> SpoolAsync(
        HttpRequest request, FileStream spool, ImportOptions options, CancellationToken cancellationToken)
    {
        try
        {
            if (await OpenAsync(request, cancellationToken) is not { } archive)
            {
                return ImportProblems.NoArchive(request.ContentType);
            }

            var buffer = new byte[SpoolFile.BufferBytes];
            int read;
            while ((read = await archive.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (spool.Length + read > options.MaxBytes)
                {
                    return ImportProblems.TooLarge(options);
                }

                try
                {
                    await spool.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
                catch (IOException)
                {
                    return ImportProblems.NoSpace();
                }
            }

            return null;
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return ImportProblems.TooLarge(options);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException
            || (e is IOException && !cancellationToken.IsCancellationRequested))
        {
            return ImportProblems.Malformed(e.Message);
        }
    }

    // The body itself, or a form's file; null where there is none.
    private static async Task<Stream?> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            return null;
        }

        if (type.MediaType.Equals(Zip, StringComparison.OrdinalIgnoreCase))
        {
            return request.Body;
        }

        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
        {
            return null;
        }

        var reader = new MultipartReader(boundary.Value!, request.Body);
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && disposition.Name == "file" && disposition.IsFileDisposition())
            {
                return section.Body;
            }
        }

        return null;
    }
}
