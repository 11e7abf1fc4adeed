using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// Sends records of asynchronous invocations to the function's destinations, and payloads to its dead-letter queue. AWS uses the function's
/// execution role for that; there are no roles here, so the policy of the queue or topic must allow <c>lambda.amazonaws.com</c> with the
/// function as <c>aws:SourceArn</c>.
/// </summary>
internal sealed class InvocationDestination(
    LocalAwsOptions options,
    TimeProvider time,
    SqsStore queues,
    ITopicPublisher topics,
    ILogger<InvocationDestination> logger)
{
    private const string RequestIdAttribute = "RequestID";

    public async Task SendSuccessAsync(
        Function function,
        AsynchronousInvocation invocation,
        InvocationResult result,
        CancellationToken cancellationToken)
    {
        if (function.Settings.EventInvokeConfig?.OnSuccess is { } target)
        {
            await SendAsync(
                function,
                invocation,
                "Success",
                target,
                Record(function, invocation, result, "Success"),
                [],
                cancellationToken);
        }
    }

    /// <summary>
    /// Sends what is left of an invocation given up; <paramref name="last"/> is null where no attempt was made since the last start.
    /// </summary>
    public async Task SendFailureAsync(
        Function function,
        AsynchronousInvocation invocation,
        InvocationResult? last,
        string condition,
        CancellationToken cancellationToken)
    {
        if (function.Settings.EventInvokeConfig?.OnFailure is { } target)
        {
            await SendAsync(function, invocation, condition, target, Record(function, invocation, last, condition), [], cancellationToken);
        }

        if (function.Settings.DeadLetterTargetArn is { } deadLetterTarget)
        {
            var attributes = new Dictionary<string, MessageAttribute>
            {
                [RequestIdAttribute] = MessageAttribute.OfString(invocation.RequestId),
                ["ErrorCode"] = MessageAttribute.OfNumber(200),
                ["ErrorMessage"] = MessageAttribute.OfString(ErrorMessage(last) ?? condition),
            };
            await SendAsync(
                function,
                invocation,
                condition,
                deadLetterTarget,
                Encoding.UTF8.GetString(invocation.Payload),
                attributes,
                cancellationToken);
        }
        else if (function.Settings.EventInvokeConfig?.OnFailure is null)
        {
            logger.Lost(function.Name, invocation.RequestId, condition, invocation.Attempts);
        }
    }

    private async Task SendAsync(
        Function function,
        AsynchronousInvocation invocation,
        string condition,
        string target,
        string body,
        Dictionary<string, MessageAttribute> attributes,
        CancellationToken cancellationToken)
    {
        var isQueue = target.StartsWith("arn:aws:sqs:", StringComparison.Ordinal);
        var caller = new ServiceCall("lambda.amazonaws.com", function.Arn, options.AccountId);
        try
        {
            if (isQueue)
            {
                var message = new OutgoingMessage { Body = body, Attributes = attributes, SenderId = caller.ServicePrincipal };
                await queues.SendAsync(caller, target, message, cancellationToken);
            }
            else
            {
                await topics.PublishAsync(caller, target, null, body, cancellationToken);
            }
        }
        catch (AwsServiceException refusal)
        {
            logger.DestinationFailed(
                function.Name,
                invocation.RequestId,
                condition,
                isQueue ? "sqs:SendMessage" : "sns:Publish",
                target,
                function.Arn,
                refusal.Message);
            return;
        }

        if (condition != "Success")
        {
            logger.SentToDestination(function.Name, invocation.RequestId, condition, invocation.Attempts, target);
        }
    }

    /// <summary>The invocation record (Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations").</summary>
    private string Record(Function function, AsynchronousInvocation invocation, InvocationResult? result, string condition)
    {
        var record = new JsonObject
        {
            ["version"] = "1.0",
            ["timestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["requestContext"] = new JsonObject
            {
                ["requestId"] = invocation.RequestId,
                ["functionArn"] = function.Arn + ":$LATEST",
                ["condition"] = condition,
                ["approximateInvokeCount"] = invocation.Attempts,
            },
            ["requestPayload"] = Json(invocation.Payload),
        };
        if (result is not null)
        {
            var context = new JsonObject { ["statusCode"] = 200, ["executedVersion"] = "$LATEST" };
            if (!result.Succeeded)
            {
                context["functionError"] = "Unhandled";
            }

            record["responseContext"] = context;
            record["responsePayload"] = Json(result.Payload);
        }

        return record.ToJsonString();
    }

    private static JsonNode? Json(byte[] payload)
    {
        if (payload.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(payload);
        }
        catch (JsonException)
        {
            // A custom runtime may answer with anything; it is then carried as text.
            return JsonValue.Create(Encoding.UTF8.GetString(payload));
        }
    }

    private static string? ErrorMessage(InvocationResult? result) =>
        result is not null && Json(result.Payload) is JsonObject error && error["errorMessage"] is JsonValue message
            ? message.ToString()
            : null;
}
