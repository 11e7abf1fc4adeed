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
        var remaining = invocation.AcceptedAt + TimeSpan.FromSeconds(maximumAge) - time.GetUtcNow();
        var result = remaining > TimeSpan.Zero ? await RunAsync(function, invocation, remaining, cancellationToken) : null;
        if (result is null)
        {
            await destination.SendFailureAsync(function, invocation, invocation.LastResult, "EventAgeExceeded", cancellationToken);
            return null;
        }

        invocation = invocation with { Attempts = invocation.Attempts + 1, LastResult = result };
        if (result.Succeeded)
        {
            await destination.SendSuccessAsync(function, invocation, result, cancellationToken);
            return null;
        }

        if (
            invocation.Attempts
            > (function.Settings.EventInvokeConfig?.MaximumRetryAttempts ?? EventInvokeConfig.DefaultMaximumRetryAttempts))
        {
            await destination.SendFailureAsync(function, invocation, result, "RetriesExhausted", cancellationToken);
            return null;
        }

        var delay = options.AsynchronousRetryDelay * Math.Pow(2, invocation.Attempts - 1);
        logger.WillRetry(function.Name, invocation.RequestId, invocation.Attempts, delay);
        return invocation with { NotBefore = time.GetUtcNow() + delay };
    }

    private Task<InvocationResult?> RunAsync(
        Function function, AsynchronousInvocation invocation, TimeSpan waitForPoller, CancellationToken cancellationToken) =>
        invoker.RunAsync(
            function,
            invocation.RequestId,
            invocation.Payload,
            LocalAwsTelemetry.Context(invocation.TraceParent),
            waitForPoller,
            cancellationToken);
}
