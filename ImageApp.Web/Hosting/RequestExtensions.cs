namespace ImageApp.Web.Hosting;

/// <summary>What a request asks for.</summary>
internal static class RequestExtensions
{
    /// <summary>Whether the client is a browser submitting a form, which wants a page and not JSON.</summary>
    public static bool AcceptsHtml(this HttpRequest request) =>
        request.GetTypedHeaders().Accept is { Count: > 0 } types
        && types.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
}
