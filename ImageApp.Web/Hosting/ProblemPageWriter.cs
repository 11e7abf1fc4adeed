using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Hosting;

/// <summary>Every problem as a page, for people; a program, which does not ask for one, gets <c>application/problem+json</c>.</summary>
internal sealed class ProblemPageWriter(ILoggerFactory loggers) : IProblemDetailsWriter
{
    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.AcceptsHtml();

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        var (title, detail) = Words(context.ProblemDetails, response.StatusCode, isRead);

        // A form that was posted cannot be asked for again.
        var isPassing = response.StatusCode == StatusCodes.Status503ServiceUnavailable && isRead;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "private, no-cache";

        // By the renderer itself: where an exception is handled there is no endpoint whose result a page could be.
        await using var renderer = new HtmlRenderer(context.HttpContext.RequestServices, loggers);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(ProblemPage.Title)] = title,
                [nameof(ProblemPage.Detail)] = detail,
                [nameof(ProblemPage.Refresh)] = isPassing,
                [nameof(ProblemPage.IsAccess)] = response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden,
            });
            return (await renderer.RenderComponentAsync<ProblemPage>(parameters)).ToHtmlString();
        });
        await response.WriteAsync(html, context.HttpContext.RequestAborted);
    }

    private static (string Title, string Detail) Words(ProblemDetails problem, int status, bool isRead) => (status, problem.Detail) switch
    {
        (_, { } detail) => (problem.Title ?? "Something went wrong", detail),
        (StatusCodes.Status404NotFound, _) => (
            "There is no such page", "The address may be mistyped, or what was here may have been deleted."),
        (StatusCodes.Status405MethodNotAllowed, _) when !isRead => (
            "Nothing is taken here", "This address is a page to look at. Nothing of what was sent was saved."),
        (StatusCodes.Status405MethodNotAllowed, _) => (
            "Nothing to see here", "This address takes what a form sends; it is no page to look at."),
        ( >= 500, _) => (
            "Something went wrong", "The fault is on our side. Nothing of what you entered was saved; please try again."),
        _ => (problem.Title ?? "That was not understood", "The request could not be understood. Go back and try again."),
    };
}
