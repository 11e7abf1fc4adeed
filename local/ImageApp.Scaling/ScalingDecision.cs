namespace ImageApp.Scaling;

/// <summary>A change of the group's size, and why.</summary>
/// <param name="Desired">How many instances there shall be.</param>
/// <param name="Cause">In words, as the group's activity history has it.</param>
public sealed record ScalingDecision(int Desired, string Cause);
