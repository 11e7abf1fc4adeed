using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Console;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// Sends records of asynchronous invocations to the function's destinations, and payloads to its dead-letter queue. Lambda does so as the
/// function's execution role (Lambda Developer Guide, "Adding a destination"), so in the same account the target needs no policy; an
/// explicit deny in one holds all the same.
/// </summary>
internal sealed class InvocationDestination(
    LocalAwsOptions options,
    TimeProvider time,
    SqsStore queues,
    SnsStore topics,
    LambdaStore functions,
    EventTrail trail,
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
        var action = target.Split(':')[2] switch
        {
            "sqs" => "sqs:SendMessage",
            "sns" => "sns:Publish",
            _ => "lambda:InvokeFunction",
        };
        var step = new EventStep
        {
            TraceParent = invocation.TraceParent,
            Id = $"{invocation.RequestId}/{target}",
            From = function.Arn,
            To = target,
            Outcome = EventOutcome.Delivered,
        };
        try
        {
            await SendAsync(action, target, body, attributes, invocation.TraceParent, cancellationToken);
            trail.Record(step);
        }
        catch (AwsServiceException refusal)
        {
            trail.Record(step with { Outcome = EventOutcome.Failed, Reason = refusal.Message });
            logger.DestinationFailed(
                function.Name,
                invocation.RequestId,
                condition,
                action,
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

    private async Task SendAsync(
        string action,
        string target,
        string body,
        Dictionary<string, MessageAttribute> attributes,
        string? traceParent,
        CancellationToken cancellationToken)
    {
        switch (action)
        {
            case "sqs:SendMessage":
                var queue =
                    queues.FindByArn(target)
                    ?? throw new AwsServiceException("QueueDoesNotExist", $"The specified queue does not exist: {target}.");
                RequireNoDeny(action, queue.Arn, queue.State.Attributes.GetValueOrDefault(QueueAttributes.Policy));
                await queue.AddAsync(new OutgoingMessage { Body = body, Attributes = attributes, SenderId = options.AccountId });
                break;
            case "sns:Publish":
                var topic = topics.Get(target);
                RequireNoDeny(action, topic.Arn, topics.PolicyOf(topic));
                await topics.PublishAsync(
                    new PublishRequest(target, body, Subject: null, IsStructured: false, attributes),
                    cancellationToken);
                break;
            default:
                var next = functions.Get(target);
                RequireNoDeny(action, next.Arn, next.Settings.Policy);
                await functions.EnqueueAsync(next, Encoding.UTF8.GetBytes(body), LocalAwsTelemetry.Context(traceParent));
                break;
        }
    }

    private void RequireNoDeny(string action, string arn, string? policy)
    {
        if (!ServiceCallAuthorization.OwnerMay(options.AccountId, action, arn, policy, time.GetUtcNow()))
        {
            throw new AwsServiceException("AccessDenied", $"The policy of {arn} explicitly denies {action}.", HttpStatusCode.Forbidden);
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
