using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ImageApp.ServiceDefaults;

/// <summary>
/// Begins a trace with a request or an event, and never with a call of our own that nothing asked for: what polls in the background would
/// fill every trace store with itself. Below a span that is recorded, everything is. Of requests that nobody traces yet a share is taken;
/// the others are looked at without being recorded, since what they ask for (<see cref="KeepChanges"/>) and what becomes of them
/// (<see cref="FailedRequests"/>) may change that.
/// </summary>
/// <param name="ratio">The share, from 0 to 1.</param>
internal sealed class RequestSampler(double ratio) : Sampler
{
    private readonly ParentBasedSampler _sampler = new(new RootSampler(ratio));

    /// <summary>Records a request that changes something, an upload above all, with everything that follows from it.</summary>
    public static void KeepChanges(Activity activity, string method)
    {
        if (method is not ("GET" or "HEAD" or "OPTIONS"))
        {
            activity.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }
    }

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => _sampler.ShouldSample(samplingParameters);

    private sealed class RootSampler(double ratio) : Sampler
    {
        private readonly TraceIdRatioBasedSampler _share = new(ratio);

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => samplingParameters.Kind switch
        {
            // An event is an upload's, whose trace began elsewhere or was lost.
            ActivityKind.Consumer => new(SamplingDecision.RecordAndSample),
            ActivityKind.Server when _share.ShouldSample(samplingParameters).Decision == SamplingDecision.RecordAndSample =>
                new(SamplingDecision.RecordAndSample),
            ActivityKind.Server => new(SamplingDecision.RecordOnly),
            _ => new(SamplingDecision.Drop),
        };
    }
}
