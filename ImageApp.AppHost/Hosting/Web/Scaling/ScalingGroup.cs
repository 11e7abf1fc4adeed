using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using ImageApp.Scaling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Web.Scaling;

/// <summary>
/// An Auto Scaling group on this machine: measures its instances, asks <see cref="TargetTracking"/> how many there shall be, starts and
/// stops them as resources, and registers them
/// with the load balancer, which gives a stopping one time to end its requests.
/// </summary>
internal sealed partial class ScalingGroup(
    ScalingOptions options,
    EndpointReference balancer,
    IReadOnlyList<ScalingInstance> instances,
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ILogger logger
) : BackgroundService
{
    // The target group's deregistration delay in deploy/web.yaml.
    private static readonly TimeSpan DeregistrationDelay = TimeSpan.FromSeconds(60);
    private readonly TargetTracking _tracking = new(options.Policy);
    private readonly List<GroupActivity> _activities = [];
    private readonly List<Task> _changes = [];
    private readonly HttpClient _client = new() { Timeout = DeregistrationDelay + TimeSpan.FromSeconds(30) };

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await notifications.WaitForResourceAsync(balancer.Resource.Name, KnownResourceStates.Running, stoppingToken);
            LogBegins(logger, options.MinSize, options.MaxSize, options.TimeFactor, options.InstanceCores);
            foreach (var instance in instances.Take(options.MinSize))
            {
                Start(instance, LaunchAsync, stoppingToken);
            }

            // Not whole periods only, so that the group is seen as it is now; the controller gets one measurement a period.
            var clock = Stopwatch.StartNew();
            using var timer = new PeriodicTimer(options.Policy.Period);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Measure();
                var metrics = instances
                    .Where(instance => instance.Launched)
                    .Select(instance => new InstanceMetric(
                        instance.Cpu ?? 0,
                        instance.InService is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero
                    ))
                    .ToList();
                if (_tracking.Observe(clock.Elapsed, metrics) is { } decision)
                {
                    Resize(decision, stoppingToken);
                }

                await ReportAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops, and with it every instance.
        }
        finally
        {
            await Task.WhenAll(_changes);
        }
    }

    private void Measure()
    {
        foreach (var instance in instances.Where(instance => instance.Launched))
        {
            if (
                notifications.TryGetCurrentState(instance.Id, out var state)
                && state.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id
                && int.TryParse(
                    Convert.ToString(id, CultureInfo.InvariantCulture),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var processId
                )
            )
            {
                instance.Measure(processId, options.InstanceCores);
            }
        }
    }

    private void Resize(ScalingDecision decision, CancellationToken stoppingToken)
    {
        LogResize(logger, decision.Desired, decision.Cause);
        _activities.Add(new GroupActivity(DateTimeOffset.UtcNow, decision.Desired, decision.Cause));
        var running = instances.Where(instance => instance.Launched).ToList();
        foreach (var instance in instances.Except(running).Take(decision.Desired - running.Count))
        {
            Start(instance, LaunchAsync, stoppingToken);
        }

        // The youngest goes first.
        foreach (var instance in running.Skip(decision.Desired).Reverse())
        {
            instance.Launched = false;
            Start(instance, TerminateAsync, stoppingToken);
        }
    }

    private void Start(ScalingInstance instance, Func<ScalingInstance, CancellationToken, Task> change, CancellationToken stoppingToken)
    {
        _changes.RemoveAll(task => task.IsCompletedSuccessfully);
        _changes.Add(GuardAsync());

        async Task GuardAsync()
        {
            try
            {
                await change(instance, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The application stops.
            }
            catch (Exception e) when (e is HttpRequestException or DistributedApplicationException or OperationCanceledException)
            {
                // One instance that fails must not end the group; the next decision tries again.
                LogFailed(logger, instance.Id, e.Message);
                instance.Forget();
            }
        }
    }

    private async Task LaunchAsync(ScalingInstance instance, CancellationToken cancellationToken)
    {
        instance.Launched = true;
        var state = notifications.TryGetCurrentState(instance.Id, out var now) ? now.Snapshot.State?.Text : null;
        if (
            (state == KnownResourceStates.NotStarted || KnownResourceStates.TerminalStates.Contains(state))
            && await commands.ExecuteCommandAsync(instance.Id, KnownResourceCommands.StartCommand, cancellationToken)
                is { Success: false } refused
        )
        {
            throw new DistributedApplicationException(refused.Message ?? "It could not be started.");
        }

        await notifications.WaitForResourceAsync(instance.Id, KnownResourceStates.Running, cancellationToken);
        using (
            var registered = await _client.PutAsync(
                new Uri(new Uri(balancer.Url), $"/.balancer/targets/{instance.Id}?address={Uri.EscapeDataString(instance.Endpoint.Url)}"),
                null,
                cancellationToken
            )
        )
        {
            registered.EnsureSuccessStatusCode();
        }

        while ((await GroupAsync(cancellationToken)).Instances.FirstOrDefault(target => target.Id == instance.Id)?.State != "healthy")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        instance.InService = Stopwatch.GetTimestamp();
        LogInService(logger, instance.Id);
    }

    private async Task TerminateAsync(ScalingInstance instance, CancellationToken cancellationToken)
    {
        var delay = (DeregistrationDelay / options.TimeFactor).TotalSeconds.ToString(CultureInfo.InvariantCulture);
        using (
            var deregistered = await _client.DeleteAsync(
                new Uri(new Uri(balancer.Url), $"/.balancer/targets/{instance.Id}?delay={delay}"),
                cancellationToken
            )
        )
        {
            if (deregistered.StatusCode != HttpStatusCode.NotFound)
            {
                deregistered.EnsureSuccessStatusCode();
            }
        }

        await commands.ExecuteCommandAsync(instance.Id, KnownResourceCommands.StopCommand, cancellationToken);
        instance.Forget();
        LogTerminated(logger, instance.Id);
    }

    private async Task<GroupStatus> GroupAsync(CancellationToken cancellationToken) =>
        (
            await _client.GetFromJsonAsync(
                new Uri(new Uri(balancer.Url), "/.balancer/group"),
                ScalingJson.Default.GroupStatus,
                cancellationToken
            )
        )!;

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        var status = new GroupStatus(
            _tracking.Desired,
            options.TimeFactor,
            [
                .. instances
                    .Where(instance => instance.Launched)
                    .Select(instance => new InstanceStatus(instance.Id, "", instance.Cpu, 0, 0, 0)),
            ],
            _activities
        );
        try
        {
            using var answer = await _client.PutAsJsonAsync(
                new Uri(new Uri(balancer.Url), "/.balancer/group"),
                status,
                ScalingJson.Default.GroupStatus,
                cancellationToken
            );
            answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException e)
        {
            // Only those who look at the group miss something.
            LogNotReported(logger, e.Message);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Auto Scaling: {Minimum} to {Maximum} instances at 70 % CPU, every time {Factor} times shorter than on AWS, an instance is taken for {Cores} of a core"
    )]
    private static partial void LogBegins(ILogger logger, int minimum, int maximum, double factor, double cores);

    [LoggerMessage(Level = LogLevel.Information, Message = "Auto Scaling: {Desired} instances; {Cause}")]
    private static partial void LogResize(ILogger logger, int desired, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Auto Scaling: {Instance} is in service")]
    private static partial void LogInService(ILogger logger, string instance);

    [LoggerMessage(Level = LogLevel.Information, Message = "Auto Scaling: {Instance} is terminated")]
    private static partial void LogTerminated(ILogger logger, string instance);

    [LoggerMessage(Level = LogLevel.Error, Message = "Auto Scaling: {Instance} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string instance, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Auto Scaling: the load balancer could not be told: {Reason}")]
    private static partial void LogNotReported(ILogger logger, string reason);
}
