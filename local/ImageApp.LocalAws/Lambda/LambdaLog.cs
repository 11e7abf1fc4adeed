using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

internal static partial class LambdaLog
{
    [LoggerMessage(501, LogLevel.Information, "{Function}: {Line}")]
    public static partial void PlatformLine(this ILogger logger, string function, string line);

    [LoggerMessage(502, LogLevel.Error, "{Function}: invocation {RequestId} failed with {ErrorType}: {Payload}")]
    public static partial void InvocationFailed(this ILogger logger, string function, string requestId, string errorType, string payload);

    [LoggerMessage(503, LogLevel.Error, "{Function}: its process could not initialize ({ErrorType}): {Payload}")]
    public static partial void InitializationFailed(this ILogger logger, string function, string errorType, string payload);

    [LoggerMessage(
        504,
        LogLevel.Warning,
        "{Function}: asynchronous invocation {RequestId} failed at attempt {Attempt}; next attempt in {Delay}")]
    public static partial void WillRetry(this ILogger logger, string function, string requestId, int attempt, TimeSpan delay);

    [LoggerMessage(
        505,
        LogLevel.Warning,
        "{Function}: asynchronous invocation {RequestId} is given up ({Condition}) after {Attempts} attempts and sent to {Destination}")]
    public static partial void SentToDestination(
        this ILogger logger,
        string function,
        string requestId,
        string condition,
        int attempts,
        string destination);

    [LoggerMessage(
        506,
        LogLevel.Error,
        "{Function}: asynchronous invocation {RequestId} is lost: given up ({Condition}) after {Attempts} attempts, and the function has "
        + "neither an OnFailure destination nor a dead-letter queue")]
    public static partial void Lost(this ILogger logger, string function, string requestId, string condition, int attempts);

    [LoggerMessage(
        507,
        LogLevel.Error,
        "{Function}: asynchronous invocation {RequestId} ({Condition}) is lost: {Action} to {Destination} on behalf of {FunctionArn} "
        + "failed: {Reason}")]
    public static partial void DestinationFailed(
        this ILogger logger,
        string function,
        string requestId,
        string condition,
        string action,
        string destination,
        string functionArn,
        string reason);

    [LoggerMessage(
        508,
        LogLevel.Warning,
        "{Function}: process {ProcessId} holds {UsedMegabytes} MB, more than its MemorySize of {MemorySize} MB, and is ended")]
    public static partial void OutOfMemory(this ILogger logger, string function, int processId, long usedMegabytes, int memorySize);

    [LoggerMessage(509, LogLevel.Warning, "{Function}: attempt {Attempt} to start its process failed")]
    public static partial void StartFailed(this ILogger logger, string function, int attempt, Exception failure);

    [LoggerMessage(510, LogLevel.Warning, "{Function}: no process has asked for invocation {RequestId} at {RuntimeApi} within {Wait}")]
    public static partial void NoPoller(this ILogger logger, string function, string requestId, string runtimeApi, TimeSpan wait);

    [LoggerMessage(
        512,
        LogLevel.Error,
        "{Function}: {ServicePrincipal} is refused {Action} on {FunctionArn} on behalf of {SourceArn}. {Reason} Add an "
        + "AWS::Lambda::Permission")]
    public static partial void InvokeRefused(
        this ILogger logger,
        string function,
        string servicePrincipal,
        string action,
        string functionArn,
        string sourceArn,
        string reason);

    [LoggerMessage(514, LogLevel.Warning, "{Function}: an answer for invocation {RequestId} came after its end and is dropped")]
    public static partial void LateAnswer(this ILogger logger, string function, string requestId);

    [LoggerMessage(515, LogLevel.Information, "{Function}: a process is started, attempt {Attempt}")]
    public static partial void Starting(this ILogger logger, string function, int attempt);

    [LoggerMessage(
        516,
        LogLevel.Warning,
        "{Function}: it was started {Attempts} times in vain: {Reason}. The next attempt is at {NextAttemptAt}")]
    public static partial void NotStarted(this ILogger logger, string function, int attempts, string reason, DateTimeOffset? nextAttemptAt);

    [LoggerMessage(
        517,
        LogLevel.Error,
        "{Function}: it was started {Attempts} times in vain and is not started again by itself: {Reason}. {Waiting} invocations wait; "
        + "restart it when the cause is mended")]
    public static partial void GivenUp(this ILogger logger, string function, int attempts, string reason, int waiting);

    [LoggerMessage(518, LogLevel.Warning, "{Function}: it was stopped, and {Waiting} invocations wait until it is started")]
    public static partial void Stopped(this ILogger logger, string function, int waiting);

    [LoggerMessage(519, LogLevel.Error, "Invocation {RequestId} is lost: it grew too old while function {Function} was not registered")]
    public static partial void Orphaned(this ILogger logger, string requestId, string function);
}
