using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>
/// Ends every process before the AppHost itself ends: first what serves, while the dashboard still takes its last telemetry, then the
/// database. The orchestrator alone would do it after the AppHost has gone, when the terminal already says that all is over.
/// </summary>
internal sealed partial class OrderlyStop(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    IDistributedApplicationEventing eventing,
    ILogger<OrderlyStop> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private volatile bool _isStarted;
    private volatile bool _hasProcesses;

    /// <summary>Whether something was started that nobody has stopped: the start was cut short.</summary>
    public bool IsCutShort => _hasProcesses;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasProcesses = false;
        if (!_isStarted)
        {
            // What is yet to be created cannot be stopped by itself, only with everything else. And whoever disposes of an application
            // stops it once more, when there is no orchestrator left to ask.
            return;
        }

        _isStarted = false;

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(model.Resources.OfType<ProjectResource>().Select(project => StopAsync(project, deadline.Token)));
            await Task.WhenAll(model.Resources.OfType<ExecutableResource>()
                .Where(executable => executable.Name != "aspire-dashboard").Select(executable => StopAsync(executable, deadline.Token)));
        }
        catch (OperationCanceledException)
        {
            // The orchestrator ends what is left.
            LogLeft(logger, Patience.TotalSeconds);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        eventing.Subscribe<BeforeResourceStartedEvent>(
            (_, _) =>
            {
                _hasProcesses = true;
                return Task.CompletedTask;
            }
        );
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _isStarted = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StopAsync(IResource resource, CancellationToken cancellationToken)
    {
        // One that is just being started cannot be stopped yet.
        while (!IsOver(resource))
        {
            var result = await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StopCommand, cancellationToken);
            if (result.Success)
            {
                return;
            }

            LogNotStopped(logger, resource.Name, result.Message);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    // What waits for another has no process. A name that several processes share is not found, and all of them are told.
    private bool IsOver(IResource resource) =>
        notifications.TryGetCurrentState(resource.Name, out var current)
        && current.Snapshot.State?.Text is { } state
        && (state == KnownResourceStates.NotStarted || state == KnownResourceStates.Waiting
            || KnownResourceStates.TerminalStates.Contains(state));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not everything ended within {Seconds:0} s; the orchestrator ends the rest")]
    private static partial void LogLeft(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Resource} was not stopped: {Reason}")]
    private static partial void LogNotStopped(ILogger logger, string resource, string? reason);
}
