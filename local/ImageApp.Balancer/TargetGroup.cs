using System.Collections.Concurrent;
using ImageApp.Scaling;
using Yarp.ReverseProxy.Configuration;

namespace ImageApp.Balancer;

/// <summary>The targets there are; the proxy gets those that are healthy.</summary>
internal sealed class TargetGroup(InMemoryConfigProvider proxy)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Target> _targets = new(StringComparer.Ordinal);

    /// <summary>What the group's controller last told, for those who follow the group here.</summary>
    public GroupStatus? Reported { get; set; }

    public IReadOnlyList<Target> Targets => [.. _targets.Values.OrderBy(target => target.Id, StringComparer.Ordinal)];

    /// <summary>Takes a target in. It gets requests when its health checks have succeeded.</summary>
    public void Register(string id, Uri address) => _targets[id] = new Target(id, address);

    /// <summary>Sends a target no more requests; those it has, it may end.</summary>
    /// <returns>The target, or null where there is none of that name.</returns>
    public Target? Deregister(string id)
    {
        if (!_targets.TryGetValue(id, out var target))
        {
            return null;
        }

        SetState(target, "draining");
        return target;
    }

    /// <summary>Forgets a target that was deregistered.</summary>
    public void Remove(string id) => _targets.TryRemove(id, out _);

    public Target? Find(string id) => _targets.GetValueOrDefault(id);

    /// <summary>Changes a target's state, and with it who gets requests.</summary>
    public void SetState(Target target, string state)
    {
        lock (_gate)
        {
            if (target.State == state || target.State == "draining")
            {
                return;
            }

            target.State = state;

            // Where none is healthy all are asked, as Elastic Load Balancing does (fail open): better a slow answer than none.
            var healthy = _targets.Values.Where(other => other.State == "healthy").ToList();
            var serving = healthy.Count > 0 ? healthy : [.. _targets.Values.Where(other => other.State == "unhealthy")];
            proxy.Update([ProxyRoutes.All], [ProxyRoutes.To(serving.Select(other => KeyValuePair.Create(other.Id, other.Address)))]);
        }
    }

    /// <summary>The targets with what the controller told of them.</summary>
    public GroupStatus Status()
    {
        var cpu = (Reported?.Instances ?? []).ToDictionary(instance => instance.Id, instance => instance.Cpu);
        return new GroupStatus(
            Reported?.Desired ?? _targets.Count,
            Reported?.TimeFactor ?? 1,
            [
                .. Targets.Select(target => new InstanceStatus(
                    target.Id,
                    target.State,
                    cpu.GetValueOrDefault(target.Id),
                    target.Requests,
                    target.Failures,
                    target.InFlight
                )),
            ],
            Reported?.Activities ?? []
        );
    }
}
