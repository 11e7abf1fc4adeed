using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Functions;

/// <summary>A provider's OpenAI-compatible chat API on a free loopback port, whose answers a test lays out in advance or gives by
/// request.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ModelAnswer> _answers;

    private ModelServer(
        WebApplication application,
        ConcurrentQueue<ModelAnswer> answers,
        ConcurrentQueue<(string? Authorization, JsonObject Body)> requests)
    {
        _application = application;
        _answers = answers;
        Requests = requests;
    }

    /// <summary>The base URL, for <c>Captioning:BaseUrl</c>.</summary>
    public Uri BaseUrl => new(_application.Urls.Single() + "/v1/");

    /// <summary>Every request so far.</summary>
    public ConcurrentQueue<(string? Authorization, JsonObject Body)> Requests { get; }

    /// <summary>Starts one; a request beyond the answers laid out is answered 418.</summary>
    public static Task<ModelServer> StartAsync(params ModelAnswer[] answers) => StartAsync(null, answers);

    /// <summary>Starts one that answers by what it is sent: the request's number, from 1, and its body.</summary>
    public static Task<ModelServer> StartAsync(Func<int, JsonObject, ModelAnswer> answer) => StartAsync(answer, []);

    /// <summary>Lays out one more answer.</summary>
    public void Add(ModelAnswer answer) => _answers.Enqueue(answer);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private static async Task<ModelServer> StartAsync(Func<int, JsonObject, ModelAnswer>? choose, ModelAnswer[] answers)
    {
        var queue = new ConcurrentQueue<ModelAnswer>(answers);
        var requests = new ConcurrentQueue<(string?, JsonObject)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        var count = 0;
        application.MapPost("/v1/chat/completions", async context =>
        {
            var body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
            requests.Enqueue((context.Request.Headers.Authorization, body));
            var number = Interlocked.Increment(ref count);
            var answer = choose?.Invoke(number, body) ?? (queue.TryDequeue(out var next) ? next : new ModelAnswer(418, "{}"));
            await AnswerAsync(context, answer);
        });
        application.MapFallback(context => AnswerAsync(context, new ModelAnswer(404, "404 page not found") { ContentType = "text/plain" }));
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new ModelServer(application, queue, requests);
    }

    private static async Task AnswerAsync(HttpContext context, ModelAnswer answer)
    {
        if (answer.Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        if (answer.RetryAfter is not null)
        {
            context.Response.Headers.RetryAfter = answer.RetryAfter;
        }

        if (answer.Header is { } header)
        {
            context.Response.Headers[header.Name] = header.Value;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.BreaksOff)
        {
            context.Response.ContentLength = answer.Body.Length + 100;
            await context.Response.WriteAsync(answer.Body, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }

        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}
