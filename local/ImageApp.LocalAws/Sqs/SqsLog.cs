using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sqs;

internal static partial class SqsLog
{
    [LoggerMessage(701, LogLevel.Information, "{Queue}: {Moved} of {ToMove} messages were redriven; the task is {Status} ({Reason})")]
    public static partial void Redriven(this ILogger logger, string queue, int moved, int toMove, string status, string? reason);
}
