using System.Globalization;
using ImageApp.Web.Access;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;

namespace ImageApp.Web.Operations;

/// <summary>The queues for programs, and what the owner's page posts to.</summary>
internal static class OperationsRoutes
{
    private const string PageAddress = "/operations";

    /// <summary>Maps the routes.</summary>
    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/operations/queues").WithTags("Operations").ForOwners();
        api.MapGet("/", ListAsync);
        api.MapPost("/{name}/redrive", RedriveAllAsync).DisableAntiforgery();
        api.MapPost("/{name}/messages/{id}/redrive", RedriveOneAsync).DisableAntiforgery();
        api.MapDelete("/{name}/messages/{id}", DiscardAsync).DisableAntiforgery();

        var forms = app.MapGroup(PageAddress).DisableAntiforgery().ExcludeFromDescription().ForOwners();
        forms.MapPost("/{name}/redrive", RedriveAllFormAsync);
        forms.MapPost("/{name}/{id}/redrive", RedriveOneFormAsync);
        forms.MapPost("/{name}/{id}/discard", DiscardFormAsync);
    }

    private static async Task<IResult> ListAsync(DeadLetters letters, CancellationToken cancellationToken) =>
        TypedResults.Json(
            new QueueListResponse([.. (await letters.LookAsync(cancellationToken)).Select(QueueResponse.From)]),
            OperationsJson.Default.QueueListResponse);

    private static Task<IResult> RedriveAllAsync(string name, DeadLetters letters, CancellationToken cancellationToken) =>
        RedriveAsync(name, null, letters, Json, cancellationToken);

    private static Task<IResult> RedriveOneAsync(string name, string id, DeadLetters letters, CancellationToken cancellationToken) =>
        RedriveAsync(name, id, letters, Json, cancellationToken);

    private static Task<IResult> RedriveAllFormAsync(string name, DeadLetters letters, CancellationToken cancellationToken) =>
        RedriveAsync(name, null, letters, Page, cancellationToken);

    private static Task<IResult> RedriveOneFormAsync(string name, string id, DeadLetters letters, CancellationToken cancellationToken) =>
        RedriveAsync(name, id, letters, Page, cancellationToken);

    private static Task<IResult> DiscardAsync(string name, string id, DeadLetters letters, CancellationToken cancellationToken) =>
        WithQueueAsync(
            name,
            letters,
            async queue => await letters.DiscardAsync(queue, id, cancellationToken) ? TypedResults.NoContent() : NoMessage(name, id));

    private static Task<IResult> DiscardFormAsync(string name, string id, DeadLetters letters, CancellationToken cancellationToken) =>
        WithQueueAsync(
            name,
            letters,
            async queue => await letters.DiscardAsync(queue, id, cancellationToken)
                ? ReturnAddress.To(PageAddress).With("discarded", "1")
                : NoMessage(name, id));

    private static Task<IResult> RedriveAsync(
        string name, string? id, DeadLetters letters, Func<RedriveResult, IResult> answer, CancellationToken cancellationToken) =>
        WithQueueAsync(
            name,
            letters,
            async queue => await letters.RedriveAsync(queue, id, cancellationToken) switch
            {
                { Left: 0, Unreadable: 0 } when id is not null => NoMessage(name, id),
                var result => answer(result),
            });

    private static async Task<IResult> WithQueueAsync(string name, DeadLetters letters, Func<DeadLetterQueue, Task<IResult>> use)
    {
        if (letters.Find(name) is not { } queue)
        {
            return new ApiProblem(
                "queue-not-found", StatusCodes.Status404NotFound, "There is no such queue",
                $"'{name}' is not one of captions and thumbnails, or its URL is not configured (AWS:Resources).").ToResult();
        }

        try
        {
            return await use(queue);
        }
        catch (Exception e) when (DeadLetters.IsAway(e))
        {
            return new ApiProblem(
                "queue-unavailable", StatusCodes.Status503ServiceUnavailable, "The queue is away",
                $"The queue of {queue.Name} cannot be used right now: {e.Message}").ToResult();
        }
    }

    private static IResult Json(RedriveResult result) => TypedResults.Json(result, OperationsJson.Default.RedriveResult);

    private static IResult Page(RedriveResult result) => ReturnAddress.To(PageAddress)
        .With("sent", Text(result.Sent))
        .With("gone", Text(result.Gone))
        .With("unreadable", Text(result.Unreadable));

    private static IResult NoMessage(string name, string id) => new ApiProblem(
        "message-not-found", StatusCodes.Status404NotFound, "The event is no longer there",
        $"Queue {name} has no message {id} among its first {DeadLetters.MaxLetters}; somebody may have handled it.").ToResult();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
