namespace ImageApp.Scaling;

/// <summary>A simulated group in one second.</summary>
/// <param name="Time">From the beginning of the load.</param>
/// <param name="Load">Requests that came in this second.</param>
/// <param name="Desired">How many instances there shall be.</param>
/// <param name="InService">How many get requests.</param>
/// <param name="Cpu">The average of those, 0 to 1.</param>
/// <param name="Unserved">Requests that found no CPU in this second.</param>
/// <param name="Cause">Why the size was changed, or null where it was not.</param>
public sealed record SimulatedMoment(TimeSpan Time, double Load, int Desired, int InService, double Cpu, double Unserved, string? Cause);
