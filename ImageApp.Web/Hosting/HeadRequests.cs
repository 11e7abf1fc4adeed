namespace ImageApp.Web.Hosting;

/// <summary><c>HEAD</c> on everything that has <c>GET</c>, with the same answer but its content (RFC 9110, 9.3.2).</summary>
internal static class HeadRequests
{
    private static readonly object Mark = new();

    /// <summary>Routes by <c>GET</c>; what answers sees <c>HEAD</c>. The server sends no content, whatever is written.</summary>
    public static void UseRoutingOfHead(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Items[Mark] = true;
                context.Request.Method = HttpMethods.Get;
            }

            return next(context);
        });
        app.UseRouting();
        app.Use((context, next) =>
        {
            if (context.Items.ContainsKey(Mark))
            {
                context.Request.Method = HttpMethods.Head;
            }

            return next(context);
        });
    }
}
