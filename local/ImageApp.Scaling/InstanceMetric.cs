namespace ImageApp.Scaling;

/// <summary>One instance's CPU over the last period.</summary>
/// <param name="Cpu">0 to 1 of the instance.</param>
/// <param name="Age">How long ago it was launched.</param>
public readonly record struct InstanceMetric(double Cpu, TimeSpan Age);
