using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImageApp.Core.Catalogue;

namespace ImageApp.Core.Processing;

/// <summary>Spans and metrics of the two functions.</summary>
public static class ProcessingTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "ImageApp.Processing";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Thumbnails = Meter.CreateCounter<long>("imageapp.thumbnails", "{image}", "Images by what became of their thumbnail.");
    private static readonly Counter<long> Captions = Meter.CreateCounter<long>("imageapp.captions", "{image}", "Images by what became of their caption.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("imageapp.step.duration", "s", "Time a step took, by step and result.");

    /// <summary>The activity source.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Counts one image through one step.</summary>
    public static void Count(PipelineStep step, string result, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("result", result);
        (step == PipelineStep.Thumbnail ? Thumbnails : Captions).Add(1, tag);
        Duration.Record(duration.TotalSeconds, tag, new("step", step.ToString().ToLowerInvariant()));
    }

    /// <summary>Reads X-Ray's trace header as a W3C trace context: its root, without version and dash, is the trace id (AWS X-Ray Developer Guide, "Tracing header").</summary>
    public static ActivityContext ParseXRay(string? header)
    {
        var fields = (header ?? "").Split(';', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2))
            .Where(field => field.Length == 2)
            .ToLookup(field => field[0], field => field[1]);
        var root = fields["Root"].FirstOrDefault()?.Split('-');
        var parent = fields["Parent"].FirstOrDefault();
        return root is [_, { Length: 8 } time, { Length: 24 } unique] && parent is { Length: 16 }
            && ActivityContext.TryParse($"00-{time}{unique}-{parent}-{(fields["Sampled"].FirstOrDefault() == "1" ? "01" : "00")}", null, isRemote: true, out var context)
            ? context
            : default;
    }
}
