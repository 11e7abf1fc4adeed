using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// The Runtime API of every function, at <c>/{function}/{secret}/2018-06-01/runtime</c> (Lambda Developer Guide, "Using the Lambda runtime
/// API"). It is not signed, as in AWS, where nothing but the function reaches it; here the secret takes the place of that. Several
/// processes may poll one function: each is one execution environment.
/// </summary>
internal sealed class RuntimeApi(LambdaStore functions, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<RuntimeApi> logger)
    : IUnsignedEndpoint
{
    /// <summary>What a process asks for its next invocation.</summary>
    public const string Next = $"/{Version}/runtime/invocation/next";

    private const string Version = "2018-06-01";

    private const int MaximumResponseBytes = 6 * 1024 * 1024 + 100 * 1024;

    private readonly ConcurrentDictionary<string, FunctionProcess?> _processes = new();

    public bool Handles(PathString path) => Segments(path) is [_, Version, "runtime", ..] or [_, _, Version, "runtime", ..];

    public bool OpensInBrowsers => false;

    /// <summary>The value of <c>AWS_LAMBDA_RUNTIME_API</c> for a function's processes.</summary>
    public static string AddressOf(FunctionRegistration function, Uri endpoint) =>
        $"{endpoint.Authority}/{function.Name}/{function.RuntimeSecret}";

    public async Task HandleAsync(HttpContext context)
    {
        var segments = Segments(context.Request.Path);
        Function function;
        try
        {
            var name = FunctionName.Parse(segments[0]);
            function =
                functions.Find(name)
                ?? throw new AwsServiceException(
                    "ResourceNotFoundException",
                    $"Function not found: {name}. Nobody registered it (LocalAws:Functions), and polling does not.",
                    HttpStatusCode.NotFound);
        }
        catch (AwsServiceException refusal)
        {
            await WriteErrorAsync(context, refusal.Status, refusal.Code, refusal.Message);
            return;
        }

        var hasSecret = segments[1] != Version;
        if (!hasSecret || !IsSecretOf(function, segments[1]))
        {
            await WriteErrorAsync(
                context,
                HttpStatusCode.Forbidden,
                "AccessDeniedException",
                $"This is not the Runtime API of {function.Name}: its address, AWS_LAMBDA_RUNTIME_API, is known to the function's own "
                + "processes only.");
            return;
        }

        switch (segments[4..])
        {
            case ["invocation", "next"] when HttpMethods.IsGet(context.Request.Method):
                await NextAsync(context, function);
                break;
            case ["invocation", var requestId, "response"] when HttpMethods.IsPost(context.Request.Method):
                await RespondAsync(context, function, requestId);
                break;
            case ["invocation", var requestId, "error"] when HttpMethods.IsPost(context.Request.Method):
                await FailAsync(context, function, requestId);
                break;
            case ["init", "error"] when HttpMethods.IsPost(context.Request.Method):
                await InitializationFailedAsync(context, function);
                break;
            default:
                await WriteErrorAsync(
                    context,
                    HttpStatusCode.NotFound,
                    "InvalidPath",
                    $"The Runtime API has no {context.Request.Method} {context.Request.Path}.");
                break;
        }
    }

    private async Task NextAsync(HttpContext context, Function function)
    {
        var poller = new RuntimePoller(
            FindProcess(context),
            context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? CancellationToken.None);

        // A poll may last for hours; it must not hold up the stop of the host.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var aborted = ended.Token;
        Invocation invocation;
        try
        {
            invocation = await function.NextAsync(poller.Process, aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            context.Abort();
            return;
        }

        if (aborted.IsCancellationRequested)
        {
            function.Return(invocation);
            context.Abort();
            return;
        }

        var deadline = time.GetUtcNow() + function.Timeout;
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = invocation.Payload.Length;
        response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        response.Headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = function.Arn;
        response.Headers["Lambda-Runtime-Trace-Id"] = XRayTraceHeader.From(invocation.Trace);
        if (invocation.ClientContext is { } clientContext)
        {
            response.Headers["Lambda-Runtime-Client-Context"] = clientContext;
        }

        invocation.Take(poller, deadline);
        await response.Body.WriteAsync(invocation.Payload, CancellationToken.None);
        await response.CompleteAsync();
    }

    private async Task RespondAsync(HttpContext context, Function function, string requestId)
    {
        if (await RunningAsync(context, function, requestId) is not { } invocation)
        {
            return;
        }

        var payload = await ReadAsync(context, MaximumResponseBytes);
        if (payload is null)
        {
            invocation.TryEnd(
                InvocationOutcome.Failed(
                    "Function.ResponseSizeTooLarge",
                    $"Response payload size exceeded maximum allowed payload size ({MaximumResponseBytes} bytes).",
                    needsRestart: false));
            await WriteErrorAsync(
                context,
                HttpStatusCode.RequestEntityTooLarge,
                "RequestEntityTooLarge",
                $"Exceeded maximum allowed payload size ({MaximumResponseBytes} bytes).");
            return;
        }

        await EndAsync(context, function, invocation, new InvocationOutcome(payload, null));
    }

    private async Task FailAsync(HttpContext context, Function function, string requestId)
    {
        if (await RunningAsync(context, function, requestId) is not { } invocation)
        {
            return;
        }

        var payload = await ReadAsync(context, MaximumResponseBytes) ?? [];
        await EndAsync(context, function, invocation, new InvocationOutcome(payload, ErrorType(context, payload, "Unhandled")));
    }

    private async Task InitializationFailedAsync(HttpContext context, Function function)
    {
        var payload = await ReadAsync(context, MaximumResponseBytes) ?? [];
        var errorType = ErrorType(context, payload, "Runtime.InitError");
        logger.InitializationFailed(function.Name, errorType, Encoding.UTF8.GetString(payload));

        // In AWS it is an invocation that starts an environment, and a failed start fails that invocation.
        function.TakeWaiting()?.TryEnd(new InvocationOutcome(payload, errorType, NeedsRestart: true));
        function.Starter.InitializationFailed(errorType);
        await AcceptAsync(context);
    }

    private async Task EndAsync(HttpContext context, Function function, Invocation invocation, InvocationOutcome outcome)
    {
        if (invocation.TryEnd(outcome))
        {
            await AcceptAsync(context);
        }
        else
        {
            await TooLateAsync(context, function, invocation.RequestId);
        }
    }

    private async Task<Invocation?> RunningAsync(HttpContext context, Function function, string requestId)
    {
        if (function.Running(requestId, out var hasEnded) is { } invocation)
        {
            return invocation;
        }

        // The statuses are those of the AWS Lambda runtime interface emulator: 403 for an invocation that is over, 400 for one that never
        // was.
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        if (hasEnded)
        {
            await TooLateAsync(context, function, requestId);
        }
        else
        {
            await WriteErrorAsync(
                context,
                HttpStatusCode.BadRequest,
                "InvalidRequestID",
                $"Invalid request ID: {function.Name} runs no invocation {requestId}.");
        }

        return null;
    }

    private Task TooLateAsync(HttpContext context, Function function, string requestId)
    {
        logger.LateAnswer(function.Name, requestId);
        return WriteErrorAsync(
            context,
            HttpStatusCode.Forbidden,
            "InvalidStateTransition",
            $"Invocation {requestId} has ended; its result is no longer wanted.");
    }

    /// <summary>The process behind the connection, looked up once for each connection.</summary>
    private FunctionProcess? FindProcess(HttpContext context)
    {
        var connection = context.Connection;
        if (_processes.TryGetValue(connection.Id, out var known))
        {
            return known;
        }

        var process = connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local }
            ? FunctionProcess.Find(new IPEndPoint(remote, connection.RemotePort), new IPEndPoint(local, connection.LocalPort))
            : null;
        var id = connection.Id;
        if (context.Features.Get<IConnectionLifetimeFeature>() is { } lifetime)
        {
            _processes[id] = process;
            lifetime.ConnectionClosed.Register(() => _processes.TryRemove(id, out _));
        }

        return process;
    }

    private static bool IsSecretOf(Function function, string secret) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(secret),
            Encoding.UTF8.GetBytes(function.Registration.RuntimeSecret));

    private static string[] Segments(PathString path) => (path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string ErrorType(HttpContext context, byte[] payload, string otherwise)
    {
        if (context.Request.Headers["Lambda-Runtime-Function-Error-Type"].ToString() is { Length: > 0 } header)
        {
            return header;
        }

        try
        {
            return JsonNode.Parse(payload) is JsonObject error && error["errorType"] is JsonValue type ? type.ToString() : otherwise;
        }
        catch (JsonException)
        {
            return otherwise;
        }
    }

    /// <summary>Reads the body; null where it is longer than allowed.</summary>
    private static async Task<byte[]?> ReadAsync(HttpContext context, int maximum)
    {
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        var total = 0L;
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            total += read;
            if (total <= maximum)
            {
                content.Write(buffer, 0, read);
            }
        }

        return total <= maximum ? content.ToArray() : null;
    }

    private static Task AcceptAsync(HttpContext context) =>
        WriteAsync(context, HttpStatusCode.Accepted, new JsonObject { ["status"] = "OK" });

    private static Task WriteErrorAsync(HttpContext context, HttpStatusCode status, string type, string message) =>
        WriteAsync(context, status, new JsonObject { ["errorType"] = type, ["errorMessage"] = message });

    private static async Task WriteAsync(HttpContext context, HttpStatusCode status, JsonObject body)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
