using Microsoft.Net.Http.Headers;

namespace ImageApp.Web.Content;

/// <summary>What every answer says that is somebody's file rather than our page: it may do nothing, whatever it turns out to be.</summary>
internal static class ContentHeaders
{
    /// <summary>Sets them.</summary>
    public static void Set(HttpResponse response)
    {
        response.Headers[HeaderNames.ContentSecurityPolicy] = "default-src 'none'; sandbox";
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
    }
}
