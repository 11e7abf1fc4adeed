using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// Asynchronous invocations: kept on disk, retried with growing delays, and in the end sent to the failure destination
/// (Lambda Developer Guide, "Error handling for asynchronous invocation").
/// </summary>
internal sealed partial class AsynchronousInvoker(
    FunctionStore functions, FunctionInvoker invoker, QueueStore queues, IServiceProvider services, LocalAwsOptions options, ILogger<AsynchronousInvoker> logger) : BackgroundService
{
    private const string Principal = "lambda.amazonaws.com";
    private readonly DurableQueue<AsynchronousInvocation> _events = new(Path.Combine(options.DataDirectory, "lambda", "events"), StateJson.Default.AsynchronousInvocation);

    /// <summary>Takes an event for a function.</summary>
    /// <returns>The request id.</returns>
    public async Task<string> EnqueueAsync(string function, byte[] payload, string? traceParent, CancellationToken cancellationToken)
    {
        var requestId = Guid.NewGuid().ToString();
        await _events.AddAsync(new AsynchronousInvocation(function, requestId, payload, DateTimeOffset.UtcNow, traceParent), cancellationToken);
        return requestId;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _events.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (id, item) in _events.ReadAllAsync(stoppingToken))
        {
            // Each on its own: how many run at once is for the function's runtimes to say.
            _ = ProcessAsync(id, item, stoppingToken);
        }
    }

    private async Task ProcessAsync(string id, AsynchronousInvocation item, CancellationToken cancellationToken)
    {
        try
        {
            await InvokeAsync(id, functions.GetOrAdd(item.FunctionName), item, cancellationToken);
            _events.Complete(id);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Still on disk: the next start goes on.
        }
        catch (Exception e)
        {
            // The outermost place of this event; it stays on disk and is tried again after the next start.
            LogBroken(logger, e, item.RequestId, item.FunctionName);
        }
    }

    private async Task InvokeAsync(string id, LambdaFunction function, AsynchronousInvocation item, CancellationToken cancellationToken)
    {
        while (true)
        {
            var config = function.State.EventInvokeConfig;
            var left = item.ReceivedAt.AddSeconds(config.MaximumEventAgeInSeconds) - DateTimeOffset.UtcNow;
            var result = left > TimeSpan.Zero
                ? await invoker.InvokeAsync(function, item.RequestId, item.Payload, item.TraceParent, left, cancellationToken)
                : InvocationResult.Failed("EventAgeExceeded", $"The event is older than {config.MaximumEventAgeInSeconds} seconds.");
            if (result.ErrorType is null)
            {
                return;
            }

            item = item with { Attempts = item.Attempts + 1 };
            LogFailed(logger, item.RequestId, function.Name, item.Attempts, Encoding.UTF8.GetString(result.Payload));
            if (left <= TimeSpan.Zero || item.Attempts > config.MaximumRetryAttempts)
            {
                await GiveUpAsync(function, item, result, left <= TimeSpan.Zero ? "EventAgeExceeded" : "RetriesExhausted", cancellationToken);
                return;
            }

            await _events.UpdateAsync(id, item, cancellationToken);
            await Task.Delay(options.AsynchronousRetryDelay * item.Attempts, cancellationToken);
        }
    }

    private async Task GiveUpAsync(LambdaFunction function, AsynchronousInvocation item, InvocationResult result, string condition, CancellationToken cancellationToken)
    {
        if (function.State.EventInvokeConfig.OnFailure is not { Length: > 0 } destination)
        {
            LogLost(logger, item.RequestId, function.Name, condition);
            return;
        }

        var record = new JsonObject
        {
            ["version"] = "1.0",
            ["timestamp"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["requestContext"] = new JsonObject
            {
                ["requestId"] = item.RequestId,
                ["functionArn"] = function.Arn + ":$LATEST",
                ["condition"] = condition,
                ["approximateInvokeCount"] = item.Attempts,
            },
            ["requestPayload"] = Json(item.Payload),
            ["responseContext"] = new JsonObject { ["statusCode"] = 200, ["executedVersion"] = "$LATEST", ["functionError"] = "Unhandled" },
            ["responsePayload"] = Json(result.Payload),
        };
        var caller = new ServiceCall(Principal, function.Arn, options.AccountId);
        try
        {
            if (destination.StartsWith("arn:aws:sns:", StringComparison.Ordinal))
            {
                // Asked for here: SNS in turn invokes functions through this class.
                await services.GetRequiredService<ITopicPublisher>().PublishAsync(caller, destination, null, record.ToJsonString(), cancellationToken);
            }
            else
            {
                var queue = queues.GetByArn(destination);
                queues.Authorize(queue, caller);
                await queues.SendAsync(queue, record.ToJsonString(), [], TimeSpan.Zero, [], cancellationToken);
            }

            LogDeadLetter(logger, item.RequestId, function.Name, destination, condition);
        }
        catch (AwsServiceException e)
        {
            LogRefused(logger, item.RequestId, function.Arn, destination, e.Message);
        }
    }

    private static JsonNode? Json(byte[] payload)
    {
        try
        {
            return JsonNode.Parse(payload);
        }
        catch (JsonException)
        {
            // A payload that is no JSON goes into the record as text.
            return JsonValue.Create(Encoding.UTF8.GetString(payload));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {RequestId} failed in {Function}, attempt {Attempt}: {Error}")]
    private static partial void LogFailed(ILogger logger, string requestId, string function, int attempt, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {RequestId} of {Function} went to {Destination}: {Condition}")]
    private static partial void LogDeadLetter(ILogger logger, string requestId, string function, string destination, string condition);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {RequestId} of {Function} is lost, it has no failure destination: {Condition}")]
    private static partial void LogLost(ILogger logger, string requestId, string function, string condition);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {RequestId} of {FunctionArn} is lost, {Destination} does not take it: {Reason}")]
    private static partial void LogRefused(ILogger logger, string requestId, string functionArn, string destination, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Event {RequestId} of {Function} broke")]
    private static partial void LogBroken(ILogger logger, Exception exception, string requestId, string function);
}
