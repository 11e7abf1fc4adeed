using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Lambda's REST API: Invoke, functions, permissions and event-invoke configuration.</summary>
internal sealed class LambdaApi(LambdaStore functions, TimeProvider time) : IAwsService
{
    private const int MaximumSynchronousBytes = 6 * 1024 * 1024;
    private const int MaximumEventBytes = 1024 * 1024;
    private const int MaximumLogTailBytes = 4096;

    public string SigningName => "lambda";

    public string DisplayName => "Lambda";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.RestJson;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var context = request.HttpContext;
        var method = context.Request.Method;
        var segments = Segments(context.Request.Path);
        if (segments is not [{ Length: 10 }, "functions", ..])
        {
            throw Unknown(context);
        }

        request.Operation = $"{method} functions/{string.Join('/', segments.Skip(3))}".TrimEnd('/');
        switch (segments[2..])
        {
            case [] when method == "GET":
                await WriteAsync(
                    context,
                    HttpStatusCode.OK,
                    new JsonObject { ["Functions"] = new JsonArray([.. functions.Functions.Select(Configuration)]) });
                break;
            case [var name] when method == "GET":
                await WriteAsync(
                    context,
                    HttpStatusCode.OK,
                    new JsonObject
                    {
                        ["Configuration"] = Configuration(Find(context, name)),
                        ["Code"] = new JsonObject { ["RepositoryType"] = "Local" },
                        ["Tags"] = new JsonObject(),
                    });
                break;
            case [var name, "configuration"] when method == "GET":
                await WriteAsync(context, HttpStatusCode.OK, Configuration(Find(context, name)));
                break;
            case [var name, "configuration"] when method == "PUT":
                await UpdateConfigurationAsync(context, Find(context, name), cancellationToken);
                break;
            case [var name, "invocations"] when method == "POST":
                await InvokeAsync(context, Find(context, name));
                break;
            case [var name, "policy"] when method == "GET":
                await WritePolicyAsync(context, Find(context, name));
                break;
            case [var name, "policy"] when method == "POST":
                await AddPermissionAsync(context, Find(context, name), cancellationToken);
                break;
            case [var name, "policy", var statementId] when method == "DELETE":
                var owner = Find(context, name);
                await functions.ChangeAsync(
                    owner,
                    settings => settings with { Policy = FunctionPolicy.Remove(settings.Policy, statementId, owner.Arn) },
                    cancellationToken);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case [var name, "event-invoke-config"] when method is "GET":
                var configured = Find(context, name);
                await WriteAsync(context, HttpStatusCode.OK, EventInvoke(configured, Existing(configured)));
                break;
            case [var name, "event-invoke-config"] when method is "PUT" or "POST":
                await PutEventInvokeConfigAsync(context, Find(context, name), keepsOthers: method == "POST", cancellationToken);
                break;
            case [var name, "event-invoke-config"] when method == "DELETE":
                var cleared = Find(context, name);
                Existing(cleared);
                await functions.ChangeAsync(cleared, settings => settings with { EventInvokeConfig = null }, cancellationToken);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                throw Unknown(context);
        }
    }

    private static AwsServiceException Unknown(HttpContext context) =>
        new(
            "UnknownOperationException",
            $"Local Lambda has no operation {context.Request.Method} {context.Request.Path}.",
            HttpStatusCode.NotFound);

    private async Task InvokeAsync(HttpContext context, Function function)
    {
        var type = context.Request.Headers["X-Amz-Invocation-Type"].ToString();
        var maximum = type == "Event" ? MaximumEventBytes : MaximumSynchronousBytes;
        var payload = await ReadAsync(context, maximum);

        // Where nobody records spans there is no activity, and the caller's trace must go on all the same.
        var parent = Activity.Current?.Context ?? LocalAwsTelemetry.Context(context.Request.Headers.TraceParent);
        switch (type)
        {
            case "DryRun":
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "Event":
                context.Response.Headers["x-amzn-RequestId"] = await functions.EnqueueAsync(function, payload, parent);
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                break;
            case "" or "RequestResponse":
                await InvokeSynchronouslyAsync(context, function, payload, parent);
                break;
            default:
                throw new AwsServiceException(
                    "InvalidParameterValueException",
                    $"X-Amz-Invocation-Type is '{type}'; allowed are RequestResponse, Event and DryRun.");
        }
    }

    private async Task InvokeSynchronouslyAsync(HttpContext context, Function function, byte[] payload, ActivityContext parent)
    {
        var result = await functions.InvokeAsync(function, payload, parent, context.RequestAborted);
        var response = context.Response;
        response.Headers["x-amzn-RequestId"] = result.RequestId;
        response.Headers["X-Amz-Executed-Version"] = "$LATEST";
        if (!result.Succeeded)
        {
            response.Headers["X-Amz-Function-Error"] = "Unhandled";
        }

        if (context.Request.Headers["X-Amz-Log-Type"] == "Tail")
        {
            var log = Encoding.UTF8.GetBytes(result.LogTail);
            response.Headers["X-Amz-Log-Result"] = Convert.ToBase64String(log.AsSpan(Math.Max(0, log.Length - MaximumLogTailBytes)));
        }

        response.ContentType = "application/json";
        response.ContentLength = result.Payload.Length;
        await response.Body.WriteAsync(result.Payload, context.RequestAborted);
    }

    private async Task AddPermissionAsync(HttpContext context, Function function, CancellationToken cancellationToken)
    {
        var request = await ReadObjectAsync(context);
        var permission = new FunctionPermission(
            Required(request, "StatementId"),
            Required(request, "Action"),
            Required(request, "Principal"),
            Text(request, "SourceArn"),
            Text(request, "SourceAccount"));
        var statement = "";
        await functions.ChangeAsync(
            function,
            settings =>
            {
                (var policy, statement) = FunctionPolicy.Add(settings.Policy, function.Arn, permission);
                return settings with { Policy = policy };
            },
            cancellationToken);
        await WriteAsync(context, HttpStatusCode.Created, new JsonObject { ["Statement"] = statement });
    }

    private static Task WritePolicyAsync(HttpContext context, Function function) =>
        function.Settings.Policy is { } policy
            ? WriteAsync(context, HttpStatusCode.OK, new JsonObject { ["Policy"] = policy, ["RevisionId"] = function.Settings.RevisionId })
            : throw new AwsServiceException(
                "ResourceNotFoundException",
                $"The resource you requested does not exist: {function.Arn} has no policy.",
                HttpStatusCode.NotFound);

    private async Task UpdateConfigurationAsync(HttpContext context, Function function, CancellationToken cancellationToken)
    {
        var request = await ReadObjectAsync(context);
        string[] allowed = ["FunctionName", "MemorySize", "Timeout", "DeadLetterConfig", "RevisionId"];
        if (request.Select(property => property.Key).Except(allowed).FirstOrDefault() is { } unknown)
        {
            throw new AwsServiceException(
                "InvalidParameterValueException",
                $"{unknown} cannot be changed here, because the function's process is started by somebody else; allowed are MemorySize, "
                + "Timeout and DeadLetterConfig.");
        }

        var memory = Number(request, "MemorySize", 128, 10_240);
        var timeout = Number(request, "Timeout", 1, 900);
        var deadLetterConfig = request["DeadLetterConfig"] as JsonObject;
        var target = deadLetterConfig is null ? null : Text(deadLetterConfig, "TargetArn");
        if (!string.IsNullOrEmpty(target))
        {
            new EventInvokeConfig { OnFailure = target }.Validate();
        }

        await functions.ChangeAsync(
            function,
            settings =>
                settings with
                {
                    MemorySize = memory ?? settings.MemorySize,
                    TimeoutSeconds = timeout ?? settings.TimeoutSeconds,
                    DeadLetterTargetArn =
                        deadLetterConfig is null ? settings.DeadLetterTargetArn
                        : string.IsNullOrEmpty(target) ? null
                        : target,
                },
            cancellationToken);
        await WriteAsync(context, HttpStatusCode.OK, Configuration(function));
    }

    private async Task PutEventInvokeConfigAsync(
        HttpContext context,
        Function function,
        bool keepsOthers,
        CancellationToken cancellationToken)
    {
        var request = await ReadObjectAsync(context);
        var before = keepsOthers ? Existing(function) : null;
        var destinations = request["DestinationConfig"] as JsonObject;
        var config = new EventInvokeConfig
        {
            MaximumRetryAttempts = Number(request, "MaximumRetryAttempts", int.MinValue, int.MaxValue) ?? before?.MaximumRetryAttempts,
            MaximumEventAgeInSeconds =
                Number(request, "MaximumEventAgeInSeconds", int.MinValue, int.MaxValue) ?? before?.MaximumEventAgeInSeconds,
            OnFailure = Destination(destinations, "OnFailure") ?? before?.OnFailure,
            OnSuccess = Destination(destinations, "OnSuccess") ?? before?.OnSuccess,
            LastModified = time.GetUtcNow(),
        };
        config.Validate();
        await functions.ChangeAsync(function, settings => settings with { EventInvokeConfig = config }, cancellationToken);
        await WriteAsync(context, HttpStatusCode.OK, EventInvoke(function, config));
    }

    private Function Find(HttpContext context, string name)
    {
        var qualifier = context.Request.Query["Qualifier"].ToString();
        return functions.Get(qualifier.Length == 0 ? WebUtility.UrlDecode(name) : $"{WebUtility.UrlDecode(name)}:{qualifier}");
    }

    private static EventInvokeConfig Existing(Function function) =>
        function.Settings.EventInvokeConfig
        ?? throw new AwsServiceException(
            "ResourceNotFoundException",
            $"The function {function.Arn}:$LATEST doesn't have an EventInvokeConfig",
            HttpStatusCode.NotFound);

    private static string? Destination(JsonObject? destinations, string kind) =>
        destinations?[kind] is JsonObject destination ? Text(destination, "Destination") : null;

    private static JsonObject EventInvoke(Function function, EventInvokeConfig config)
    {
        var json = new JsonObject
        {
            ["LastModified"] = config.LastModified.ToUnixTimeMilliseconds() / 1000.0,
            ["FunctionArn"] = function.Arn + ":$LATEST",
            ["DestinationConfig"] = new JsonObject
            {
                ["OnSuccess"] = config.OnSuccess is null ? new JsonObject() : new JsonObject { ["Destination"] = config.OnSuccess },
                ["OnFailure"] = config.OnFailure is null ? new JsonObject() : new JsonObject { ["Destination"] = config.OnFailure },
            },
        };
        if (config.MaximumRetryAttempts is { } attempts)
        {
            json["MaximumRetryAttempts"] = attempts;
        }

        if (config.MaximumEventAgeInSeconds is { } age)
        {
            json["MaximumEventAgeInSeconds"] = age;
        }

        return json;
    }

    private static JsonObject Configuration(Function function)
    {
        var settings = function.Settings;
        var json = new JsonObject
        {
            ["FunctionName"] = function.Name,
            ["FunctionArn"] = function.Arn,
            ["Runtime"] = "provided.al2023",
            ["Handler"] = "bootstrap",
            ["MemorySize"] = settings.MemorySize,
            ["Timeout"] = (int)Math.Ceiling(settings.TimeoutSeconds),
            ["Version"] = "$LATEST",
            ["PackageType"] = "Zip",
            ["Architectures"] = new JsonArray("x86_64"),
            ["State"] = "Active",
            ["LastUpdateStatus"] = "Successful",
            ["LastModified"] = settings.LastModified.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
            ["RevisionId"] = settings.RevisionId,
            ["TracingConfig"] = new JsonObject { ["Mode"] = "Active" },
        };
        if (settings.DeadLetterTargetArn is { } target)
        {
            json["DeadLetterConfig"] = new JsonObject { ["TargetArn"] = target };
        }

        return json;
    }

    private static string[] Segments(PathString path) => (path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Required(JsonObject request, string name) =>
        Text(request, name) is { Length: > 0 } value ? value : throw new AwsServiceException("ValidationException", $"{name} is missing.");

    private static string? Text(JsonObject request, string name) => request[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw new AwsServiceException("ValidationException", $"{name} must be a string."),
    };

    private static int? Number(JsonObject request, string name, int minimum, int maximum)
    {
        if (request[name] is not { } node)
        {
            return null;
        }

        return node is JsonValue value && value.TryGetValue<int>(out var number) && number >= minimum && number <= maximum
            ? number
            : throw new AwsServiceException(
                "ValidationException",
                $"{name} is {node.ToJsonString()}; allowed are whole numbers from {minimum} to {maximum}.");
    }

    private static async Task<JsonObject> ReadObjectAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return JsonText.Parse(body.GetBuffer().AsMemory(0, (int)body.Length)) as JsonObject
                ?? throw new AwsServiceException("InvalidRequestContentException", "The request's body is not a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new AwsServiceException(
                "InvalidRequestContentException",
                $"Could not parse the request's body as JSON: {failure.Message}");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext context, int maximum)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        if (content.Length > maximum)
        {
            throw new AwsServiceException(
                "RequestTooLargeException",
                $"{content.Length} byte payload is too large for an invocation of this type; allowed are {maximum} bytes.",
                HttpStatusCode.RequestEntityTooLarge);
        }

        var payload = content.ToArray();
        try
        {
            if (payload.Length > 0)
            {
                using var json = JsonDocument.Parse(payload);
            }
        }
        catch (JsonException failure)
        {
            throw new AwsServiceException("InvalidRequestContentException", $"Could not parse request body into json: {failure.Message}");
        }

        return payload;
    }

    private static async Task WriteAsync(HttpContext context, HttpStatusCode status, JsonObject body)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
