using ImageApp.Core.Storage;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Hosting;

/// <summary>What every answer says to browsers, and whom every change is taken from.</summary>
internal static class SecurityMiddleware
{
    private const string PermissionsPolicy = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        + "gyroscope=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

    /// <summary>
    /// Content is what its type says, pages run only our own code and cannot be framed. Style attributes are allowed: each tile's ratio and
    /// colour are numbers of ours. Connections are, to the bucket. What is not said to be kept is kept by nobody but the person's own
    /// browser, which asks again: <c>no-store</c> would lose the page on the way back.
    /// </summary>
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var policy = Policy(app.Services.GetRequiredService<ImageBucket>().Origin);
        app.Use((context, next) =>
        {
            // At the last moment, since an exception clears what was said before. What an answer says itself stays.
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.TryAdd(HeaderNames.XContentTypeOptions, "nosniff");
                headers.TryAdd("Referrer-Policy", "same-origin");
                headers.TryAdd(HeaderNames.ContentSecurityPolicy, policy);
                headers.TryAdd("Permissions-Policy", PermissionsPolicy);
                headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
                headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
                headers.TryAdd(HeaderNames.CacheControl, "private, no-cache");
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    /// <summary>
    /// Refuses changes that another site's page asks for. Browsers say where a request comes from with <c>Sec-Fetch-Site</c>
    /// (W3C Fetch Metadata) or <c>Origin</c>; a client that sends neither is no browser and carries nobody's cookies.
    /// </summary>
    public static void UseCrossOriginProtection(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        var method = request.Method;
        var changesNothing = HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
        if (changesNothing || IsSameOrigin(request))
        {
            await next(context);
            return;
        }

        await new ApiProblem("cross-origin", StatusCodes.Status403Forbidden, "Not from this site",
            "Changes are taken only from this site's own pages and from programs.").ToResult().ExecuteAsync(context);
    });

    private static string Policy(string bucket) =>
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; style-src-attr 'unsafe-inline'; "
        + $"connect-src 'self' {bucket}; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static bool IsSameOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site])
        {
            return site is "same-origin" or "none";
        }

        return request.Headers[HeaderNames.Origin] is not [{ } origin]
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value);
    }
}
