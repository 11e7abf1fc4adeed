namespace ImageApp.Web.Hosting;

/// <summary>What a request asks for.</summary>
internal static class RequestExtensions
{
    /// <summary>Whether the client is a browser that wants a page: it names HTML, and no JSON that it likes as much.</summary>
    public static bool AcceptsHtml(this HttpRequest request)
    {
        var types = request.GetTypedHeaders().Accept;
        var html = Quality("text/html");
        return html > 0 && html > Quality("application/json") && html > Quality("application/problem+json");

        double Quality(string name) => types
            .Where(type => type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(type => type.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
    }

    /// <summary>
    /// Answers 404: a person sees the page that calls this, with its own words, and a program gets a problem. A page whose status says so
    /// before it is rendered is not rendered at all.
    /// </summary>
    public static void AnswerNotFound(this HttpContext http)
    {
        if (!http.Request.AcceptsHtml())
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.OnStarting(() =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }
}
