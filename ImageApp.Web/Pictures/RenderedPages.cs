using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Pictures;

/// <summary>
/// Gallery pages as they were rendered, for whoever asks for the same while nothing has changed that went into them: the rows' versions are
/// read for every request, the rest is in the key. An entity tag lets a browser keep its own.
/// </summary>
internal sealed class RenderedPages(IResponseCompressionProvider compression) : IDisposable
{
    private const long MaxBytes = 32 * 1024 * 1024;
    private const int MaxPageBytes = 1024 * 1024;
    private const int MaxAddress = 1024;
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxBytes });

    /// <summary>Answers a request for a gallery page; hands on every other.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type != typeof(Gallery))
        {
            await next(context);
            return;
        }

        var address = Gallery.AddressOf(context.Request);
        GallerySources? sources = null;
        Key key = default;
        if (!address.IsNarrowed)
        {
            sources = await GallerySources.ReadAsync(address, Gallery.QueryOf(address), context);
            key = Key.Of(context);
            if (_pages.TryGetValue(key, out RenderedPage? kept) && kept!.Sources!.AreSameAs(sources))
            {
                await SendKeptAsync(context, kept);
                return;
            }
        }

        var page = await RenderAsync(context, next, sources);
        if (page is { Sources: not null } && page.Body.Length <= MaxPageBytes && key.Address.Length <= MaxAddress)
        {
            // Encoded it is smaller than it is, however often.
            _pages.Set(key, page, new MemoryCacheEntryOptions { Size = (page.Body.Length * 2) + (key.Address.Length * sizeof(char)) });
            await SendKeptAsync(context, page);
        }
        else if (page is not null)
        {
            await SendAsync(context, page);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();

    // What is no page, a problem for example, has been answered when this returns.
    private static async Task<RenderedPage?> RenderAsync(HttpContext context, RequestDelegate next, GallerySources? sources)
    {
        context.Features.Set(sources);
        var (response, body) = (context.Response, context.Response.Body);
        using var buffer = new MemoryStream();
        response.Body = buffer;
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = body;
        }

        if (response.StatusCode != StatusCodes.Status200OK)
        {
            buffer.Position = 0;
            await buffer.CopyToAsync(body, context.RequestAborted);
            return null;
        }

        var isKept = sources is { IsLasting: true, Version.IsSettled: true } && response.Headers.SetCookie.Count == 0;
        return new RenderedPage(response.ContentType, buffer.ToArray(), isKept ? sources : null);
    }

    private static async Task SendAsync(HttpContext context, RenderedPage page)
    {
        if (IsKnown(context, page))
        {
            return;
        }

        await context.Response.Body.WriteAsync(page.Body, context.RequestAborted);
    }

    private async Task SendKeptAsync(HttpContext context, RenderedPage page)
    {
        var response = context.Response;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (IsKnown(context, page))
        {
            return;
        }

        var body = page.Body;
        if (compression.GetCompressionProvider(context) is { } provider)
        {
            body = page.Encoded(provider);
            response.Headers.ContentEncoding = provider.EncodingName;
        }

        response.ContentType = page.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static bool IsKnown(HttpContext context, RenderedPage page)
    {
        context.Response.Headers.ETag = page.Tag;
        if (!EntityTags.Match(context.Request, page.Tag))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status304NotModified;
        context.Response.ContentType = null;
        return true;
    }

    // All that a page is rendered by beside its sources.
    private readonly record struct Key(string Address, AccessRole Role, bool IsSignedIn, string? Captions)
    {
        public static Key Of(HttpContext context) => new(
            context.Request.Path.Value + context.Request.QueryString.Value,
            AccessRoles.Of(context.User),
            AccessClaims.IsSession(context.User),
            context.Request.Cookies[Gallery.CaptionsCookie]);
    }
}
