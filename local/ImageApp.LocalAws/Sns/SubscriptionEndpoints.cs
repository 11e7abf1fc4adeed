using System.Text.RegularExpressions;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>Which endpoints a topic may have, by protocol (SNS API, <c>Subscribe</c>).</summary>
internal static partial class SubscriptionEndpoints
{
    private static readonly string[] s_notOffered = ["email", "email-json", "sms", "application", "firehose"];

    /// <summary>Checks an endpoint.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is allowed.</exception>
    public static void Validate(string protocol, string endpoint, Topic topic)
    {
        var isValid = protocol switch
        {
            "lambda" => FunctionArn().IsMatch(endpoint),
            "sqs" => QueueArn().IsMatch(endpoint),
            "http" or "https" => Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme == protocol,
            _ when s_notOffered.Contains(protocol) =>
                throw SnsErrors.Invalid("Protocol", $"'{protocol}' is not offered locally; allowed are lambda, sqs, http and https."),
            _ => throw SnsErrors.Invalid(
                $"Amazon SNS does not support this protocol string: {protocol}. Allowed locally are lambda, sqs, http and https."),
        };
        if (!isValid)
        {
            throw SnsErrors.Invalid(protocol switch
            {
                "lambda" => $"Lambda endpoint ARN Reason: '{endpoint}' is not the ARN of a function, "
                    + "arn:aws:lambda:region:account:function:name.",
                "sqs" => $"SQS endpoint ARN Reason: '{endpoint}' is not the ARN of a queue, arn:aws:sqs:region:account:name.",
                _ => $"Endpoint must match the specified protocol Reason: '{endpoint}' is not an absolute {protocol} URL.",
            });
        }

        if (topic.IsFifo() && protocol != "sqs")
        {
            throw SnsErrors.Invalid(
                $"Invalid parameter: Endpoint Reason: a FIFO topic takes SQS queues only, no endpoint of '{protocol}'.");
        }

        if (!topic.IsFifo() && protocol == "sqs" && endpoint.EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal))
        {
            throw SnsErrors.Invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
        }
    }

    [GeneratedRegex("^arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9-_]{1,64}(:[A-Za-z0-9$-_]+)?$")]
    private static partial Regex FunctionArn();

    [GeneratedRegex(@"^arn:aws:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9-_]{1,80}(\.fifo)?$")]
    private static partial Regex QueueArn();
}
