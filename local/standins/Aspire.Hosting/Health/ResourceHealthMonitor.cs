using System.Collections.Concurrent;
using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Health;

/// <summary>Runs the health checks of running resources and says when a resource is ready.</summary>
internal sealed partial class ResourceHealthMonitor(
    ResourceNotificationService notifications, HealthCheckService checks, IDistributedApplicationEventing eventing, IServiceProvider services,
    IHostApplicationLifetime lifetime, ILogger<ResourceHealthMonitor> logger)
{
    private static readonly TimeSpan UntilHealthy = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan OnceHealthy = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, bool> _monitored = new(StringComparer.Ordinal);

    public void Start() => _ = Task.Run(WatchAsync);

    private async Task WatchAsync()
    {
        await foreach (var change in notifications.WatchAsync(lifetime.ApplicationStopping))
        {
            if (change.Snapshot.State?.Text == KnownResourceStates.Running && _monitored.TryAdd(change.ResourceId, true))
            {
                _ = Task.Run(() => MonitorAsync(change.Resource, change.ResourceId));
            }
        }
    }

    private async Task MonitorAsync(IResource resource, string resourceId)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
        var ready = false;
        try
        {
            while (!lifetime.ApplicationStopping.IsCancellationRequested)
            {
                if (!notifications.TryGetCurrentState(resourceId, out var current) || current.Snapshot.State?.Text != KnownResourceStates.Running)
                {
                    return;
                }

                var healthy = keys.Count == 0;
                if (keys.Count > 0)
                {
                    var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), lifetime.ApplicationStopping);
                    healthy = report.Status == HealthStatus.Healthy;
                    var reports = report.Entries.Select(entry => new HealthReportSnapshot(entry.Key, entry.Value.Status, entry.Value.Description, entry.Value.Exception?.ToString())).ToImmutableArray();
                    if (!reports.SequenceEqual(current.Snapshot.HealthReports))
                    {
                        await notifications.PublishUpdateAsync(resource, resourceId, state => state with { HealthReports = reports });
                    }
                }

                if (healthy && !ready)
                {
                    ready = true;
                    await eventing.PublishAsync(new ResourceReadyEvent(resource, services), lifetime.ApplicationStopping);
                }

                if (keys.Count == 0)
                {
                    return;
                }

                await Task.Delay(healthy ? OnceHealthy : UntilHealthy, lifetime.ApplicationStopping);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The application stops.
        }
        catch (Exception e)
        {
            // A callback of the application's failed; the resource stays as it is, and the log says why.
            LogFailed(logger, e, resource.Name);
        }
        finally
        {
            _monitored.TryRemove(resourceId, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Monitoring {Resource} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string resource);
}
