using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws;

internal static partial class RequestLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Service} {Operation} answered {Status} for {Method} {Path}")]
    public static partial void Answered(this ILogger logger, string service, string operation, int status, string method, string path);

    [LoggerMessage(2, LogLevel.Warning, "{Service} refused {Method} {Path}: {Code}: {Reason}")]
    public static partial void Refused(this ILogger logger, string service, string method, string path, string code, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Service} failed on {Method} {Path}")]
    public static partial void Failed(this ILogger logger, Exception exception, string service, string method, string path);

    [LoggerMessage(4, LogLevel.Information, "Local AWS listens on {Endpoint}; its state is in {DataDirectory}")]
    public static partial void Listening(this ILogger logger, Uri endpoint, string dataDirectory);

    [LoggerMessage(5, LogLevel.Warning, "The IPv6 loopback address is not available ({Reason}); local AWS listens on 127.0.0.1 only")]
    public static partial void NoIpv6(this ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Method} refused: {Reason}")]
    public static partial void NotAdmitted(this ILogger logger, string method, string reason);
}
