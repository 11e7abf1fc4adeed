using ImageApp.LocalAws.Console;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// Runs accepted asynchronous invocations: retries, age, destination (Lambda Developer Guide, "Error handling for asynchronous
/// invocation").
/// </summary>
internal sealed class AsynchronousInvoker(
    Outbox<AsynchronousInvocation> invocations,
    LambdaStore functions,
    FunctionInvoker invoker,
    InvocationDestination destination,
    LocalAwsOptions options,
    EventTrail trail,
    TimeProvider time,
    ILogger<AsynchronousInvoker> logger) : IHostedService
{
    /// <summary>Begins with the invocations that were accepted before the last stop.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        invocations.Start(InvokeAsync);
        return Task.CompletedTask;
    }

    /// <summary>Stops what runs; it stays on disk.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => invocations.StopAsync();

    private static readonly TimeSpan s_pauseWhileUnknown = TimeSpan.FromMinutes(1);

    private async Task<AsynchronousInvocation?> InvokeAsync(AsynchronousInvocation invocation, CancellationToken cancellationToken)
    {
        if (functions.Find(invocation.FunctionName) is not { } function)
        {
            // Accepted while it was registered; whoever starts local AWS may register it again.
            var until = invocation.AcceptedAt + TimeSpan.FromSeconds(EventInvokeConfig.DefaultMaximumEventAgeInSeconds);
            if (time.GetUtcNow() < until)
            {
                return invocation with { NotBefore = time.GetUtcNow() + s_pauseWhileUnknown };
            }

            logger.Orphaned(invocation.RequestId, invocation.FunctionName);
            return null;
        }

        var maximumAge = function.Settings.EventInvokeConfig?.MaximumEventAgeInSeconds ?? EventInvokeConfig.DefaultMaximumEventAgeInSeconds;
        var step = new EventStep
        {
            TraceParent = invocation.TraceParent,
            Id = invocation.RequestId,
            From = function.Arn,
            To = function.Arn,
            Outcome = EventOutcome.UnderWay,
            Attempt = invocation.Attempts + 1,
        };
        trail.Record(step);
        var remaining = invocation.AcceptedAt + TimeSpan.FromSeconds(maximumAge) - time.GetUtcNow();
        var result = remaining > TimeSpan.Zero ? await RunAsync(function, invocation, remaining, cancellationToken) : null;
        if (result is null)
        {
            trail.Record(step with { Outcome = EventOutcome.Failed, Reason = "EventAgeExceeded" });
            await destination.SendFailureAsync(function, invocation, invocation.LastResult, "EventAgeExceeded", cancellationToken);
            return null;
        }

        invocation = invocation with { Attempts = invocation.Attempts + 1, LastResult = result };
        if (result.Succeeded)
        {
            trail.Record(step with { Outcome = EventOutcome.Delivered });
            await destination.SendSuccessAsync(function, invocation, result, cancellationToken);
            return null;
        }

        if (
            invocation.Attempts
            > (function.Settings.EventInvokeConfig?.MaximumRetryAttempts ?? EventInvokeConfig.DefaultMaximumRetryAttempts))
        {
            trail.Record(step with { Outcome = EventOutcome.Failed, Reason = result.ErrorType });
            await destination.SendFailureAsync(function, invocation, result, "RetriesExhausted", cancellationToken);
            return null;
        }

        var delay = options.AsynchronousRetryDelay * Math.Pow(2, invocation.Attempts - 1);
        logger.WillRetry(function.Name, invocation.RequestId, invocation.Attempts, delay);
        var next = time.GetUtcNow() + delay;
        trail.Record(step with { Outcome = EventOutcome.Retrying, Reason = result.ErrorType, NextAttemptAt = next });
        return invocation with { NotBefore = next };
    }

    private Task<InvocationResult?> RunAsync(
        Function function, AsynchronousInvocation invocation, TimeSpan waitForPoller, CancellationToken cancellationToken) =>
        invoker.RunAsync(
            function,
            new Invocation(invocation.RequestId, invocation.Payload),
            LocalAwsTelemetry.Context(invocation.TraceParent),
            waitForPoller,
            cancellationToken);
}
