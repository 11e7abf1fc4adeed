using System.Diagnostics.Metrics;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The metrics that Lambda reports for each function (Lambda Developer Guide, "Types of metrics").</summary>
internal sealed class LambdaMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _invocations = Create(meters)
        .CreateCounter<long>("aws.lambda.invocations", "{invocation}", "Invocations of a function, failed ones too.");
    private readonly Counter<long> _errors = Create(meters)
        .CreateCounter<long>("aws.lambda.errors", "{invocation}", "Invocations that ended with an error.");
    private readonly Counter<long> _throttles = Create(meters)
        .CreateCounter<long>("aws.lambda.throttles", "{invocation}", "Invocations refused because too many ran.");
    private readonly Histogram<double> _duration = Create(meters)
        .CreateHistogram<double>("aws.lambda.duration", "s", "How long the function's code ran.");

    public void Ended(string function, TimeSpan duration, string? errorType)
    {
        var tag = KeyValuePair.Create<string, object?>("function", function);
        _invocations.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag);
        if (errorType is not null)
        {
            _errors.Add(1, tag, KeyValuePair.Create<string, object?>("error.type", errorType));
        }
    }

    public void Throttled(string function) => _throttles.Add(1, KeyValuePair.Create<string, object?>("function", function));

    private static Meter Create(IMeterFactory meters) => meters.Create(LocalAwsTelemetry.Name);
}
