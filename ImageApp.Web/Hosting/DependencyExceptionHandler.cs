using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
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
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = problem.ToProblemDetails(),
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
