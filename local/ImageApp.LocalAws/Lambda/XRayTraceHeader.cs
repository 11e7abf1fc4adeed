using System.Diagnostics;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// The X-Ray form of a trace context, <c>Root=1-8hex-24hex;Parent=16hex;Sampled=1</c> (X-Ray Developer Guide, "Tracing header"). An
/// OpenTelemetry
/// trace id has the same 32 hex digits, so that one trace goes on through the function.
/// </summary>
internal static class XRayTraceHeader
{
    public static string From(ActivityContext context)
    {
        var traceId = context.TraceId.ToHexString();
        var sampled = context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? 1 : 0;
        return $"Root=1-{traceId[..8]}-{traceId[8..]};Parent={context.SpanId.ToHexString()};Sampled={sampled}";
    }
}
