using ImageApp.Scaling;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ImageApp.Balancer;

/// <summary>How the group's controller registers targets, and how others see the group. Below a path that no page of the app has.</summary>
internal static class TargetGroupEndpoints
{
    public static void MapTargetGroup(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/.balancer").AddEndpointFilter(RefusePages);
        group.MapGet("/group", (TargetGroup targets) => TypedResults.Json(targets.Status(), ScalingJson.Default.GroupStatus));
        group.MapPut("/group", Report);
        group.MapPut("/targets/{id}", Register);
        group.MapDelete("/targets/{id}", DeregisterAsync);
        group.MapGet("/alive", () => TypedResults.Ok());
    }

    // Browsers say where a request comes from, and no page can change that; a person who opens the address comes from nowhere.
    private static ValueTask<object?> RefusePages(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var headers = context.HttpContext.Request.Headers;
        return headers.Origin.Count > 0 || headers["Sec-Fetch-Site"].ToString() is not ("" or "none")
            ? new(TypedResults.Text("A web page made the request; only programs may.\n", statusCode: StatusCodes.Status403Forbidden))
            : next(context);
    }

    private static NoContent Report(GroupStatus status, TargetGroup targets)
    {
        targets.Reported = status;
        return TypedResults.NoContent();
    }

    private static Results<NoContent, BadRequest<string>> Register(string id, string address, TargetGroup targets)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return TypedResults.BadRequest($"'{address}' is no address of a target; http://localhost:5001 is one.");
        }

        targets.Register(id, uri);
        return TypedResults.NoContent();
    }

    /// <summary>Answers when the target has nothing under way, or the delay is over.</summary>
    private static async Task<Results<NoContent, NotFound>> DeregisterAsync(
        string id,
        double delay,
        TargetGroup targets,
        CancellationToken cancellationToken
    )
    {
        if (targets.Deregister(id) is not { } target)
        {
            return TypedResults.NotFound();
        }

        // Requests that chose the target a moment ago are not counted yet when the first look comes too soon.
        var until = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(Math.Clamp(delay, 0, 3600));
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
        } while (target.InFlight > 0 && DateTimeOffset.UtcNow < until);

        targets.Remove(id);
        return TypedResults.NoContent();
    }
}
