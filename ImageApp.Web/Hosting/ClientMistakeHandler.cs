using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace ImageApp.Web.Hosting;

/// <summary>Says in words why a request could not be read. It is the client's mistake, and none of ours to be logged.</summary>
internal sealed partial class ClientMistakeHandler(IProblemDetailsService problems, ILogger<ClientMistakeHandler> logger)
    : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException mistake)
        {
            return false;
        }

        LogMistake(logger, mistake.Message);
        var problem = Describe(mistake);
        httpContext.Response.StatusCode = problem.Status;
        return await problems.TryWriteAsync(
            new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem.ToProblemDetails() });
    }

    /// <summary>The problem that such an exception means.</summary>
    public static ApiProblem Describe(BadHttpRequestException mistake) => mistake switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(
            "request-too-large", mistake.StatusCode, "The request is too large", mistake.Message),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => new(
            "unsupported-content", mistake.StatusCode, "Not a content type that is taken here", mistake.Message),
        { InnerException: JsonException json } => new(
            "malformed-request", mistake.StatusCode, "The request could not be read", string.Create(
                CultureInfo.InvariantCulture,
                $"The JSON is broken, or not what is taken here (see /openapi/v1.json): at {json.Path ?? "its beginning"}, line "
                    + $"{(json.LineNumber ?? 0) + 1}, byte {json.BytePositionInLine ?? 0}.")),
        _ => new("malformed-request", mistake.StatusCode, "The request could not be read", mistake.Message),
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "A request could not be read: {Reason}")]
    private static partial void LogMistake(ILogger logger, string reason);
}
