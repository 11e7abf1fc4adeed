using System.Diagnostics;

namespace ImageApp.LocalAws;

/// <summary>The names under which local AWS reports what it does.</summary>
public static class LocalAwsTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the meter.</summary>
    public const string Name = "ImageApp.LocalAws";

    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>Starts a span; the context is there also where nobody records, so that a trace is passed on whole.</summary>
    internal static (Activity? Activity, ActivityContext Context) Start(string name, ActivityKind kind, ActivityContext parent)
    {
        var activity = Activities.StartActivity(name, kind, parent);
        if (activity is not null)
        {
            return (activity, activity.Context);
        }

        var traceId = parent.TraceId == default ? ActivityTraceId.CreateRandom() : parent.TraceId;
        return (
            null,
            new ActivityContext(
                traceId,
                parent.SpanId == default ? ActivitySpanId.CreateRandom() : parent.SpanId,
                parent.TraceFlags,
                parent.TraceState));
    }

    /// <summary>The W3C <c>traceparent</c> of a context.</summary>
    internal static string TraceParent(ActivityContext context) =>
        $"00-{context.TraceId.ToHexString()}-{context.SpanId.ToHexString()}-{(byte)context.TraceFlags:x2}";

    /// <summary>The context of a stored <c>traceparent</c>; an empty one where there is none.</summary>
    internal static ActivityContext Context(string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var context) ? context : default;
}
