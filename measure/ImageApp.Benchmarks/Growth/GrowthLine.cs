namespace ImageApp.Benchmarks.Growth;

/// <summary>What one piece of work costs with more and more of something.</summary>
/// <param name="Name">What grows and what is measured.</param>
/// <param name="Unit">The unit of the cost.</param>
/// <param name="Points">How much there is, and what a piece of work costs then.</param>
internal sealed record GrowthLine(string Name, string Unit, IReadOnlyList<(double Size, double Cost)> Points);
