namespace ImageApp.Scaling;

/// <summary>One instance of a group.</summary>
/// <param name="Id">Its name.</param>
/// <param name="State">Its target's health as a load balancer calls it: initial, healthy, unhealthy or draining (Elastic Load Balancing
/// API, TargetHealth).</param>
/// <param name="Cpu">Its CPU over the last period, 0 to 1, or null where it is not known yet.</param>
/// <param name="Requests">Requests it has got.</param>
/// <param name="Failures">Of those, the ones it answered with a server error or not at all.</param>
/// <param name="InFlight">Requests it works on now.</param>
public sealed record InstanceStatus(string Id, string State, double? Cpu, long Requests, long Failures, int InFlight);
