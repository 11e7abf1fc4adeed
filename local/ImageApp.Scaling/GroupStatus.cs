namespace ImageApp.Scaling;

/// <summary>A group as it is now: what its controller and its load balancer know.</summary>
/// <param name="Desired">How many instances there shall be.</param>
/// <param name="TimeFactor">How many times shorter the policy's times are than in the template.</param>
/// <param name="Instances">Every instance there is.</param>
/// <param name="Activities">What changed the group's size, newest last.</param>
public sealed record GroupStatus(
    int Desired,
    double TimeFactor,
    IReadOnlyList<InstanceStatus> Instances,
    IReadOnlyList<GroupActivity> Activities
);
