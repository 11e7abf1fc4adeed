using System.Diagnostics;
using OpenTelemetry;

namespace ImageApp.ServiceDefaults;

/// <summary>Exports the span of a request that failed, even where its trace was not taken. Stands before the exporter.</summary>
internal sealed class FailedRequests : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Status == ActivityStatusCode.Error)
        {
            data.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }
    }
}
