using ImageApp.AppHost.Hosting.Functions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>
/// Says at the terminal which resource failed, with its last lines: the orchestrator writes them to the dashboard only, and the terminal
/// would wait in silence for a gallery that never comes.
/// </summary>
internal sealed partial class FailureMessages(
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IHostApplicationLifetime lifetime,
    ILogger<FailureMessages> logger)
    : BackgroundService
{
    private const int Lines = 12;

    private static readonly TimeSpan LogsPatience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What ends once the application stops has not failed.
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var states = new Dictionary<string, string?>(StringComparer.Ordinal);
        try
        {
            await foreach (var change in notifications.WatchAsync(running.Token))
            {
                var before = states.GetValueOrDefault(change.ResourceId);
                var state = change.Snapshot.State?.Text;
                states[change.ResourceId] = state;
                if (state != before && Failure(state, before, change.Snapshot.ExitCode) is { } failure)
                {
                    LogFailed(logger, change.Resource.Name, failure, await LastLinesAsync(change.ResourceId, running.Token));
                }
            }
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            // The application ends.
        }
    }

    /// <summary>What is said of a resource that came into a state; null where nothing failed.</summary>
    internal static string? Failure(string? state, string? before, int? exitCode) =>
        state == KnownResourceStates.FailedToStart ? "failed to start"
        : state == KnownResourceStates.RuntimeUnhealthy ? "waits for the container runtime, which does not answer"
        : (state == KnownResourceStates.Exited || state == KnownResourceStates.Finished)
            && before != KnownResourceStates.Stopping && exitCode is not (null or 0)
            ? $"ended by itself with exit code {exitCode}"
        : state?.StartsWith(FunctionProcess.GivenUp, StringComparison.Ordinal) == true ? $"does not poll. {state}"
        : null;

    private async Task<string> LastLinesAsync(string resource, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(LogsPatience);
        var last = new Queue<string>();
        try
        {
            await foreach (var batch in logs.GetAllAsync(resource).WithCancellation(deadline.Token))
            {
                foreach (var line in batch.SelectMany(entry => entry.Content.Split('\n')).Where(IsForPeople))
                {
                    if (last.Count == Lines)
                    {
                        last.Dequeue();
                    }

                    last.Enqueue(line.TrimEnd());
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            last.Enqueue("(its log could not be read to the end)");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The orchestrator's affair, whatever it is: a process that is being replaced has no log any more. What is said here ends
            // nothing, and least of all the application.
            last.Enqueue($"(its log could not be read: {e.Message})");
        }

        return string.Join('\n', last.Select(line => $"  {line}"));
    }

    // The frames of an exception's stack are for the dashboard.
    private static bool IsForPeople(string line) =>
        !string.IsNullOrWhiteSpace(line)
        && !line.StartsWith("   at ", StringComparison.Ordinal)
        && !line.StartsWith("--- End of stack trace", StringComparison.Ordinal);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Resource} {Failure}. Its last lines (all of them: dashboard, Console logs):\n{LastLines}")]
    private static partial void LogFailed(ILogger logger, string resource, string failure, string lastLines);
}
