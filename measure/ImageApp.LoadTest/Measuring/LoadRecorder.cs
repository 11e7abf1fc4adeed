using System.Diagnostics;
using HdrHistogram;

namespace ImageApp.LoadTest.Measuring;

/// <summary>Keeps every request's time, in total, by path and by second.</summary>
internal sealed class LoadRecorder
{
    private const long LongestMicroseconds = 600_000_000;
    private readonly Lock _gate = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly LongHistogram _all = new(LongestMicroseconds, 3);
    private readonly SortedDictionary<string, LongHistogram> _paths = new(StringComparer.Ordinal);
    private readonly List<(LongHistogram Times, long Failures)> _seconds = [];
    private readonly SortedDictionary<string, long> _failures = new(StringComparer.Ordinal);
    private long _failed;

    /// <summary>Since the recorder was made.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Takes a request's result.</summary>
    /// <param name="path">What was asked for.</param>
    /// <param name="time">From when it was due to the end of the answer.</param>
    /// <param name="failure">Why it failed, or null. A failed request has no place among the times.</param>
    public void Record(string path, TimeSpan time, string? failure)
    {
        var second = (int)Elapsed.TotalSeconds;
        lock (_gate)
        {
            while (_seconds.Count <= second)
            {
                _seconds.Add((new LongHistogram(LongestMicroseconds, 2), 0));
            }

            if (failure is not null)
            {
                _failed++;
                _failures[failure] = _failures.GetValueOrDefault(failure) + 1;
                _seconds[second] = (_seconds[second].Times, _seconds[second].Failures + 1);
                return;
            }

            var microseconds = Math.Clamp((long)time.TotalMicroseconds, 1, LongestMicroseconds);
            if (!_paths.TryGetValue(path, out var histogram))
            {
                _paths[path] = histogram = new LongHistogram(LongestMicroseconds, 3);
            }

            _all.RecordValue(microseconds);
            histogram.RecordValue(microseconds);
            _seconds[second].Times.RecordValue(microseconds);
        }
    }

    /// <summary>What has been measured so far.</summary>
    public LoadResult Snapshot()
    {
        lock (_gate)
        {
            return new LoadResult(
                Latencies.Of(_all),
                _failed,
                [.. _failures.Select(entry => (entry.Key, entry.Value))],
                [.. _paths.Select(entry => (entry.Key, Latencies.Of(entry.Value)))],
                [
                    .. _seconds.Select(
                        (second, index) => new LoadSecond(index, second.Times.TotalCount, second.Failures, Latencies.Of(second.Times))
                    ),
                ]
            );
        }
    }
}
