using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws;

/// <summary>
/// Keeps the web pages out that are open on the developer's machine. They reach a loopback port by a name of their own (DNS rebinding, told
/// by <c>Host</c>) or from another origin (told by <c>Origin</c> and <c>Sec-Fetch-Site</c>, which only browsers send and no page can
/// change).
/// </summary>
internal sealed class RequestAdmission(LocalAwsOptions options, ILogger<RequestAdmission> logger)
{
    private const string FetchMetadata = "Sec-Fetch-";
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>Refuses a request whose name for this machine is not allowed.</summary>
    /// <returns>Whether it was refused.</returns>
    public async Task<bool> RefusesHostAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (IsLoopback(host) || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        await RefuseAsync(
            context,
            $"The request's Host is '{host}'; allowed are localhost, loopback addresses and the names in LocalAws:AllowedHosts.");
        return true;
    }

    /// <summary>Refuses a request that a page made: all but S3, whose CORS rules and signatures say what a page may do.</summary>
    /// <param name="context">The request.</param>
    /// <param name="opensInBrowsers">Whether a person may have typed the address or opened it from another program.</param>
    /// <returns>Whether it was refused.</returns>
    public async Task<bool> RefusesPageAsync(HttpContext context, bool opensInBrowsers)
    {
        var headers = context.Request.Headers;
        var site = headers[FetchSite].ToString();
        var isOpened = opensInBrowsers && site == "none";
        var header = headers.Origin.Count > 0
            ? "Origin"
            : headers.Keys.FirstOrDefault(name => name.StartsWith(FetchMetadata, StringComparison.OrdinalIgnoreCase) && !isOpened);
        if (header is null)
        {
            return false;
        }

        await RefuseAsync(context, $"The request has the header {header}, so a web page made it; only programs may.");
        return true;
    }

    /// <summary>
    /// Refuses a page for people to all but the person: an address that was typed, a link of the pages themselves or one that was clicked
    /// elsewhere, and what such a page loads. No other page can ask for it or show it in a frame.
    /// </summary>
    /// <returns>Whether it was refused.</returns>
    public async Task<bool> RefusesVisitAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var isClicked = headers["Sec-Fetch-Dest"] == "document" && headers["Sec-Fetch-User"] == "?1";
        var site = headers[FetchSite].ToString();
        if (headers.Origin.Count == 0 && (site is "" or "none" or "same-origin" || isClicked))
        {
            return false;
        }

        await RefuseAsync(
            context,
            $"The request has {(headers.Origin.Count > 0 ? "the header Origin" : $"{FetchSite} {site}")}, so a web page made it; only a "
            + "person may open this page.");
        return true;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    private async Task RefuseAsync(HttpContext context, string reason)
    {
        logger.NotAdmitted(context.Request.Method, reason);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.Connection = "close"; // whatever body follows is not read
        await context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }
}
