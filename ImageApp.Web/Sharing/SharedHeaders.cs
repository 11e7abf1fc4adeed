namespace ImageApp.Web.Sharing;

/// <summary>What every answer below <c>/s/</c> says: it is nobody's to index or to keep, and its address is told to no other site.</summary>
internal static class SharedHeaders
{
    public static void Set(HttpResponse response)
    {
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "private, no-cache";
    }
}
