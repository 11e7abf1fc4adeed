using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Http;

/// <summary>Tells by path, target and credential scope which service a request is for, verifies its signature and renders errors as that service does.</summary>
internal sealed partial class AwsRequestHandler(
    SignatureVerifier signatures, S3Api s3, SqsApi sqs, LambdaApi lambda, LambdaRuntimeApi runtime, EnvelopeSigner certificates,
    IEnumerable<IQueryService> queryServices, LocalAwsTelemetry telemetry, ILogger<AwsRequestHandler> logger)
{
    private const int MaxBody = 8 * 1024 * 1024;
    private readonly Dictionary<string, IQueryService> _queryServices = queryServices.ToDictionary(service => service.SigningName);

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value ?? "/";
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (RuntimePath().Match(path) is { Success: true } runtimePath)
        {
            // The Runtime API is local to an execution environment and therefore not signed.
            await runtime.HandleAsync(context, runtimePath.Groups["function"].Value, runtimePath.Groups["call"].Value);
            return;
        }

        if (path == "/_local/health")
        {
            await context.Response.WriteAsync("ok");
            return;
        }

        if (path == certificates.CertificatePath)
        {
            context.Response.ContentType = "application/x-pem-file";
            await context.Response.WriteAsync(certificates.CertificatePem);
            return;
        }

        if (path.StartsWith("/2015-03-31/functions", StringComparison.Ordinal) || path.StartsWith("/2019-09-25/functions", StringComparison.Ordinal))
        {
            await JsonServiceAsync(context, "lambda", "Lambda", body => lambda.HandleAsync(context, body));
        }
        else if (request.Headers["X-Amz-Target"] is [{ } target] && target.StartsWith("AmazonSQS.", StringComparison.Ordinal))
        {
            await JsonServiceAsync(context, "sqs", $"SQS {target["AmazonSQS.".Length..]}", body => sqs.HandleAsync(context, target["AmazonSQS.".Length..], body));
        }
        else if (HttpMethods.IsPost(request.Method) && path == "/" && request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true)
        {
            await QueryAsync(context);
        }
        else if (HttpMethods.IsGet(request.Method) && path == "/" && request.Query["Action"] is [("ConfirmSubscription" or "Unsubscribe") and { } action])
        {
            // The links in SNS messages: whoever has the token or the ARN may follow them.
            var fields = request.Query.ToDictionary(field => field.Key, field => field.Value.ToString());
            await AnswerAsync(context, _queryServices["sns"], new QueryRequest(action, fields), verify: () => { });
        }
        else
        {
            await s3.HandleAsync(context);
        }
    }

    private async Task QueryAsync(HttpContext context)
    {
        var body = await ReadBodyAsync(context);
        var fields = new FormReader(Encoding.UTF8.GetString(body)) { ValueCountLimit = 10_000, ValueLengthLimit = MaxBody, KeyLengthLimit = 1024 }.ReadForm()
            .ToDictionary(field => field.Key, field => field.Value.ToString());
        var query = new QueryRequest(fields.GetValueOrDefault("Action", ""), fields);
        var scope = SignatureVerifier.ScopeService(context.Request) ?? "";
        await AnswerAsync(context, _queryServices.GetValueOrDefault(scope), query, verify: () => signatures.VerifyBody(context.Request, scope, body));
    }

    private async Task AnswerAsync(HttpContext context, IQueryService? service, QueryRequest query, Action verify)
    {
        var xmlns = service?.Namespace ?? "";
        using var span = telemetry.Start($"{service?.SigningName} {query.Action}", ActivityKind.Server, context.Request.Headers.TraceParent);
        try
        {
            if (service is null)
            {
                throw new AwsServiceException("InvalidAction", $"Local AWS has s3, {string.Join(", ", _queryServices.Keys)}, sqs and lambda; the request is signed for none of them.");
            }

            verify();
            var result = await service.ExecuteAsync(query, context.RequestAborted);
            var response = new XElement(xmlns + (query.Action + "Response"));
            if (result is not null)
            {
                response.Add(new XElement(xmlns + (query.Action + "Result"), result.Select(element => Qualify(element, xmlns))));
            }

            response.Add(new XElement(xmlns + "ResponseMetadata", new XElement(xmlns + "RequestId", RequestId(context))));
            await WriteXmlAsync(context, 200, response);
        }
        catch (AwsServiceException e)
        {
            Fail(span, e);
            LogRefused(logger, service?.SigningName ?? "unknown", query.Action, e.Code, e.Message);
            await WriteXmlAsync(context, (int)e.Status, new XElement(xmlns + "ErrorResponse",
                new XElement(xmlns + "Error",
                    new XElement(xmlns + "Type", (int)e.Status < 500 ? "Sender" : "Receiver"),
                    new XElement(xmlns + "Code", e.Code),
                    new XElement(xmlns + "Message", e.Message)),
                new XElement(xmlns + "RequestId", RequestId(context))));
        }
    }

    private async Task JsonServiceAsync(HttpContext context, string signingName, string operation, Func<byte[], Task> handle)
    {
        var body = await ReadBodyAsync(context);
        using var span = telemetry.Start(operation, ActivityKind.Server, context.Request.Headers.TraceParent);
        try
        {
            signatures.VerifyBody(context.Request, signingName, body);
            await handle(body);
        }
        catch (Exception e) when (e is AwsServiceException or JsonException or InvalidOperationException)
        {
            var error = e as AwsServiceException ?? new AwsServiceException("SerializationException", e.Message);
            Fail(span, error);
            LogRefused(logger, signingName, operation, error.Code, error.Message);
            context.Response.StatusCode = (int)error.Status;
            context.Response.ContentType = "application/json";
            context.Response.Headers["x-amzn-ErrorType"] = error.Code;
            if (signingName == "sqs")
            {
                context.Response.ContentType = "application/x-amz-json-1.0";
                context.Response.Headers["x-amzn-query-error"] = $"{SqsApi.QueryErrorCode(error.Code)};Sender";
            }

            var document = new System.Text.Json.Nodes.JsonObject
            {
                ["__type"] = signingName == "sqs" ? "com.amazonaws.sqs#" + error.Code : error.Code,
                ["Type"] = "User",
                ["message"] = error.Message,
            };
            await context.Response.WriteAsync(document.ToJsonString());
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaxBody)
            {
                throw new BadHttpRequestException($"The request has more than {MaxBody} bytes.", StatusCodes.Status413PayloadTooLarge);
            }
        }

        return body.ToArray();
    }

    /// <summary>Writes an XML answer.</summary>
    public static async Task WriteXmlAsync(HttpContext context, int status, XElement root)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        var bytes = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting));
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Marks the span of a refused request.</summary>
    public static void Fail(Activity? span, AwsServiceException error) => span?.SetTag("error.type", error.Code).SetStatus(ActivityStatusCode.Error, error.Message);

    private static XElement Qualify(XElement element, XNamespace xmlns) =>
        new(xmlns + element.Name.LocalName, element.Attributes(), element.Nodes().Select(node => node is XElement child ? Qualify(child, xmlns) : node));

    private static string RequestId(HttpContext context) => context.Response.Headers["x-amzn-RequestId"].ToString();

    [GeneratedRegex("^(?:/(?<function>[^/]+))?/2018-06-01/runtime/(?<call>.+)$")]
    private static partial Regex RuntimePath();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} {Operation} refused: {Code}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string service, string operation, string code, string reason);
}
