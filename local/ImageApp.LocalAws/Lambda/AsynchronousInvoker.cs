using System.Collections.Concurrent;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Runs accepted asynchronous invocations: retries, age, destination (Lambda Developer Guide, "Error handling for asynchronous invocation").</summary>
internal sealed class AsynchronousInvoker(
    LocalAwsOptions options,
    TimeProvider time,
    FunctionInvoker invoker,
    InvocationDestination destination,
    Journal<AsynchronousInvocation> journal,
    ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task> _running = new();

    public void Run(Function function, AsynchronousInvocation invocation)
    {
        var task = RunToEndAsync(function, invocation, _stop.Token);
        _running[invocation.RequestId] = task;
        _ = task.ContinueWith(_ => _running.TryRemove(invocation.RequestId, out Task? _), TaskScheduler.Default);
    }

    /// <summary>Stops all; what is not at its end stays in the journal.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Values);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunToEndAsync(Function function, AsynchronousInvocation invocation, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            await RunAttemptsAsync(function, invocation, cancellationToken);
            await journal.RemoveAsync(invocation.RequestId);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It stays in the journal and goes on at the next start.
        }
        catch (Exception failure)
        {
            // A full disk, say: the invocation stays in the journal rather than be lost.
            LambdaLog.AsynchronousFailure(logger, function.Name, invocation.RequestId, failure);
        }
    }

    private async Task RunAttemptsAsync(Function function, AsynchronousInvocation invocation, CancellationToken cancellationToken)
    {
        var parent = LocalAwsTelemetry.Context(invocation.TraceParent);
        InvocationResult? last = null;
        while (true)
        {
            var config = function.Settings.EventInvokeConfig;
            var expiresAt = invocation.AcceptedAt + TimeSpan.FromSeconds(config?.MaximumEventAgeInSeconds ?? EventInvokeConfig.DefaultMaximumEventAgeInSeconds);
            var pause = invocation.NotBefore - time.GetUtcNow();
            if (invocation.NotBefore < expiresAt && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellationToken);
            }

            var remaining = expiresAt - time.GetUtcNow();
            var result = invocation.NotBefore < expiresAt && remaining > TimeSpan.Zero
                ? await invoker.RunAsync(function, invocation.RequestId, invocation.Payload, parent, remaining, cancellationToken)
                : null;
            if (result is null)
            {
                await destination.SendFailureAsync(function, invocation, last, "EventAgeExceeded", cancellationToken);
                return;
            }

            last = result;
            invocation = invocation with { Attempts = invocation.Attempts + 1 };
            if (result.Succeeded)
            {
                await destination.SendSuccessAsync(function, invocation, result, cancellationToken);
                return;
            }

            if (invocation.Attempts > (function.Settings.EventInvokeConfig?.MaximumRetryAttempts ?? EventInvokeConfig.DefaultMaximumRetryAttempts))
            {
                await destination.SendFailureAsync(function, invocation, result, "RetriesExhausted", cancellationToken);
                return;
            }

            var delay = options.AsynchronousRetryDelay * Math.Pow(2, invocation.Attempts - 1);
            invocation = invocation with { NotBefore = time.GetUtcNow() + delay };
            await journal.PutAsync(invocation.RequestId, invocation);
            LambdaLog.WillRetry(logger, function.Name, invocation.RequestId, invocation.Attempts, delay);
        }
    }
}
