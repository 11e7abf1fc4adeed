using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// How a function's asynchronous invocations are retried and where those that fail go (Lambda API, <c>PutFunctionEventInvokeConfig</c>).
/// </summary>
internal sealed partial record EventInvokeConfig
{
    /// <summary>Two retries where none are configured.</summary>
    public const int DefaultMaximumRetryAttempts = 2;

    /// <summary>Six hours where no age is configured.</summary>
    public const int DefaultMaximumEventAgeInSeconds = 21_600;

    public int? MaximumRetryAttempts { get; init; }

    public int? MaximumEventAgeInSeconds { get; init; }

    /// <summary>ARN of the queue, topic or function that gets a record of each invocation that failed for good.</summary>
    public string? OnFailure { get; init; }

    /// <summary>ARN of the queue, topic or function that gets a record of each success.</summary>
    public string? OnSuccess { get; init; }

    public DateTimeOffset LastModified { get; init; }

    /// <summary>Checks the limits that the Lambda API documents.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValueException</c>, naming value and limits.</exception>
    public void Validate()
    {
        if (MaximumRetryAttempts is < 0 or > 2)
        {
            throw Invalid($"MaximumRetryAttempts is {MaximumRetryAttempts}; allowed are 0 to 2.");
        }

        if (MaximumEventAgeInSeconds is < 60 or > DefaultMaximumEventAgeInSeconds)
        {
            throw Invalid($"MaximumEventAgeInSeconds is {MaximumEventAgeInSeconds}; allowed are 60 to {DefaultMaximumEventAgeInSeconds}.");
        }

        foreach (var destination in new[] { OnFailure, OnSuccess })
        {
            if (destination is not null && !Destination().IsMatch(destination))
            {
                throw Invalid(
                    $"The destination '{destination}' is not the ARN of an SQS queue, an SNS topic or a Lambda function; event buses and "
                    + "buckets are not offered locally.");
            }
        }
    }

    private static AwsServiceException Invalid(string message) => new("InvalidParameterValueException", message);

    [GeneratedRegex(@"\Aarn:aws:(sqs:[a-z0-9-]+:[0-9]{12}:|sns:[a-z0-9-]+:[0-9]{12}:|lambda:[a-z0-9-]+:[0-9]{12}:function:)\S+\z")]
    private static partial Regex Destination();
}
