namespace ImageApp.Benchmarks.Reporting;

/// <summary>What is told of several measurements of one thing.</summary>
internal static class Statistics
{
    /// <summary>The middle one.</summary>
    public static double Median(this IEnumerable<double> values) => values.Percentile(50);

    /// <summary>The smallest that a share of all do not exceed.</summary>
    /// <param name="values">The measurements, at least one.</param>
    /// <param name="percent">The share, above 0 and up to 100.</param>
    public static double Percentile(this IEnumerable<double> values, double percent)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
    }
}
