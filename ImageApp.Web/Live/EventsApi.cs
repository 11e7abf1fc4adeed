using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Access;
using ImageApp.Web.Limits;
using ImageApp.Web.Pictures;
using Microsoft.AspNetCore.Mvc;

namespace ImageApp.Web.Live;

/// <summary><c>/api/events</c>: changes as server-sent events, resumable on any instance by <c>Last-Event-ID</c>.</summary>
internal static class EventsApi
{
    private static readonly TimeSpan BusyInterval = TimeSpan.FromSeconds(30);

    // Proxies end what is silent, some after half a minute.
    private static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(20);

    /// <summary>Adds the feed that all listeners of this instance share.</summary>
    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ChangeFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
    }

    /// <summary>Has what is changed through this instance told of at once.</summary>
    public static void UseLive(this WebApplication app)
    {
        var changes = app.Services.GetRequiredService<ChangeFeed>();
        app.Use(async (context, next) =>
        {
            await next(context);
            if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            {
                changes.Wake();
            }
        });
    }

    /// <summary>Maps the route.</summary>
    public static void MapLive(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/events", Listen).WithTags("Events").WithName("ListenToChanges")
            .ForViewers()
            .WithSummary("Images as they appear and change, as server-sent events named 'image'; of a deleted one id and 'deleted'. "
                + "'reset' says that more was missed than is told, 'busy' that the instance has enough listeners, 'alive' nothing else.")
            .Produces<ImageResponse>(contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static IResult Listen(
        HttpContext context,
        ChangeFeed changes,
        RequestLimits limits,
        AccessRules rules,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId,
        [FromQuery] string? after,
        CancellationToken cancellationToken)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = "text/event-stream";
            return TypedResults.Empty;
        }

        if (limits.TakeListener(context) is { } problem)
        {
            return problem.ToResult();
        }

        PageCursor? resumeAfter = PageCursor.TryParse(lastEventId ?? after, out var cursor) ? cursor : null;
        return TypedResults.ServerSentEvents(EventsAsync(
            changes, time, resumeAfter, rules.ListeningEnds(time, lifetime.ApplicationStopping), cancellationToken));
    }

    private static SseItem<string> Alive { get; } = new("{}", "alive");

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        ChangeFeed changes,
        TimeProvider time,
        PageCursor? resumeAfter,
        CancellationTokenSource ends,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = ends;
        var stopping = ends.Token;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await using var events = changes.ListenAsync(resumeAfter, either.Token).GetAsyncEnumerator(either.Token);

        using var timer = new PeriodicTimer(AliveInterval, time);
        Task<bool>? next = events.MoveNextAsync().AsTask();
        Task<bool>? tick = null;
        try
        {
            // At once, and listening already: a response begins with its first event, by which a browser knows that it is connected.
            yield return Alive;
            while (true)
            {
                next ??= events.MoveNextAsync().AsTask();
                tick ??= timer.WaitForNextTickAsync(either.Token).AsTask();
                if (await Task.WhenAny(next, tick) == tick && !stopping.IsCancellationRequested)
                {
                    await tick;
                    tick = null;
                    yield return Alive;
                    continue;
                }

                try
                {
                    if (!await next)
                    {
                        yield break;
                    }
                }
                catch (OperationCanceledException) when (stopping.IsCancellationRequested)
                {
                    // This instance goes away, or who listens is to be looked at again: the browser comes back with its last event's id.
                    yield break;
                }

                next = null;
                var current = events.Current;
                yield return new SseItem<string>(current.Json, current.Name)
                {
                    EventId = current.Id,
                    ReconnectionInterval = current == LiveEvent.Busy ? BusyInterval : null,
                };
            }
        }
        finally
        {
            // An enumerator that is being asked cannot be disposed of.
            await either.CancelAsync();
            await ((Task?)next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
