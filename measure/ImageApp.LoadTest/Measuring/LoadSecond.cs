namespace ImageApp.LoadTest.Measuring;

/// <summary>The answers of one second.</summary>
internal sealed record LoadSecond(int Second, long Answers, long Failures, Latencies Latencies);
