using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ImageApp.ServiceDefaults;

/// <summary>
/// Begins a trace with a request or an event, and never with a call of our own that nothing asked for: what polls in the background would
/// fill every trace store with itself. Below a span that is recorded, everything is.
/// </summary>
internal sealed class RequestSampler : Sampler
{
    private readonly ParentBasedSampler _sampler = new(new RootSampler());

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => _sampler.ShouldSample(samplingParameters);

    private sealed class RootSampler : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
            samplingParameters.Kind is ActivityKind.Server or ActivityKind.Consumer
                ? SamplingDecision.RecordAndSample
                : SamplingDecision.Drop);
    }
}
