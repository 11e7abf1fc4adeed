using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ImageApp.LocalAws.Telemetry;

/// <summary>Spans and metrics of local AWS.</summary>
internal sealed class LocalAwsTelemetry : IDisposable
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "ImageApp.LocalAws";

    private readonly ActivitySource _source = new(Name);
    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _invocations;
    private readonly Histogram<double> _duration;

    public LocalAwsTelemetry()
    {
        _invocations = _meter.CreateCounter<long>("aws.lambda.invocations", "{invocation}", "Invocations by function and result.");
        _duration = _meter.CreateHistogram<double>("aws.lambda.duration", "s", "Time from handing an invocation out to its result.");
    }

    /// <summary>Starts a span under <paramref name="parent"/>, or a new trace where there is none.</summary>
    public Activity? Start(string name, ActivityKind kind, string? parent)
    {
        // Set aside: the surrounding host may have a request activity of its own, which is not ours to continue.
        Activity.Current = null;
        return ActivityContext.TryParse(parent, null, isRemote: true, out var context)
            ? _source.StartActivity(name, kind, context)
            : _source.StartActivity(name, kind);
    }

    /// <summary>The W3C trace parent to hand on: the current span's, or what came in where nobody listens.</summary>
    public static string? CurrentTraceParent(string? otherwise = null) => Activity.Current?.Id ?? otherwise;

    public void CountInvocation(string function, string result, TimeSpan duration)
    {
        var tags = new TagList { { "faas.name", function }, { "result", result } };
        _invocations.Add(1, tags);
        _duration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Observes the depth of every queue, as CloudWatch's <c>ApproximateNumberOfMessagesVisible</c>.</summary>
    public void ObserveQueues(Func<IEnumerable<Measurement<long>>> depths) =>
        _meter.CreateObservableGauge("aws.sqs.approximate_number_of_messages_visible", depths, "{message}", "Messages waiting in a queue; dead-letter queues should have none.");

    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }
}
