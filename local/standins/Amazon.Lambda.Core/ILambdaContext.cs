namespace Amazon.Lambda.Core;

/// <summary>What a function knows of its invocation (Lambda Developer Guide, "Using the Lambda context object").</summary>
public interface ILambdaContext
{
    /// <summary>The invocation's request id.</summary>
    string AwsRequestId { get; }

    /// <summary>What a mobile caller says of itself; null for other callers.</summary>
    IClientContext ClientContext { get; }

    /// <summary>The function's name.</summary>
    string FunctionName { get; }

    /// <summary>The function's version.</summary>
    string FunctionVersion { get; }

    /// <summary>The Cognito identity of a mobile caller; null for other callers.</summary>
    ICognitoIdentity Identity { get; }

    /// <summary>The ARN the function was invoked by.</summary>
    string InvokedFunctionArn { get; }

    /// <summary>Writes to the function's log.</summary>
    ILambdaLogger Logger { get; }

    /// <summary>The CloudWatch log group.</summary>
    string LogGroupName { get; }

    /// <summary>The CloudWatch log stream.</summary>
    string LogStreamName { get; }

    /// <summary>The memory limit in MB.</summary>
    int MemoryLimitInMB { get; }

    /// <summary>The time left until Lambda ends the invocation.</summary>
    TimeSpan RemainingTime { get; }

    /// <summary>The X-Ray trace header of the invocation, for example <c>Root=1-...;Parent=...;Sampled=1</c>; empty where there is
    /// none.</summary>
    string TraceId => string.Empty;
}
