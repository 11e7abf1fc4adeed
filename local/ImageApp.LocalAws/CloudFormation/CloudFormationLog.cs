using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What CloudFormation logs.</summary>
internal static partial class CloudFormationLog
{
    [LoggerMessage(LogLevel.Information, "Stack {StackName} is {Status}")]
    public static partial void StackStatusChanged(ILogger logger, string stackName, string status);

    [LoggerMessage(LogLevel.Warning, "Stack {StackName} is {Status}: {Reason}")]
    public static partial void StackFailed(ILogger logger, string stackName, string status, string? reason);

    [LoggerMessage(LogLevel.Error, "Stack {StackName}: {LogicalId} ({ResourceType}) is {Status}: {Reason}")]
    public static partial void ResourceFailed(ILogger logger, string stackName, string logicalId, string resourceType, string status, string reason);

    [LoggerMessage(LogLevel.Error, "Stack {StackName}: the handler of {LogicalId} ({ResourceType}) threw what is not an AWS error")]
    public static partial void HandlerBroke(ILogger logger, Exception exception, string stackName, string logicalId, string resourceType);

    [LoggerMessage(LogLevel.Information, "Stack {StackName} was {Status} when local AWS stopped; going on")]
    public static partial void Resuming(ILogger logger, string stackName, string status);

    [LoggerMessage(LogLevel.Critical, "Stack {StackName} stays {Status}: its operation ended unexpectedly and is taken up again at the next start")]
    public static partial void OperationBroke(ILogger logger, Exception exception, string stackName, string status);
}
