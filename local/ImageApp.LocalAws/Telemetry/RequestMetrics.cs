using System.Diagnostics.Metrics;

namespace ImageApp.LocalAws.Telemetry;

/// <summary>What local AWS measures of the requests it answers.</summary>
internal sealed class RequestMetrics
{
    private readonly Histogram<double> _duration;

    public RequestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(LocalAwsTelemetry.Name);
        _duration = meter.CreateHistogram<double>(
            "rpc.server.duration",
            "s",
            "Duration of the requests local AWS answered.",
            advice: new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    public void Answered(string service, string? operation, int status, TimeSpan duration) =>
        _duration.Record(
            duration.TotalSeconds,
            new("rpc.system", "aws-api"),
            new("rpc.service", service),
            new("rpc.method", operation ?? "Unknown"),
            new("http.response.status_code", status));
}
