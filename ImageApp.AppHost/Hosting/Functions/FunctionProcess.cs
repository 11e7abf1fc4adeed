using System.Globalization;
using Aspire.Hosting.AWS.Lambda;
using ImageApp.LocalAws.Lambda;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Functions;

/// <summary>
/// A function's process under the orchestrator: started when local AWS asks for one, left alone where a person has stopped it. Its state in
/// the dashboard says what the orchestrator cannot know: whether it polls, and what waits for it.
/// </summary>
internal sealed partial class FunctionProcess(
    LambdaProjectResource function,
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ResourceLoggerService loggers
)
{
    /// <summary>How the state begins of one that only a person starts again.</summary>
    public const string GivenUp = "Not started again";

    // How long the orchestrator may take to notice a process's end.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(3);

    private static readonly string[] OnItsWay = [KnownResourceStates.NotStarted, KnownResourceStates.Waiting, KnownResourceStates.Starting];
    private volatile ResourceStateSnapshot? _shown;
    private volatile bool _isStopped;
    private volatile bool _isFailed;
    private volatile bool _isRestarting;
    private Func<ExecuteCommandContext, Task<ExecuteCommandResult>>? _stop;

    /// <summary>What local AWS has to know of it.</summary>
    public FunctionRegistration Register(int memorySize, TimeSpan timeout, int maximumStarts) =>
        new(function.Name)
        {
            MemorySize = memorySize,
            Timeout = timeout,
            MaximumStarts = maximumStarts,
            AppliesEnvironment = true,
            Hindrance = Hindrance,
            RestartAsync = StartAgainAsync,
            StateChanged = state => _ = ShowAsync(state),
        };

    /// <summary>
    /// Notes that a person starts it, or that it starts at all: by then the orchestrator's commands are there, and its stop is told here.
    /// </summary>
    public void Starts()
    {
        _isStopped = false;
        var stop = function.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(IsStop);
        if (stop is null || stop.ExecuteCommand == StopAsync)
        {
            return;
        }

        _stop = stop.ExecuteCommand;
        function.Annotations.Remove(stop);
        function.Annotations.Add(
            new ResourceCommandAnnotation(
                stop.Name,
                stop.DisplayName,
                stop.UpdateState,
                StopAsync,
                stop.DisplayDescription,
                stop.Arguments,
                stop.ConfirmationMessage,
                stop.IconName,
                stop.IconVariant,
                stop.IsHighlighted,
                stop.Visibility,
                stop.ValidateArguments
            )
        );
    }

    /// <summary>Keeps its state true: the orchestrator tells of a process's end after local AWS knows why none is started.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
            {
                if (change.Resource != function)
                {
                    continue;
                }

                // Told in order, so that a restart ends with the latter.
                var state = change.Snapshot.State?.Text;
                if (state == KnownResourceStates.Stopping || state == KnownResourceStates.Running)
                {
                    _isStopped = state == KnownResourceStates.Stopping && !_isRestarting;
                }
                else if (HasEnded(state) && !_isStopped && _isFailed && _shown is { } shown)
                {
                    await ShowAsync(change.ResourceId, shown);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private static bool IsStop(ResourceCommandAnnotation command) => command.Name == KnownResourceCommands.StopCommand;

    private static bool HasEnded(string? state) => KnownResourceStates.TerminalStates.Contains(state);

    private Task<ExecuteCommandResult> StopAsync(ExecuteCommandContext context)
    {
        _isStopped = true;
        return _stop!(context);
    }

    private string? State() => notifications.TryGetCurrentState(function.Name, out var current) ? current.Snapshot.State?.Text : null;

    private StartHindrance? Hindrance() =>
        _isStopped ? StartHindrance.Stopped
        : State() is not { } state || OnItsWay.Contains(state) ? StartHindrance.OnItsWay
        : null;

    private async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        // Of a process that died local AWS knows by its connection, before the orchestrator does, which cannot stop what is gone.
        _isRestarting = true;
        try
        {
            if (await HasEndedSoonAsync(cancellationToken) || !await TryAsync(KnownResourceCommands.RestartCommand, cancellationToken))
            {
                if (!await TryAsync(KnownResourceCommands.StartCommand, cancellationToken))
                {
                    throw new InvalidOperationException($"{function.Name} could not be started; its log says why.");
                }
            }
        }
        finally
        {
            _isRestarting = false;
        }
    }

    private async Task<bool> HasEndedSoonAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(EndPatience);
        try
        {
            await notifications.WaitForResourceAsync(function.Name, KnownResourceStates.TerminalStates, patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It lives, and does not poll.
            return false;
        }
    }

    private async Task<bool> TryAsync(string command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteCommandAsync(function, command, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result.Success;
    }

    private async Task ShowAsync(FunctionState state)
    {
        // The state of a stopped resource stays as it is: by it the dashboard offers to start it.
        if (state.Status == FunctionStatus.Stopped)
        {
            LogStopped(loggers.GetLogger(function), state.Waiting, function.Name);
        }

        _isFailed = state.Status == FunctionStatus.Failed;
        _shown = Describe(state);
        if (_shown is { } shown && notifications.TryGetCurrentState(function.Name, out var current))
        {
            await ShowAsync(current.ResourceId, shown);
        }
    }

    private Task ShowAsync(string resourceId, ResourceStateSnapshot shown) =>
        notifications.PublishUpdateAsync(
            function,
            resourceId,
            snapshot => snapshot.State?.Text == shown.Text ? snapshot : snapshot with { State = shown }
        );

    private static ResourceStateSnapshot? Describe(FunctionState state) =>
        state switch
        {
            { Status: FunctionStatus.Active } => new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            { IsGivenUp: true } => new ResourceStateSnapshot(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{GivenUp} after {state.Attempts} attempts, {state.Waiting} events wait: {state.Reason}. "
                        + $"Restart it when that is mended"
                ),
                KnownResourceStateStyles.Error
            ),
            { Status: FunctionStatus.Failed, NextAttemptAt: { } next } => new ResourceStateSnapshot(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Does not poll after {state.Attempts} starts; next at {next.LocalDateTime:HH:mm:ss}"
                ),
                KnownResourceStateStyles.Error
            ),
            { Status: FunctionStatus.Failed } => new ResourceStateSnapshot(state.Reason ?? "Does not poll", KnownResourceStateStyles.Error),
            _ => null,
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Waiting} events wait for {Function}, which was stopped; start it to have them handled")]
    private static partial void LogStopped(ILogger logger, int waiting, string function);
}
