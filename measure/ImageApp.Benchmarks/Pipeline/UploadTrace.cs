using System.Diagnostics;
using ImageApp.Benchmarks.Reporting;

namespace ImageApp.Benchmarks.Pipeline;

/// <summary>The traces of uploads, and what is common to them.</summary>
internal static class UploadTrace
{
    private const string LastSpan = "save thumbnail";

    /// <summary>Waits for the traces of so many uploads that began after a time.</summary>
    /// <exception cref="TimeoutException">They did not come within a minute.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<Span>>> CollectAsync(
        SpanCollector collector, ulong from, int count, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var traces = collector.Spans.GroupBy(span => span.TraceId)
                .Where(trace => trace.Any(span => span.Name == LastSpan)
                    && trace.Any(span => span.ParentId.Length == 0 && span.Start >= from
                        && span.Name.StartsWith("POST ", StringComparison.Ordinal)))
                .Select(IReadOnlyList<Span> (trace) => [.. trace])
                .ToList();
            if (traces.Count >= count)
            {
                return traces;
            }

            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
            {
                var names = string.Join(", ", collector.Spans.Select(span => $"{span.Service} {span.Name}").Distinct());
                throw new TimeoutException($"{traces.Count} of {count} traces came; the spans were {names}.");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Of each span that at least half of the traces have, when it begins after the trace does and how long it takes, in
    /// milliseconds.</summary>
    public static IReadOnlyList<(string Service, string Name, double Start, double Duration)> Medians(
        IReadOnlyList<IReadOnlyList<Span>> traces) =>
    [
        .. traces
            .SelectMany(trace =>
            {
                var first = trace.Min(span => span.Start);
                return trace.GroupBy(span => (span.Service, span.Name))
                    .SelectMany(same => same.OrderBy(span => span.Start).Select((span, i) => (
                        same.Key.Service,
                        Name: i == 0 ? span.Name : FormattableString.Invariant($"{span.Name} ({i + 1})"),
                        Start: (span.Start - first) / 1e6,
                        Duration: (span.End - span.Start) / 1e6)));
            })
            .GroupBy(span => (span.Service, span.Name))
            .Where(same => same.Count() * 2 >= traces.Count)
            .Select(same => (
                same.Key.Service, same.Key.Name, same.Select(one => one.Start).Median(), same.Select(one => one.Duration).Median()))
            .OrderBy(one => one.Item3),
    ];
}
