namespace ImageApp.Web.Sharing;

/// <summary>What every answer below <c>/s/</c> says: nobody is to index or keep it, and no other site is told its address.</summary>
internal static class SharedHeaders
{
    public static void Set(HttpResponse response)
    {
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "private, no-cache";
    }
}
