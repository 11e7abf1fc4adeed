using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace ImageApp.LocalAws.Sqs;

/// <summary>Carries SQS's operations over HTTP as AWS JSON 1.0 (smithy.io, "AWS JSON 1.0 protocol").</summary>
internal sealed class SqsJsonProtocol(SqsApi api, ServiceEndpoint endpoint, IHostApplicationLifetime lifetime) : IAwsService
{
    private const string ContentType = "application/x-amz-json-1.0";

    // The codes of the older query protocol, which some SDKs still match on (SQS Developer Guide, "x-amzn-query-error").
    private static readonly Dictionary<string, string> s_queryCodes = new(StringComparer.Ordinal)
    {
        ["QueueDoesNotExist"] = "AWS.SimpleQueueService.NonExistentQueue",
        ["QueueNameExists"] = "QueueAlreadyExists",
        ["EmptyBatchRequest"] = "AWS.SimpleQueueService.EmptyBatchRequest",
        ["TooManyEntriesInBatchRequest"] = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        ["BatchEntryIdsNotDistinct"] = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        ["BatchRequestTooLong"] = "AWS.SimpleQueueService.BatchRequestTooLong",
        ["InvalidBatchEntryId"] = "AWS.SimpleQueueService.InvalidBatchEntryId",
        ["MessageNotInflight"] = "AWS.SimpleQueueService.MessageNotInflight",
        ["UnsupportedOperation"] = "AWS.SimpleQueueService.UnsupportedOperation",
    };

    public string SigningName => "sqs";

    public string DisplayName => "SQS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Json;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var context = request.HttpContext;

        // A long poll must not hold up the stop of the host.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            var target = context.Request.Headers["X-Amz-Target"].ToString();
            request.Operation = target.StartsWith(SqsApi.TargetPrefix, StringComparison.Ordinal)
                ? target[SqsApi.TargetPrefix.Length..]
                : throw new AwsServiceException("UnsupportedOperation", $"X-Amz-Target is '{target}'; SQS is served in its JSON protocol, with '{SqsApi.TargetPrefix}' and the operation's name.");
            var response = await api.HandleAsync(request.Operation, Read(request), endpoint.Uri, ended.Token);
            await WriteAsync(context, HttpStatusCode.OK, response);
        }
        catch (AwsServiceException failure)
        {
            await WriteErrorAsync(context, failure);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private static Task WriteErrorAsync(HttpContext context, AwsServiceException failure)
    {
        context.Response.Headers["x-amzn-query-error"] = $"{s_queryCodes.GetValueOrDefault(failure.Code, failure.Code)};{((int)failure.Status < 500 ? "Sender" : "Receiver")}";
        return WriteAsync(context, failure.Status, new JsonObject { ["__type"] = "com.amazonaws.sqs#" + failure.Code, ["message"] = failure.Message });
    }

    private static JsonObject Read(AwsRequest request)
    {
        try
        {
            return JsonNode.Parse(request.Body.Span) as JsonObject
                ?? throw new AwsServiceException("SerializationException", "The request's body is not a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new AwsServiceException("SerializationException", $"The request's body is not JSON: {failure.Message}");
        }
    }

    private static Task WriteAsync(HttpContext context, HttpStatusCode status, JsonObject body)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = ContentType;
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
