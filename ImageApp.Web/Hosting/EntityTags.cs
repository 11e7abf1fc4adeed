using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Hosting;

/// <summary>Whether who asks has what would be answered (RFC 9110, 13.1.2).</summary>
internal static class EntityTags
{
    /// <summary>Between the tag of a part and that of the whole.</summary>
    public const char Separator = '.';

    private const int HashBytes = 16;

    /// <summary>What names a content, in hexadecimal.</summary>
    /// <param name="content">Its bytes.</param>
    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, HashBytes));

    /// <summary>The tag of a content that is sent encoded, by which it is only as good as the same.</summary>
    /// <param name="content">Its bytes before that.</param>
    public static string WeakOf(ReadOnlySpan<byte> content) => $"W/\"{HashOf(content)}\"";

    /// <summary>Whether a request's <c>If-None-Match</c> names a tag.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">The tag of what would be answered.</param>
    public static bool Match(HttpRequest request, string tag)
    {
        if (request.Headers.IfNoneMatch.Count == 0)
        {
            return false;
        }

        // A browser sends back what it was sent, and nothing else.
        if (request.Headers.IfNoneMatch is [{ } same] && same == tag)
        {
            return true;
        }

        var now = EntityTagHeaderValue.Parse(tag);
        return request.GetTypedHeaders().IfNoneMatch
            .Any(seen => seen.Equals(EntityTagHeaderValue.Any) || seen.Compare(now, useStrongComparison: false));
    }
}
