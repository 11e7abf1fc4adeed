namespace ImageApp.LoadTest.Reporting;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What the line is.</param>
/// <param name="Points">Seconds from the beginning, and values.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double Time, double Value)> Points);
