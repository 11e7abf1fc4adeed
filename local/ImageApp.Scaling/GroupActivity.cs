namespace ImageApp.Scaling;

/// <summary>A change of a group's size.</summary>
/// <param name="At">When.</param>
/// <param name="Desired">How many instances there were to be from then on.</param>
/// <param name="Cause">Why, in words.</param>
public sealed record GroupActivity(DateTimeOffset At, int Desired, string Cause);
