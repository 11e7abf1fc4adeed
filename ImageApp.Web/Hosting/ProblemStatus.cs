namespace ImageApp.Web.Hosting;

/// <summary>The status of an exception that no handler describes.</summary>
internal static class ProblemStatus
{
    /// <summary>Says in words what a status means that came without any.</summary>
    public static void Explain(ProblemDetailsContext context) => context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this address; /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed =>
            $"{context.HttpContext.Request.Method} is not taken here; {Allowed(context.HttpContext.Response)}.",
        StatusCodes.Status413PayloadTooLarge => "The request's content is larger than what is taken here.",
        StatusCodes.Status415UnsupportedMediaType =>
            $"The content type is '{context.HttpContext.Request.ContentType}', which is not taken here; see /openapi/v1.json.",
        StatusCodes.Status400BadRequest => "The request could not be understood; see /openapi/v1.json.",
        _ => null,
    };

    private static string Allowed(HttpResponse response) =>
        response.Headers.Allow.Count > 0 ? $"{response.Headers.Allow} is" : "see /openapi/v1.json";

    /// <summary>A request that could not be read is the client's; anything else is ours.</summary>
    public static int Of(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
}
