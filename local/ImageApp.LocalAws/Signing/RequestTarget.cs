using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImageApp.LocalAws.Signing;

/// <summary>
/// The request's target as the client sent it. ASP.NET Core's own path has its dot segments removed and most escapes decoded;
/// a signature, and an object key such as <c>../a</c>, need what was sent.
/// </summary>
/// <param name="Path">The path, percent-encoded, never empty.</param>
/// <param name="Query">The query without its <c>?</c>, percent-encoded, or empty.</param>
internal readonly record struct RequestTarget(string Path, string Query)
{
    /// <summary>Takes it from a request.</summary>
    public static RequestTarget Of(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out var absolute) && !string.IsNullOrEmpty(absolute.Host))
        {
            // A client that takes the endpoint for its proxy sends the absolute form.
            var authority = target.IndexOf("://", StringComparison.Ordinal) + 3;
            var path = target.IndexOfAny(['/', '?'], authority);
            target = path < 0 ? "/" : target[path..];
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0
            ? new RequestTarget(target.Length == 0 ? "/" : target, "")
            : new RequestTarget(question == 0 ? "/" : target[..question], target[(question + 1)..]);
    }
}
