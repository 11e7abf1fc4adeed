using System.Diagnostics;
using System.Globalization;
using ImageApp.LocalAws.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Hands invocations to runtimes and keeps the function's limits while they run.</summary>
internal sealed partial class FunctionInvoker(LocalAwsTelemetry telemetry, ILogger<FunctionInvoker> logger)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Invokes a function and waits for its outcome.</summary>
    /// <param name="function">The function.</param>
    /// <param name="requestId">The invocation's id.</param>
    /// <param name="payload">The event.</param>
    /// <param name="traceParent">The trace it belongs to.</param>
    /// <param name="patience">How long it may wait for a runtime to take it.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public async Task<InvocationResult> InvokeAsync(LambdaFunction function, string requestId, ReadOnlyMemory<byte> payload, string? traceParent, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var span = telemetry.Start($"Lambda invoke {function.Name}", ActivityKind.Server, traceParent);
        span?.SetTag("faas.invoked_name", function.Name).SetTag("faas.invocation_id", requestId).SetTag("aws.lambda.invoked_arn", function.Arn);
        var invocation = new Invocation(requestId, payload, LocalAwsTelemetry.CurrentTraceParent(traceParent));
        await function.Waiting.Writer.WriteAsync(invocation, cancellationToken);
        try
        {
            await invocation.Started.Task.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            var expired = InvocationResult.Failed("Runtime.Unavailable", $"RequestId: {requestId} Error: no runtime of {function.Name} took the invocation within {patience.TotalSeconds:0} seconds; is the function's process running?");
            invocation.Outcome.TrySetResult(expired);
            return expired;
        }

        var started = Stopwatch.GetTimestamp();
        var result = await invocation.Outcome.Task.WaitAsync(cancellationToken);
        telemetry.CountInvocation(function.Name, result.ErrorType ?? "success", Stopwatch.GetElapsedTime(started));
        if (result.ErrorType is not null)
        {
            span?.SetTag("error.type", result.ErrorType).SetStatus(ActivityStatusCode.Error);
        }

        return result;
    }

    /// <summary>Watches an invocation that a runtime has taken: its time, its process and that process's memory.</summary>
    /// <param name="function">The function.</param>
    /// <param name="invocation">The invocation.</param>
    /// <param name="process">The process that took it, where it could be found on this machine.</param>
    public async Task SuperviseAsync(LambdaFunction function, Invocation invocation, int? process)
    {
        var registration = function.Registration;
        var started = Stopwatch.GetTimestamp();
        long mostMemory = 0;
        LogStart(logger, invocation.RequestId, function.Name);
        while (!invocation.Outcome.Task.IsCompleted)
        {
            var left = registration.Timeout - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                var seconds = registration.Timeout.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
                Fail(function, invocation, "Sandbox.Timedout", $"RequestId: {invocation.RequestId} Error: Task timed out after {seconds} seconds", process);
                break;
            }

            if (process is { } id)
            {
                if (PollingProcess.ResidentBytes(id) is not { } memory)
                {
                    Fail(function, invocation, "Runtime.ExitError", $"RequestId: {invocation.RequestId} Error: Runtime exited before completing the invocation", process: null);
                    break;
                }

                mostMemory = Math.Max(mostMemory, memory);
                if (memory > registration.MemorySize * 1024L * 1024L)
                {
                    Fail(function, invocation, "Runtime.ExitError", $"RequestId: {invocation.RequestId} Error: Runtime exited with error: signal: killed (used {memory / 1024 / 1024} MB of {registration.MemorySize} MB)", process);
                    break;
                }
            }

            await Task.WhenAny(invocation.Outcome.Task, Task.Delay(left < SampleInterval ? left : SampleInterval));
        }

        function.Running.TryRemove(invocation.RequestId, out _);
        var duration = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        LogReport(logger, invocation.RequestId, duration, Math.Ceiling(duration), registration.MemorySize, mostMemory / 1024 / 1024, (await invocation.Outcome.Task).ErrorType ?? "success");
    }

    private void Fail(LambdaFunction function, Invocation invocation, string errorType, string message, int? process)
    {
        if (!invocation.Outcome.TrySetResult(InvocationResult.Failed(errorType, message)))
        {
            return;
        }

        LogFailed(logger, function.Name, message);
        if (process is { } id && id != Environment.ProcessId)
        {
            // AWS throws the execution environment away; what goes on in it must not touch anything after its caller was told it failed.
            PollingProcess.Kill(id);
        }

        if (function.Registration.RestartAsync is { } restart)
        {
            _ = RestartAsync(function.Name, restart);
        }
    }

    private async Task RestartAsync(string name, Func<CancellationToken, Task> restart)
    {
        try
        {
            await restart(CancellationToken.None);
        }
        catch (Exception e)
        {
            // The host's own code failed; the invocation is decided already, and the next one waits for a runtime.
            LogNotRestarted(logger, e, name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "START RequestId: {RequestId} Function: {Function}")]
    private static partial void LogStart(ILogger logger, string requestId, string function);

    [LoggerMessage(Level = LogLevel.Information, Message = "REPORT RequestId: {RequestId} Duration: {Duration:F2} ms Billed Duration: {Billed} ms Memory Size: {MemorySize} MB Max Memory Used: {MaxMemory} MB Status: {Status}")]
    private static partial void LogReport(ILogger logger, string requestId, double duration, double billed, int memorySize, long maxMemory, string status);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string function, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} could not be restarted")]
    private static partial void LogNotRestarted(ILogger logger, Exception exception, string function);
}
