using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Runs one attempt of an invocation: hands it to a poller and holds the function to its time-out and memory.</summary>
internal sealed class FunctionInvoker(
    TimeProvider time,
    LambdaMetrics metrics,
    IHostApplicationLifetime lifetime,
    ILogger<FunctionInvoker> logger)
{
    private static readonly TimeSpan s_sampleInterval = TimeSpan.FromMilliseconds(100);

    // HTTP clients and Kestrel close a connection that is idle for a minute or more, while the function still works. So a known process
    // counts, not its
    // connection; and where the process is unknown, a connection that closes sooner than any idle one would.
    private static readonly TimeSpan s_shortestIdleLifetime = TimeSpan.FromSeconds(50);

    /// <summary>Is cancelled when local AWS stops.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    /// <summary>Runs the function; a process of it may take <paramref name="waitForPoller"/> to ask for the invocation.</summary>
    /// <returns>The result; null where no process asked for it in time.</returns>
    public async Task<InvocationResult?> RunAsync(
        Function function,
        Invocation invocation,
        ActivityContext parent,
        TimeSpan waitForPoller,
        CancellationToken cancellationToken)
    {
        var requestId = invocation.RequestId;
        var (activity, trace) = LocalAwsTelemetry.Start($"Lambda Invoke {function.Name}", ActivityKind.Consumer, parent);
        using var ended = activity;
        activity
            ?.SetTag("faas.invoked_name", function.Name)
            .SetTag("faas.invocation_id", requestId)
            .SetTag("cloud.resource_id", function.Arn);
        invocation.Trace = trace;
        function.Enqueue(invocation);
        try
        {
            var poller = await WaitForPollerAsync(function, invocation, waitForPoller, cancellationToken);
            if (poller is null && !invocation.Ended.IsCompleted)
            {
                activity?.SetStatus(ActivityStatusCode.Error, "No process asked for the invocation.");
                return null;
            }

            var result = await RunTakenAsync(function, invocation, poller, cancellationToken);
            if (!result.Succeeded)
            {
                activity?.SetStatus(ActivityStatusCode.Error, result.ErrorType).SetTag("error.type", result.ErrorType);
            }

            return result;
        }
        finally
        {
            function.Withdraw(invocation);
            function.End(invocation);
        }
    }

    private static async Task<RuntimePoller?> WaitForPollerAsync(
        Function function,
        Invocation invocation,
        TimeSpan wait,
        CancellationToken cancellationToken)
    {
        try
        {
            // An init error ends an invocation that no poller has taken.
            await Task.WhenAny(invocation.Taken, invocation.Ended).WaitAsync(wait, cancellationToken);
        }
        catch (TimeoutException) when (function.Withdraw(invocation))
        {
            return null;
        }
        catch (TimeoutException)
        {
            // A poller is just taking it.
            await Task.WhenAny(invocation.Taken, invocation.Ended).WaitAsync(cancellationToken);
        }

        return invocation.Taken.IsCompletedSuccessfully ? await invocation.Taken : null;
    }

    private async Task<InvocationResult> RunTakenAsync(
        Function function,
        Invocation invocation,
        RuntimePoller? poller,
        CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        void Write(string line)
        {
            lines.Append(line).Append('\n');
            logger.PlatformLine(function.Name, line);
        }

        Write($"START RequestId: {invocation.RequestId} Version: $LATEST");
        var started = time.GetTimestamp();
        var (outcome, maximumBytes) = poller is null
            ? (await invocation.Ended, 0)
            : await SuperviseAsync(function, invocation, poller, cancellationToken);
        var duration = time.GetElapsedTime(started);
        metrics.Ended(function.Name, duration, outcome.ErrorType);
        Write($"END RequestId: {invocation.RequestId}");
        Write(Report(function, invocation, outcome, duration, maximumBytes));
        if (outcome.ErrorType is not null)
        {
            logger.InvocationFailed(function.Name, invocation.RequestId, outcome.ErrorType, Encoding.UTF8.GetString(outcome.Payload));
        }

        if (outcome.NeedsRestart)
        {
            function.Starter.Restart();
        }

        return new InvocationResult(invocation.RequestId, outcome.Payload, outcome.ErrorType, lines.ToString());
    }

    private async Task<(InvocationOutcome Outcome, long MaximumBytes)> SuperviseAsync(
        Function function,
        Invocation invocation,
        RuntimePoller poller,
        CancellationToken cancellationToken)
    {
        var id = invocation.RequestId;
        var maximumBytes = poller.Process?.ResidentBytes() ?? 0;
        var taken = time.GetTimestamp();
        var connectionLost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = poller.ConnectionClosed.Register(() =>
        {
            if (poller.Process is null && time.GetElapsedTime(taken) < s_shortestIdleLifetime)
            {
                connectionLost.TrySetResult();
            }
        });
        while (true)
        {
            var untilDeadline = invocation.Deadline - time.GetUtcNow();
            if (untilDeadline <= TimeSpan.Zero)
            {
                invocation.TryEnd(
                    InvocationOutcome.Failed(
                        "Sandbox.Timedout",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"RequestId: {id} Error: Task timed out after {function.Timeout.TotalSeconds:F2} seconds"),
                        needsRestart: true));
                return (await invocation.Ended, maximumBytes);
            }

            var pause = poller.Process is not null && s_sampleInterval < untilDeadline ? s_sampleInterval : untilDeadline;
            await Task.WhenAny(invocation.Ended, connectionLost.Task, Task.Delay(pause, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            maximumBytes = Math.Max(maximumBytes, poller.Process?.ResidentBytes() ?? 0);
            if (invocation.Ended.IsCompleted)
            {
                return (await invocation.Ended, maximumBytes);
            }

            if (poller.Process is { } process && maximumBytes > function.Settings.MemorySize * 1024L * 1024L && process.IsRunning)
            {
                logger.OutOfMemory(function.Name, process.Id, Megabytes(maximumBytes), function.Settings.MemorySize);
                process.Kill();
                invocation.TryEnd(
                    InvocationOutcome.Failed(
                        "Runtime.ExitError",
                        $"RequestId: {id} Error: Runtime exited with error: signal: killed",
                        needsRestart: true));
                return (await invocation.Ended, maximumBytes);
            }

            if (poller.Process is null ? connectionLost.Task.IsCompleted : !poller.Process.IsRunning)
            {
                invocation.TryEnd(
                    InvocationOutcome.Failed(
                        "Runtime.ExitError",
                        $"RequestId: {id} Error: Runtime exited without providing a reason",
                        needsRestart: poller.Process is not null));
                return (await invocation.Ended, maximumBytes);
            }
        }
    }

    private static string Report(Function function, Invocation invocation, InvocationOutcome outcome, TimeSpan duration, long maximumBytes)
    {
        var status = outcome.ErrorType switch
        {
            null => "",
            "Sandbox.Timedout" => "\tStatus: timeout",
            var errorType => $"\tStatus: error\tError Type: {errorType}",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"REPORT RequestId: {invocation.RequestId}\tDuration: {duration.TotalMilliseconds:F2} ms\tBilled Duration: "
            + $"{Math.Ceiling(duration.TotalMilliseconds):F0} ms\tMemory Size: {function.Settings.MemorySize} MB\tMax Memory Used: "
            + $"{Megabytes(maximumBytes)} MB{status}");
    }

    private static long Megabytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
