using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace ImageApp.Balancer;

/// <summary>One route for everything, to one cluster, round robin and without stickiness, as the listener and target group of
/// <c>deploy/web.yaml</c>.</summary>
internal static class ProxyRoutes
{
    private const string Cluster = "web";

    public static RouteConfig All { get; } =
        new()
        {
            RouteId = "all",
            ClusterId = Cluster,
            Match = new RouteMatch { Path = "/{**path}" },
            // The app judges where a form comes from by the address that the browser asked.
            Transforms = [new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" }],
        };

    public static ClusterConfig To(IEnumerable<KeyValuePair<string, Uri>> targets) =>
        new()
        {
            ClusterId = Cluster,
            LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
            // Server-sent events are quiet for long; the load balancer's idle timeout is the same.
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(300) },
            Destinations = targets.ToDictionary(
                target => target.Key,
                target => new DestinationConfig { Address = target.Value.ToString() }
            ),
        };
}
