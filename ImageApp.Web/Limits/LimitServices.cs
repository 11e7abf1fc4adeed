namespace ImageApp.Web.Limits;

/// <summary>Limits by person and address, and where they apply.</summary>
internal static class LimitServices
{
    private const string Search = "q";

    /// <summary>Adds them.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void AddLimits(this WebApplicationBuilder builder) => builder.Services
        .AddSingleton((builder.Configuration.GetSection(LimitOptions.Section).Get<LimitOptions>() ?? new LimitOptions()).Validated())
        .AddSingleton<RequestLimits>();

    /// <summary>Limits searches, wherever a page or the API has one; behind whatever says who asks.</summary>
    public static void UseLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RequestLimits>();
        app.Use((context, next) => IsSearch(context) && limits.Take(context, LimitedWork.Searches) is { } problem
            ? problem.ToResult().ExecuteAsync(context)
            : next(context));
    }

    /// <summary>Limits a route.</summary>
    public static RouteHandlerBuilder Limited(this RouteHandlerBuilder route, LimitedWork work) => route
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .AddEndpointFilter((context, next) =>
            context.HttpContext.RequestServices.GetRequiredService<RequestLimits>().Take(context.HttpContext, work) is { } problem
                ? ValueTask.FromResult<object?>(problem.ToResult())
                : next(context));

    // Open pages ask for tiles by their ids; the words of their search are only marked there.
    private static bool IsSearch(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.GetEndpoint() is not null
        && !context.Request.Path.StartsWithSegments("/tiles", StringComparison.Ordinal)
        && !string.IsNullOrWhiteSpace(context.Request.Query[Search]);
}
