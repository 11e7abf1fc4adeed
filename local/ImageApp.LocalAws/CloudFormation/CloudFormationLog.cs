using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What CloudFormation logs.</summary>
internal static partial class CloudFormationLog
{
    [LoggerMessage(300, LogLevel.Information, "Stack {StackName} is {Status}")]
    public static partial void StackStatusChanged(this ILogger logger, string stackName, string status);

    [LoggerMessage(301, LogLevel.Warning, "Stack {StackName} is {Status}: {Reason}")]
    public static partial void StackFailed(this ILogger logger, string stackName, string status, string? reason);

    [LoggerMessage(302, LogLevel.Error, "Stack {StackName}: {LogicalId} ({ResourceType}) is {Status}: {Reason}")]
    public static partial void ResourceFailed(
        this ILogger logger,
        string stackName,
        string logicalId,
        string resourceType,
        string status,
        string reason);

    [LoggerMessage(303, LogLevel.Error, "Stack {StackName}: the handler of {LogicalId} ({ResourceType}) threw what is not an AWS error")]
    public static partial void HandlerBroke(
        this ILogger logger,
        Exception exception,
        string stackName,
        string logicalId,
        string resourceType);

    [LoggerMessage(304, LogLevel.Information, "Stack {StackName} was {Status} when local AWS stopped; going on")]
    public static partial void Resuming(this ILogger logger, string stackName, string status);

    [LoggerMessage(
        307,
        LogLevel.Information,
        "Stack {StackName}: CancelUpdateStack was asked for; it is rolled back after the resource it is at")]
    public static partial void Cancelling(this ILogger logger, string stackName);

    [LoggerMessage(306, LogLevel.Warning, "Stack {StackName}: its topic {TopicArn} was not told of an event: {Reason}")]
    public static partial void NotNotified(this ILogger logger, string stackName, string topicArn, string reason);

    [LoggerMessage(
        305,
        LogLevel.Critical,
        "Stack {StackName} stays {Status}: its operation ended unexpectedly and is taken up again at the next start")]
    public static partial void OperationBroke(this ILogger logger, Exception exception, string stackName, string status);
}
