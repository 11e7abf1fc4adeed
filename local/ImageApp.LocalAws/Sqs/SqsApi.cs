using ImageApp.LocalAws.Protocols;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace ImageApp.LocalAws.Sqs;

/// <summary>SQS in its two protocols, AWS JSON 1.0 and the older AWS Query.</summary>
internal sealed class SqsApi(SqsOperations operations, IHostApplicationLifetime lifetime) : IAwsService
{
    /// <summary>What <c>X-Amz-Target</c> starts with.</summary>
    public const string TargetPrefix = "AmazonSQS.";

    // The codes of the older protocol, which some SDKs still match on in the other (SQS Developer Guide, "x-amzn-query-error").
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
        ["PurgeQueueInProgress"] = "AWS.SimpleQueueService.PurgeQueueInProgress",
        ["UnsupportedOperation"] = "AWS.SimpleQueueService.UnsupportedOperation",
    };

    // Errors that are in no service's model have names of their own in the JSON protocol.
    private static readonly Dictionary<string, string> s_jsonCodes = new(StringComparer.Ordinal)
    {
        ["InvalidParameterValue"] = "InvalidParameterValueException",
        ["MissingParameter"] = "MissingRequiredParameterException",
    };

    public string SigningName => "sqs";

    public string DisplayName => "SQS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Json;

    public AwsErrorFormat ErrorFormatOf(HttpRequest request) => SqsQuery.IsAskedFor(request) ? AwsErrorFormat.Query : AwsErrorFormat.Json;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        // A long poll must not hold up the stop of the host.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await (SqsQuery.IsAskedFor(request.HttpContext.Request)
                ? HandleQueryAsync(request, ended.Token)
                : HandleJsonAsync(request, ended.Token));
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            request.HttpContext.Abort();
        }
    }

    private static string QueryCode(string code) => s_queryCodes.GetValueOrDefault(code, code);

    private async Task HandleJsonAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var response = request.HttpContext.Response;
        try
        {
            request.Operation = AwsJson.OperationOf(request, TargetPrefix);
            var answer = await operations.PerformAsync(request.Operation, new SqsRequest(AwsJson.Read(request)), cancellationToken);
            await AwsJson.WriteAsync(response, answer, cancellationToken);
        }
        catch (AwsServiceException failure)
        {
            var fault = (int)failure.Status < 500 ? "Sender" : "Receiver";
            response.Headers["x-amzn-query-error"] = $"{QueryCode(failure.Code)};{fault}";
            throw new AwsServiceException(s_jsonCodes.GetValueOrDefault(failure.Code, failure.Code), failure.Message, failure.Status);
        }
    }

    private async Task HandleQueryAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var query = QueryRequest.Read(request, "InvalidParameterValue");
            var operation = query.Action;
            request.Operation = operation;
            var parameters = new SqsRequest(SqsQuery.Parameters(query, request.HttpContext.Request.Path));
            var answer = await operations.PerformAsync(operation, parameters, cancellationToken);
            await QueryResponse.WriteAsync(
                request.HttpContext.Response,
                SqsQuery.Namespace,
                operation,
                SqsQuery.Result(operation, answer),
                request.RequestId,
                cancellationToken);
        }
        catch (AwsServiceException failure)
        {
            throw new AwsServiceException(QueryCode(failure.Code), failure.Message, failure.Status);
        }
    }
}
