namespace ImageApp.LoadTest.Measuring;

/// <summary>What a load test measured.</summary>
internal sealed record LoadResult(
    Latencies All,
    long Failed,
    IReadOnlyList<(string Reason, long Count)> Failures,
    IReadOnlyList<(string Path, Latencies Latencies)> Paths,
    IReadOnlyList<LoadSecond> Seconds
);
