using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known of every resource, and every change of it.</summary>
public class ResourceNotificationService
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _states = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly Lock _lock = new();

    /// <summary>Changes what is known of a resource.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory) => PublishUpdateAsync(resource, resource.Name, stateFactory);

    /// <summary>Changes what is known of one instance of a resource.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_lock)
        {
            var snapshot = stateFactory(_states.TryGetValue(resourceId, out var current) ? current.Snapshot : Initial(resource));

            // A check that has not run yet must not let a resource look healthy.
            var checks = resource.Annotations.OfType<HealthCheckAnnotation>().ToList();
            if (snapshot.HealthReports.Length == 0 && checks.Count > 0)
            {
                snapshot = snapshot with { HealthReports = [.. checks.Select(check => new HealthReportSnapshot(check.Key, null, null, null))] };
            }

            var change = new ResourceEvent(resource, resourceId, snapshot);
            _states[resourceId] = change;
            _watchers.ForEach(watcher => watcher.Writer.TryWrite(change));
        }

        return Task.CompletedTask;
    }

    /// <summary>What is known of a resource or instance.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent) => _states.TryGetValue(resourceId, out resourceEvent);

    /// <summary>What is known now, then every change, until cancelled.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_lock)
        {
            foreach (var state in _states.Values)
            {
                channel.Writer.TryWrite(state);
            }

            _watchers.Add(channel);
        }

        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                ResourceEvent next;
                try
                {
                    next = await channel.Reader.ReadAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    yield break;
                }

                yield return next;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <summary>Waits until a resource is in a state; <c>Running</c> by default.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, change => change.Snapshot.State?.Text == (targetState ?? KnownResourceStates.Running), cancellationToken);

    /// <summary>Waits until something is true of a resource.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if ((string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) || string.Equals(change.ResourceId, resourceName, StringComparison.OrdinalIgnoreCase)) && predicate(change))
            {
                return change;
            }
        }

        throw new OperationCanceledException($"The operation was cancelled before the resource '{resourceName}' got there; {Describe(resourceName)}.", cancellationToken);
    }

    /// <summary>Waits until a resource runs and its health checks pass.</summary>
    /// <exception cref="DistributedApplicationException">It ended or could not be started.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var change = await WaitForResourceAsync(
            resourceName,
            change => change.Snapshot.HealthStatus == HealthStatus.Healthy || IsOver(change.Snapshot),
            cancellationToken);
        return IsOver(change.Snapshot)
            ? throw new DistributedApplicationException($"The resource '{resourceName}' will not become healthy: it is {change.Snapshot.State?.Text}{(change.Snapshot.ExitCode is { } code ? $" with exit code {code}" : "")}.")
            : change;
    }

    internal async Task PublishInitialAsync(DistributedApplicationModel model)
    {
        foreach (var resource in model.Resources.ToList())
        {
            await PublishUpdateAsync(resource, state => state with
            {
                Relationships = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relation => new RelationshipSnapshot(relation.Resource.Name, relation.Type)),
                    .. resource is IResourceWithParent child ? [new RelationshipSnapshot(child.Parent.Name, "Parent")] : ImmutableArray<RelationshipSnapshot>.Empty],
            });
        }
    }

    internal void Remove(IResource resource)
    {
        lock (_lock)
        {
            _states.TryRemove(resource.Name, out _);
        }
    }

    internal IReadOnlyList<ResourceEvent> All => [.. _states.Values];

    private static bool IsOver(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text is { } state && (KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.RuntimeUnhealthy || state == "Failed to Provision");

    private string Describe(string resourceName) => TryGetCurrentState(resourceName, out var state)
        ? $"it is {state.Snapshot.State?.Text ?? "unknown"}, {state.Snapshot.HealthStatus?.ToString() ?? "of unknown health"}: {string.Join("; ", state.Snapshot.HealthReports.Select(report => report.Description))}"
        : "nothing is known of it";

    // The dashboard takes no resource without a creation time.
    private static CustomResourceSnapshot Initial(IResource resource)
    {
        var initial = resource.Annotations.OfType<ResourceSnapshotAnnotation>().LastOrDefault()?.InitialSnapshot ?? Plain(resource);
        return initial with { CreationTimeStamp = initial.CreationTimeStamp ?? DateTime.UtcNow };
    }

    private static CustomResourceSnapshot Plain(IResource resource) => new()
    {
        ResourceType = resource switch
        {
            ProjectResource => "Project",
            ContainerResource => "Container",
            ExecutableResource => "Executable",
            _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
        },
        Properties = [],
    };
}
