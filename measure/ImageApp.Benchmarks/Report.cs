namespace ImageApp.Benchmarks;

/// <summary>One measurement beside its peer's.</summary>
internal static class Report
{
    public static void Print(string what, IReadOnlyList<TimeSpan> ours, string peer, IReadOnlyList<TimeSpan> theirs)
    {
        Console.WriteLine();
        Console.WriteLine(what);
        Console.WriteLine(
            $"  ImageApp  median {Milliseconds(Percentile(ours, 50))}, 95th percentile {Milliseconds(Percentile(ours, 95))}, worst {Milliseconds(ours.Max())}, of {ours.Count}"
        );
        Console.WriteLine($"  peer      median {Milliseconds(Percentile(theirs, 50))}, of {theirs.Count}: {peer}");
        Console.WriteLine($"  ratio     {Percentile(ours, 50) / Percentile(theirs, 50):0.00}");
    }

    private static TimeSpan Percentile(IReadOnlyList<TimeSpan> values, int percent) =>
        values.Order().ElementAt((int)Math.Ceiling(values.Count * percent / 100.0) - 1);

    private static string Milliseconds(TimeSpan value) => $"{value.TotalMilliseconds:N0} ms";
}
