using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The Runtime API that function processes poll (Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes").</summary>
internal sealed partial class LambdaRuntimeApi(FunctionStore functions, FunctionInvoker invoker, ILogger<LambdaRuntimeApi> logger)
{
    private const string DefaultFunction = "function";
    private const int MaxResponse = 6 * 1024 * 1024;
    private readonly ConcurrentDictionary<string, int?> _processes = new(StringComparer.Ordinal);

    /// <summary>Answers one call.</summary>
    /// <param name="context">The request.</param>
    /// <param name="functionName">The function, from the path; empty where the path names none.</param>
    /// <param name="call">What follows <c>/2018-06-01/runtime/</c>.</param>
    public async Task HandleAsync(HttpContext context, string functionName, string call)
    {
        var function = functions.GetOrAdd(functionName.Length > 0 ? functionName : DefaultFunction);
        if (call == "invocation/next" && HttpMethods.IsGet(context.Request.Method))
        {
            await NextAsync(context, function);
        }
        else if (call == "init/error")
        {
            var error = await ReadAsync(context);
            LogInitError(logger, function.Name, System.Text.Encoding.UTF8.GetString(error));
            await AcceptAsync(context);
        }
        else if (ResultCall().Match(call) is { Success: true } match)
        {
            await ResultAsync(context, function, match.Groups["id"].Value, match.Groups["kind"].Value);
        }
        else
        {
            await RefuseAsync(context, HttpStatusCode.NotFound, "InvalidPath", $"The Runtime API has no '{call}'.");
        }
    }

    private async Task NextAsync(HttpContext context, LambdaFunction function)
    {
        Invocation invocation;
        do
        {
            try
            {
                invocation = await function.Waiting.Reader.ReadAsync(context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (invocation.Outcome.Task.IsCompleted);

        var deadline = DateTimeOffset.UtcNow + function.Registration.Timeout;
        var headers = context.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = function.Arn;
        if (XRayHeader(invocation.TraceParent) is { } trace)
        {
            headers["Lambda-Runtime-Trace-Id"] = trace;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = invocation.Payload.Length;
        function.Running[invocation.RequestId] = invocation;
        try
        {
            await context.Response.Body.WriteAsync(invocation.Payload, context.RequestAborted);
            await context.Response.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The runtime left while it was handed the invocation: another takes it.
            function.Running.TryRemove(invocation.RequestId, out _);
            await function.Waiting.Writer.WriteAsync(invocation);
            return;
        }

        invocation.Started.TrySetResult();
        _ = invoker.SuperviseAsync(function, invocation, Process(context));
    }

    private async Task ResultAsync(HttpContext context, LambdaFunction function, string requestId, string kind)
    {
        var body = await ReadAsync(context);
        if (!function.Running.TryGetValue(requestId, out var invocation))
        {
            await RefuseAsync(context, HttpStatusCode.Forbidden, "InvalidRequestID", $"Invalid request ID '{requestId}': it is unknown, answered, or timed out.");
            return;
        }

        var errorType = kind == "error" ? context.Request.Headers["Lambda-Runtime-Function-Error-Type"] is [{ Length: > 0 } type] ? type : "Unhandled" : null;
        invocation.Outcome.TrySetResult(body.Length > MaxResponse
            ? InvocationResult.Failed("Function.ResponseSizeTooLarge", $"Response payload size ({body.Length} bytes) exceeded maximum allowed payload size (6291556 bytes).")
            : new InvocationResult(body, errorType));
        await AcceptAsync(context);
    }

    private int? Process(HttpContext context) => context.Connection.RemoteIpAddress is { } address
        ? _processes.GetOrAdd(context.Connection.Id, _ => PollingProcess.Find(new IPEndPoint(address, context.Connection.RemotePort)))
        : null;

    /// <summary>The trace as X-Ray writes it: the W3C trace id split after its first eight digits.</summary>
    private static string? XRayHeader(string? traceParent) => ActivityContext.TryParse(traceParent, null, out var context)
        ? $"Root=1-{context.TraceId.ToHexString()[..8]}-{context.TraceId.ToHexString()[8..]};Parent={context.SpanId.ToHexString()};Sampled={(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? 1 : 0)}"
        : null;

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static async Task AcceptAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"status":"OK"}""", context.RequestAborted);
    }

    private static async Task RefuseAsync(HttpContext context, HttpStatusCode status, string type, string message)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new System.Text.Json.Nodes.JsonObject { ["errorType"] = type, ["errorMessage"] = message }.ToJsonString(), context.RequestAborted);
    }

    [GeneratedRegex("^invocation/(?<id>[^/]+)/(?<kind>response|error)$")]
    private static partial Regex ResultCall();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} could not start: {Error}")]
    private static partial void LogInitError(ILogger logger, string function, string error);
}
