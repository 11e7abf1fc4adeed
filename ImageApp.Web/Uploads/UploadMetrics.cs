using System.Diagnostics.Metrics;
using ImageApp.Core;

namespace ImageApp.Web.Uploads;

/// <summary>Metrics of uploads.</summary>
internal sealed class UploadMetrics
{
    private readonly Counter<long> _uploads;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _duration;

    public UploadMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ImageAppTelemetry.Name);
        _uploads = meter.CreateCounter<long>("imageapp.uploads", "{file}", "Files received, by result: stored, or why not.");
        _bytes = meter.CreateCounter<long>("imageapp.upload.bytes", "By", "Bytes of files stored.");
        _duration = meter.CreateHistogram<double>("imageapp.upload.duration", "s", "From a file's first byte to its object in the bucket.");
    }

    /// <summary>Counts one received file.</summary>
    /// <param name="result"><c>stored</c>, or the problem's short name.</param>
    /// <param name="bytes">Bytes stored; 0 where none were.</param>
    /// <param name="duration">How long it took.</param>
    public void CountUpload(string result, long bytes, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("result", result);
        _uploads.Add(1, tag);
        _bytes.Add(bytes);
        _duration.Record(duration.TotalSeconds, tag);
    }
}
