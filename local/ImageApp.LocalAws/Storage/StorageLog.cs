using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(
        200,
        LogLevel.Warning,
        "{Path} ended in a write that never finished; {Bytes} bytes from offset {Offset} on were cut off")]
    public static partial void Cut(this ILogger logger, string path, long bytes, long offset);

    [LoggerMessage(201, LogLevel.Error, "{Path} could not be written; {Count} records wait for the next attempt")]
    public static partial void NotWritten(this ILogger logger, string path, int count, Exception failure);

    [LoggerMessage(202, LogLevel.Warning, "{Path} could not be made shorter")]
    public static partial void NotCompacted(this ILogger logger, string path, Exception failure);

    [LoggerMessage(203, LogLevel.Information, "{Path} is of an earlier version; its {Count} entries were taken over")]
    public static partial void Converted(this ILogger logger, string path, int count);

    [LoggerMessage(204, LogLevel.Error, "{Outbox}: {Id} failed unexpectedly; the next attempt is in {Delay}")]
    public static partial void AttemptBroke(this ILogger logger, string outbox, string id, TimeSpan delay, Exception failure);

    [LoggerMessage(205, LogLevel.Error, "{Outbox}: the state of {Id} is not on disk; after a restart it is as it was before")]
    public static partial void StateNotKept(this ILogger logger, string outbox, string id, Exception failure);
}
