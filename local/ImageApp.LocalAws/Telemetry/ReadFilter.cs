using System.Diagnostics;
using OpenTelemetry;

namespace ImageApp.LocalAws.Telemetry;

/// <summary>
/// Leaves out traces that begin with a request that only looks: who polls a queue's depth or lists a bucket would fill every trace store
/// with
/// it. Inside a caller's trace everything is exported. A request's operation is known only at its end, so a sampler cannot decide this.
/// </summary>
internal sealed class ReadFilter : BaseProcessor<Activity>
{
    private static readonly string[] Reading = ["Get", "Head", "List", "Describe", "Receive"];

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        // A service and an operation, for example "SQS GetQueueAttributes".
        var operation = data.DisplayName[(data.DisplayName.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        if (
            data.Kind == ActivityKind.Server
            && data.ParentSpanId == default
            && Array.Exists(Reading, verb => operation.StartsWith(verb, StringComparison.Ordinal))
        )
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
