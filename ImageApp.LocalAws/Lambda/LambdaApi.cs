using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The part of Lambda's API that invokes functions and guards them (Lambda API Reference).</summary>
internal sealed partial class LambdaApi(FunctionStore functions, FunctionInvoker invoker, AsynchronousInvoker asynchronous)
{
    private const int MaxAsynchronousPayload = 1024 * 1024;

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context, byte[] body)
    {
        var request = context.Request;
        var match = FunctionPath().Match(request.Path.Value!);
        if (!match.Success)
        {
            if (HttpMethods.IsGet(request.Method))
            {
                await WriteAsync(context, new JsonObject { ["Functions"] = new JsonArray([.. functions.Functions.Select(Configuration)]) });
                return;
            }

            throw Unknown(request);
        }

        var function = functions.Get(Uri.UnescapeDataString(match.Groups["name"].Value));
        switch (request.Method, match.Groups["rest"].Value)
        {
            case ("POST", "invocations"):
                await InvokeAsync(context, function, body);
                break;
            case ("GET", ""):
                await WriteAsync(context, new JsonObject { ["Configuration"] = Configuration(function), ["Code"] = new JsonObject() });
                break;
            case ("GET", "configuration"):
                await WriteAsync(context, Configuration(function));
                break;
            case ("GET", "policy"):
                await WriteAsync(context, new JsonObject { ["Policy"] = function.Policy ?? throw new AwsServiceException("ResourceNotFoundException", "The resource you requested does not exist.", HttpStatusCode.NotFound) });
                break;
            case ("POST", "policy"):
                var permission = Document(body);
                var statementId = Text(permission, "StatementId");
                await functions.AddPermissionAsync(
                    function, statementId, Text(permission, "Action"), Text(permission, "Principal"), (string?)permission["SourceArn"], (string?)permission["SourceAccount"], context.RequestAborted);
                context.Response.StatusCode = StatusCodes.Status201Created;
                await WriteAsync(context, new JsonObject { ["Statement"] = function.State.Permissions[statementId] });
                break;
            case ("DELETE", var policy) when policy.StartsWith("policy/", StringComparison.Ordinal):
                if (!await functions.RemovePermissionAsync(function, Uri.UnescapeDataString(policy["policy/".Length..]), context.RequestAborted))
                {
                    throw new AwsServiceException("ResourceNotFoundException", $"Statement {policy["policy/".Length..]} is not found in resource policy.", HttpStatusCode.NotFound);
                }

                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case ("GET", "event-invoke-config"):
                await WriteAsync(context, Describe(function));
                break;
            case ("PUT" or "POST", "event-invoke-config"):
                await functions.SetEventInvokeConfigAsync(function, ReadConfig(Document(body)), context.RequestAborted);
                await WriteAsync(context, Describe(function));
                break;
            case ("DELETE", "event-invoke-config"):
                await functions.SetEventInvokeConfigAsync(function, new EventInvokeConfig(), context.RequestAborted);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                throw Unknown(request);
        }
    }

    /// <summary>Reads an event invoke configuration as the API and CloudFormation write it.</summary>
    public static EventInvokeConfig ReadConfig(JsonObject document) => new()
    {
        MaximumRetryAttempts = Number(document, "MaximumRetryAttempts", 2),
        MaximumEventAgeInSeconds = Number(document, "MaximumEventAgeInSeconds", 21_600),
        OnFailure = (string?)document["DestinationConfig"]?["OnFailure"]?["Destination"],
    };

    private async Task InvokeAsync(HttpContext context, LambdaFunction function, byte[] payload)
    {
        var traceParent = context.Request.Headers.TraceParent.ToString();
        switch (context.Request.Headers["X-Amz-Invocation-Type"].ToString())
        {
            case "DryRun":
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "Event":
                if (payload.Length > MaxAsynchronousPayload)
                {
                    throw new AwsServiceException("RequestTooLargeException", $"{payload.Length} byte payload is too large for the Event invocation type (limit {MaxAsynchronousPayload} bytes)", HttpStatusCode.RequestEntityTooLarge);
                }

                await asynchronous.EnqueueAsync(function.Name, payload, System.Diagnostics.Activity.Current?.Id ?? traceParent, context.RequestAborted);
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                break;
            case "" or "RequestResponse":
                var result = await invoker.InvokeAsync(
                    function, Guid.NewGuid().ToString(), payload, System.Diagnostics.Activity.Current?.Id ?? traceParent, function.Registration.Timeout, context.RequestAborted);
                context.Response.Headers["X-Amz-Executed-Version"] = "$LATEST";
                if (result.ErrorType is not null)
                {
                    context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
                }

                context.Response.ContentType = "application/json";
                await context.Response.Body.WriteAsync(result.Payload, context.RequestAborted);
                break;
            case var other:
                throw new AwsServiceException("InvalidParameterValueException", $"X-Amz-Invocation-Type '{other}': RequestResponse, Event and DryRun are allowed.");
        }
    }

    private static JsonObject Configuration(LambdaFunction function) => new()
    {
        ["FunctionName"] = function.Name,
        ["FunctionArn"] = function.Arn,
        ["Runtime"] = "provided.al2023",
        ["Handler"] = "bootstrap",
        ["MemorySize"] = function.Registration.MemorySize,
        ["Timeout"] = (int)function.Registration.Timeout.TotalSeconds,
        ["State"] = "Active",
        ["Version"] = "$LATEST",
    };

    private static JsonObject Describe(LambdaFunction function)
    {
        var config = function.State.EventInvokeConfig;
        var destinations = new JsonObject();
        if (config.OnFailure is not null)
        {
            destinations["OnFailure"] = new JsonObject { ["Destination"] = config.OnFailure };
        }

        return new JsonObject
        {
            ["FunctionArn"] = function.Arn + ":$LATEST",
            ["MaximumRetryAttempts"] = config.MaximumRetryAttempts,
            ["MaximumEventAgeInSeconds"] = config.MaximumEventAgeInSeconds,
            ["DestinationConfig"] = destinations,
        };
    }

    private static JsonObject Document(byte[] body) => JsonNode.Parse(body) as JsonObject ?? throw new AwsServiceException("InvalidRequestContentException", "The body must be a JSON object.");

    private static string Text(JsonObject document, string name) => (string?)document[name]
        ?? throw new AwsServiceException("InvalidParameterValueException", $"{name} is required.");

    // CloudFormation may write numbers as text.
    private static int Number(JsonObject document, string name, int otherwise) => document[name] is not { } value ? otherwise
        : int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new AwsServiceException("InvalidParameterValueException", $"{name} '{value}' is not a number.");

    private static Task WriteAsync(HttpContext context, JsonObject document)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(document.ToJsonString(), context.RequestAborted);
    }

    private static AwsServiceException Unknown(HttpRequest request) =>
        new("UnknownOperationException", $"Local Lambda does not implement {request.Method} {request.Path}.", HttpStatusCode.NotFound);

    [GeneratedRegex("^/[0-9-]+/functions/(?<name>[^/]+)(?:/(?<rest>.*))?$")]
    private static partial Regex FunctionPath();
}
