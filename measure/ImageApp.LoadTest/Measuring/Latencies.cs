using HdrHistogram;

namespace ImageApp.LoadTest.Measuring;

/// <summary>How long requests took: how many there were, their percentiles, and the worst.</summary>
internal sealed record Latencies(long Count, TimeSpan Median, TimeSpan P90, TimeSpan P95, TimeSpan P99, TimeSpan P999, TimeSpan Worst)
{
    public static Latencies Of(HistogramBase histogram) =>
        histogram.TotalCount == 0
            ? new Latencies(0, default, default, default, default, default, default)
            : new Latencies(
                histogram.TotalCount,
                At(histogram, 50),
                At(histogram, 90),
                At(histogram, 95),
                At(histogram, 99),
                At(histogram, 99.9),
                TimeSpan.FromMicroseconds(histogram.GetMaxValue())
            );

    private static TimeSpan At(HistogramBase histogram, double percentile) =>
        TimeSpan.FromMicroseconds(histogram.GetValueAtPercentile(percentile));
}
