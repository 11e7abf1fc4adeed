using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImageApp.Core;

namespace ImageApp.FunctionDefaults;

/// <summary>Counts what becomes of images in a step, and finds the trace they belong to.</summary>
internal sealed class StepTelemetry
{
    private readonly string _step;
    private readonly Counter<long> _images;
    private readonly Histogram<double> _duration;

    public StepTelemetry(IMeterFactory meters, IImageStep step)
    {
        var meter = meters.Create(ImageAppTelemetry.Name);
        _step = step.Name;
        _images = meter.CreateCounter<long>($"imageapp.{step.Name}s", "{image}", $"Images by what became of their {step.Name}.");
        _duration = meter.CreateHistogram<double>("imageapp.step.duration", "s", "Time a step took, by step and result.");
    }

    /// <summary>Counts one image.</summary>
    public void Count(string result, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("result", result);
        _images.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag, new("step", _step));
    }

    /// <summary>
    /// Starts the span of one image. The uploader's trace is the one that matters. The invocation's context is deeper in it, unless the
    /// event came through services that started a trace of their own; then it is linked.
    /// </summary>
    /// <param name="invocation">The invocation's context.</param>
    /// <param name="traceParent">The uploader's, as the object carries it.</param>
    /// <param name="started">When the work on the image began.</param>
    public Activity? Start(ActivityContext invocation, string? traceParent, DateTimeOffset started)
    {
        var hasUploader = ActivityContext.TryParse(traceParent, null, isRemote: true, out var uploader);
        var parent = !hasUploader || uploader.TraceId == invocation.TraceId ? invocation : uploader;
        var links = parent != invocation && invocation != default ? new[] { new ActivityLink(invocation) } : null;
        return ImageAppTelemetry.Source.StartActivity($"make {_step}", ActivityKind.Consumer, parent, tags: null, links, started);
    }

    /// <summary>
    /// Reads X-Ray's trace header as a W3C trace context: its root, without version and dash, is the trace id (AWS X-Ray Developer Guide,
    /// "Tracing header").
    /// </summary>
    public static ActivityContext ParseXRay(string? header)
    {
        var fields = (header ?? "").Split(';', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2))
            .Where(field => field.Length == 2)
            .ToLookup(field => field[0], field => field[1]);
        var root = fields["Root"].FirstOrDefault()?.Split('-');
        var parent = fields["Parent"].FirstOrDefault();
        var flags = fields["Sampled"].FirstOrDefault() == "1" ? "01" : "00";
        return root is [_, { Length: 8 } time, { Length: 24 } unique] && parent is { Length: 16 }
            && ActivityContext.TryParse($"00-{time}{unique}-{parent}-{flags}", null, isRemote: true, out var context)
            ? context
            : default;
    }
}
