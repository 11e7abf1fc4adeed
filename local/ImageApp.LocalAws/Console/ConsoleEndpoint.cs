using System.Text;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Console;

/// <summary>
/// The pages for people, at the root and below <c>/_local/</c>: what a browser opens without a signature. They only read, need no script
/// and load nothing but their own style; no bucket's name starts with an underscore.
/// </summary>
internal sealed class ConsoleEndpoint(IEnumerable<IConsolePage> pages, LocalAwsOptions options, TimeProvider time)
{
    private const string Root = "/_local";

    private const string SecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly Dictionary<string, IConsolePage> _pages = pages.ToDictionary(page => page.Folder, StringComparer.Ordinal);

    /// <summary>Whether a browser asks for a page; at the root programs list buckets.</summary>
    public static bool Handles(HttpRequest request) =>
        request.Path.StartsWithSegments(Root, StringComparison.Ordinal)
        || (request.Path == "/"
            && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && !request.QueryString.HasValue
            && request.Headers.Authorization.Count == 0
            && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase));

    /// <summary>Answers.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = SecurityPolicy;
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            await WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "Not allowed", Html.Of($"<h1>Pages are only read</h1>"));
            return;
        }

        switch (context.Request.Path.Value)
        {
            case PageLayout.StylePath:
                await WriteFileAsync(context, "style.css", "text/css; charset=utf-8");
                break;
            case PageLayout.IconPath:
                await WriteFileAsync(context, "icon.svg", "image/svg+xml");
                break;
            case var path:
                var (folder, name) = Split(path ?? "");
                var page = _pages.GetValueOrDefault(folder) is { } found && (folder.Length == 0) == (name.Length == 0)
                    ? found.Render(name)
                    : null;
                await (page is var (title, content)
                    ? WriteAsync(context, StatusCodes.Status200OK, title, content)
                    : WriteAsync(
                        context,
                        StatusCodes.Status404NotFound,
                        "Not found",
                        Html.Of($"<h1>There is no page {path}</h1>\n<p>The <a href=\"/\">overview</a> has all there is.</p>")));
                break;
        }
    }

    private static (string Folder, string Name) Split(string path)
    {
        var rest = path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..].Trim('/') : "";
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
    }

    private static async Task WriteFileAsync(HttpContext context, string name, string contentType)
    {
        await using var file = typeof(ConsoleEndpoint).Assembly.GetManifestResourceStream(typeof(ConsoleEndpoint), name)!;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = file.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await file.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    private async Task WriteAsync(HttpContext context, int status, string title, Html content)
    {
        var document = Encoding.UTF8.GetBytes(PageLayout.Document(title, content, options, time.GetUtcNow()).ToString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(document, context.RequestAborted);
        }
    }
}
