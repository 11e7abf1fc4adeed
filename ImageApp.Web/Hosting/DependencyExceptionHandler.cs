using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Diagnostics;

namespace ImageApp.Web.Hosting;

/// <summary>Says in a person's words that the database or the bucket is away, with 503 and Retry-After.</summary>
internal sealed partial class DependencyExceptionHandler(IProblemDetailsService problems, ILogger<DependencyExceptionHandler> logger)
    : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Describe(exception) is not { } problem)
        {
            return false;
        }

        LogAway(logger, exception, problem.Name);
        httpContext.Response.StatusCode = problem.Status;
        httpContext.Response.Headers.RetryAfter = "5";
        if (HttpMethods.IsGet(httpContext.Request.Method) && httpContext.Request.AcceptsHtml())
        {
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            await httpContext.Response.WriteAsync(await RenderAsync(httpContext.RequestServices, problem), cancellationToken);
            return true;
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = problem.ToProblemDetails(),
        });
    }

    // By the renderer itself: where an exception is handled there is no endpoint whose result a page could be.
    private static async Task<string> RenderAsync(IServiceProvider services, ApiProblem problem)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(Away.Title)] = problem.Title,
                [nameof(Away.Detail)] = problem.Detail,
            });
            return (await renderer.RenderComponentAsync<Away>(parameters)).ToHtmlString();
        });
    }

    /// <summary>The problem that an exception of a dependency means; null where it is none of those.</summary>
    public static ApiProblem? Describe(Exception exception) => exception switch
    {
        _ when DatabaseErrors.IsDatabase(exception) => new ApiProblem(
            "database-unavailable", StatusCodes.Status503ServiceUnavailable, "The catalogue is away",
            "The database does not answer right now. Nothing was changed; please try again in a moment."),
        BucketUnavailableException => new ApiProblem(
            "storage-unavailable", StatusCodes.Status503ServiceUnavailable, "The storage is away",
            "The bucket does not answer right now. Please try again in a moment."),
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Answered with problem {Problem}")]
    private static partial void LogAway(ILogger logger, Exception exception, string problem);
}
