using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Hosting;

/// <summary>
/// JSON with an entity tag of its content, which is not sent to who has it already. Never stale: the tag is of what would be sent.
/// </summary>
/// <param name="value">What is sent.</param>
/// <param name="part">A tag of a part of it that has one by itself; it comes first.</param>
internal sealed class TaggedJson<T>(T value, string? part = null) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = Serialize(httpContext);
        var (request, response) = (httpContext.Request, httpContext.Response);
        var tag = TagOf(json);
        response.Headers.ETag = tag;
        if ((HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && EntityTags.Match(request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        await response.Body.WriteAsync(json, httpContext.RequestAborted);
    }

    /// <summary>The tag that it is sent with.</summary>
    public string TagFor(HttpContext context) => TagOf(Serialize(context));

    private byte[] Serialize(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return JsonSerializer.SerializeToUtf8Bytes(value, options.GetTypeInfo(typeof(T)));
    }

    private string TagOf(byte[] json) =>
        part is null ? EntityTags.WeakOf(json) : $"\"{part}{EntityTags.Separator}{EntityTags.HashOf(json)}\"";
}
