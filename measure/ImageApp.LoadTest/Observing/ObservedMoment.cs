using ImageApp.Scaling;

namespace ImageApp.LoadTest.Observing;

/// <summary>The group at a moment of the test.</summary>
internal sealed record ObservedMoment(TimeSpan Time, GroupStatus Group);
