using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Lambda's REST API: Invoke, functions, permissions and event-invoke configuration (Lambda API Reference).</summary>
internal sealed class LambdaApi(LambdaStore functions, TimeProvider time) : IAwsService
{
    private const int MaximumSynchronousBytes = 6 * 1024 * 1024;
    private const int MaximumEventBytes = 1024 * 1024;
    private const int MaximumLogTailBytes = 4096;
    private const int MaximumClientContextLength = 3583;
    private const int MaximumDescriptionLength = 256;

    /// <summary>What would change the meaning of an invocation if it were passed over.</summary>
    private static readonly string[] s_unsupportedHeaders = ["X-Amz-Durable-Execution-Name", "X-Amz-Tenant-Id"];

    public string SigningName => "lambda";

    public string DisplayName => "Lambda";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.RestJson;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var context = request.HttpContext;
        var operation =
            LambdaOperation.Find(context.Request.Method, Segments(context.Request.Path))
            ?? throw new AwsServiceException(
                "UnknownOperationException",
                $"Lambda has no operation {context.Request.Method} {context.Request.Path}.",
                HttpStatusCode.NotFound);
        request.Operation = operation.Name;
        Function Named() => Find(context, operation.Names[0]);
        switch (operation.Name)
        {
            case "ListFunctions":
                await ListAsync(context, cancellationToken);
                break;
            case "GetFunction":
                var found = Named();
                await WriteAsync(
                    context,
                    HttpStatusCode.OK,
                    new JsonObject
                    {
                        ["Configuration"] = await ConfigurationAsync(found, cancellationToken),
                        ["Code"] = new JsonObject { ["RepositoryType"] = "Local" },
                        ["Tags"] = new JsonObject(),
                    });
                break;
            case "GetFunctionConfiguration":
                await WriteAsync(context, HttpStatusCode.OK, await ConfigurationAsync(Named(), cancellationToken));
                break;
            case "ListVersionsByFunction":
                var version = await ConfigurationAsync(Named(), cancellationToken);
                await WriteAsync(context, HttpStatusCode.OK, new JsonObject { ["Versions"] = new JsonArray(version) });
                break;
            case "UpdateFunctionConfiguration":
                await UpdateConfigurationAsync(context, Named(), cancellationToken);
                break;
            case "Invoke":
                await InvokeAsync(context, Named());
                break;
            case "GetPolicy":
                await WritePolicyAsync(context, Named());
                break;
            case "AddPermission":
                await AddPermissionAsync(context, Named(), cancellationToken);
                break;
            case "RemovePermission":
                var owner = Named();
                var expected = context.Request.Query["RevisionId"].ToString();
                await functions.ChangeAsync(
                    owner,
                    settings =>
                    {
                        RequireRevision(settings, expected.Length == 0 ? null : expected);
                        return settings with { Policy = FunctionPolicy.Remove(settings.Policy, operation.Names[1], owner.Arn) };
                    },
                    cancellationToken);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "GetFunctionEventInvokeConfig":
                var configured = Named();
                await WriteAsync(context, HttpStatusCode.OK, EventInvoke(configured, Existing(configured)));
                break;
            case "ListFunctionEventInvokeConfigs":
                var listed = Named();
                await WriteAsync(
                    context,
                    HttpStatusCode.OK,
                    new JsonObject
                    {
                        ["FunctionEventInvokeConfigs"] = listed.Settings.EventInvokeConfig is { } config
                            ? new JsonArray(EventInvoke(listed, config))
                            : [],
                    });
                break;
            case "PutFunctionEventInvokeConfig" or "UpdateFunctionEventInvokeConfig":
                await PutEventInvokeConfigAsync(context, Named(), keepsOthers: operation.Name[0] == 'U', cancellationToken);
                break;
            case "DeleteFunctionEventInvokeConfig":
                var cleared = Named();
                Existing(cleared);
                await functions.ChangeAsync(cleared, settings => settings with { EventInvokeConfig = null }, cancellationToken);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                throw new AwsServiceException(
                    "NotImplemented",
                    $"{operation.Name} is not implemented by local Lambda: its functions are registered by whoever runs their processes, "
                    + "have the version $LATEST only and are invoked through Invoke, topics and destinations.",
                    HttpStatusCode.NotImplemented);
        }
    }

    private async Task ListAsync(HttpContext context, CancellationToken cancellationToken)
    {
        const int DefaultPage = 50;
        const int LargestPage = 10_000;
        var query = context.Request.Query;
        var text = query["MaxItems"].ToString();
        var size = text.Length == 0 ? DefaultPage
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= LargestPage
                ? number
            : throw new AwsServiceException("InvalidParameterValueException", $"MaxItems is '{text}'; allowed are 1 to {LargestPage}.");
        var marker = query["Marker"].ToString();
        var page = functions.Functions.Where(function => string.CompareOrdinal(function.Name, marker) > 0).Take(size + 1).ToList();
        var answer = new JsonObject { ["Functions"] = new JsonArray() };
        foreach (var function in page.Take(size))
        {
            answer["Functions"]!.AsArray().Add((JsonNode)await ConfigurationAsync(function, cancellationToken));
        }

        if (page.Count > size)
        {
            answer["NextMarker"] = page[size - 1].Name;
        }

        await WriteAsync(context, HttpStatusCode.OK, answer);
    }

    private async Task InvokeAsync(HttpContext context, Function function)
    {
        var headers = context.Request.Headers;
        if (s_unsupportedHeaders.FirstOrDefault(headers.ContainsKey) is { } unsupported)
        {
            throw new AwsServiceException("InvalidParameterValueException", $"{unsupported} is not supported by local Lambda.");
        }

        if (headers["X-Amz-Log-Type"].ToString() is var logType and not ("" or "None" or "Tail"))
        {
            throw new AwsServiceException("InvalidParameterValueException", $"X-Amz-Log-Type is '{logType}'; allowed are None and Tail.");
        }

        var type = headers["X-Amz-Invocation-Type"].ToString();
        var payload = await ReadAsync(context, type);

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
        var clientContext = ClientContext(context.Request.Headers["X-Amz-Client-Context"].ToString());
        var result = await functions.InvokeAsync(function, payload, parent, clientContext, context.RequestAborted);
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

    /// <summary>The JSON that a caller tells of itself; null where it tells nothing.</summary>
    private static string? ClientContext(string header)
    {
        if (header.Length == 0)
        {
            return null;
        }

        try
        {
            var json = JsonText.Parse(Convert.FromBase64String(header));
            return header.Length <= MaximumClientContextLength && json is JsonObject
                ? json.ToJsonString()
                : throw new JsonException($"it must be a JSON object of at most {MaximumClientContextLength} bytes in base64.");
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            throw new AwsServiceException("InvalidRequestContentException", $"Client context is not valid: {failure.Message}");
        }
    }

    private static void RequireRevision(FunctionSettings settings, string? revisionId)
    {
        if (revisionId is not null && revisionId != settings.RevisionId)
        {
            throw new AwsServiceException(
                "PreconditionFailedException",
                "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest "
                + "RevisionId",
                HttpStatusCode.PreconditionFailed);
        }
    }

    private async Task AddPermissionAsync(HttpContext context, Function function, CancellationToken cancellationToken)
    {
        var request = await ReadObjectAsync(context);
        string[] allowed = ["FunctionName", "StatementId", "Action", "Principal", "SourceArn", "SourceAccount", "RevisionId"];
        if (request.Select(property => property.Key).Except(allowed).FirstOrDefault() is { } unknown)
        {
            throw new AwsServiceException(
                "InvalidParameterValueException",
                $"{unknown} is not supported by local Lambda; allowed are {string.Join(", ", allowed)}.");
        }

        var revisionId = Text(request, "RevisionId");
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
                RequireRevision(settings, revisionId);
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
        string[] allowed =
            ["FunctionName", "Description", "MemorySize", "Timeout", "Environment", "DeadLetterConfig", "TracingConfig", "RevisionId"];
        if (request.Select(property => property.Key).Except(allowed).FirstOrDefault() is { } unknown)
        {
            throw new AwsServiceException(
                "InvalidParameterValueException",
                $"{unknown} cannot be changed here, because the function's process is started by somebody else; allowed are "
                + $"{string.Join(", ", allowed)}.");
        }

        if (request["Environment"] is not null && !function.Registration.AppliesEnvironment)
        {
            throw new AwsServiceException(
                "InvalidParameterValueException",
                $"Environment cannot be changed here: whoever starts the process of {function.Name} gives it its variables.");
        }

        if (request["TracingConfig"] is JsonObject tracing && Text(tracing, "Mode") is not (null or "Active"))
        {
            throw new AwsServiceException("InvalidParameterValueException", "TracingConfig: local functions have the Mode Active only.");
        }

        var environment = request["Environment"] is { } variables ? FunctionEnvironment.Parse(variables) : null;
        var description = Text(request, "Description");
        if (description?.Length > MaximumDescriptionLength)
        {
            throw new AwsServiceException(
                "ValidationException",
                $"Description has {description.Length} characters; allowed are {MaximumDescriptionLength}.");
        }

        var revisionId = Text(request, "RevisionId");
        var memory = Number(request, "MemorySize", 128, 10_240);
        var timeout = Number(request, "Timeout", 1, 900);
        var deadLetterConfig = request["DeadLetterConfig"] as JsonObject;
        var target = deadLetterConfig is null ? null : Text(deadLetterConfig, "TargetArn");
        if (!string.IsNullOrEmpty(target))
        {
            new EventInvokeConfig { OnFailure = target }.Validate();
            if (target.StartsWith("arn:aws:lambda:", StringComparison.Ordinal))
            {
                throw new AwsServiceException(
                    "InvalidParameterValueException",
                    $"The dead-letter target '{target}' is not the ARN of an SQS queue or an SNS topic.");
            }
        }

        await functions.ChangeAsync(
            function,
            settings =>
            {
                RequireRevision(settings, revisionId);
                return settings with
                {
                    MemorySize = memory ?? settings.MemorySize,
                    TimeoutSeconds = timeout ?? settings.TimeoutSeconds,
                    Description = description ?? settings.Description,
                    Environment = environment ?? settings.Environment,
                    DeadLetterTargetArn =
                        deadLetterConfig is null ? settings.DeadLetterTargetArn
                        : string.IsNullOrEmpty(target) ? null
                        : target,
                };
            },
            cancellationToken);
        await WriteAsync(context, HttpStatusCode.OK, await ConfigurationAsync(function, cancellationToken));
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

    private static async Task<JsonObject> ConfigurationAsync(Function function, CancellationToken cancellationToken)
    {
        var settings = function.Settings;
        var json = new JsonObject
        {
            ["FunctionName"] = function.Name,
            ["FunctionArn"] = function.Arn,
            ["Runtime"] = "provided.al2023",
            ["Handler"] = "bootstrap",
            ["Description"] = settings.Description ?? "",
            ["MemorySize"] = settings.MemorySize,
            ["Timeout"] = (int)Math.Ceiling(settings.TimeoutSeconds),
            ["Version"] = "$LATEST",
            ["PackageType"] = "Zip",
            ["Architectures"] = new JsonArray(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x86_64"),
            ["LastUpdateStatus"] = "Successful",
            ["LastModified"] = settings.LastModified.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
            ["RevisionId"] = settings.RevisionId,
            ["TracingConfig"] = new JsonObject { ["Mode"] = "Active" },
        };
        var (state, code, reason) = State(function);
        json["State"] = state;
        if (code is not null)
        {
            json["StateReasonCode"] = code;
            json["StateReason"] = reason;
        }

        if (await FunctionProgram.ReadAsync(function.Program, cancellationToken) is { } program)
        {
            json["CodeSha256"] = program.Sha256;
            json["CodeSize"] = program.Size;
        }

        if (settings.Environment is { } variables)
        {
            json["Environment"] = new JsonObject
            {
                ["Variables"] = new JsonObject(variables.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value))),
            };
        }

        if (settings.DeadLetterTargetArn is { } target)
        {
            json["DeadLetterConfig"] = new JsonObject { ["TargetArn"] = target };
        }

        return json;
    }

    /// <summary>A function that is started when it is needed is active, as one in AWS is that has no environment just now.</summary>
    private static (string State, string? Code, string? Reason) State(Function function) => function.Starter.State switch
    {
        null or { Status: FunctionStatus.Pending } => ("Pending", "Creating", "Its process has not polled the Runtime API yet."),
        { Status: FunctionStatus.Failed } failed => ("Failed", "InternalError", failed.Reason),
        { Status: FunctionStatus.Stopped } => ("Inactive", "Idle", "Its process was stopped by a person."),
        { Status: FunctionStatus.Inactive } when function.Registration.RestartAsync is null =>
            ("Inactive", "Idle", "No process polls its Runtime API, and local AWS starts none."),
        _ => ("Active", null, null),
    };

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

    private static async Task<byte[]> ReadAsync(HttpContext context, string invocationType)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        var isEvent = invocationType == "Event";
        if (content.Length > (isEvent ? MaximumEventBytes : MaximumSynchronousBytes))
        {
            throw new AwsServiceException(
                "RequestTooLargeException",
                isEvent
                    ? $"{content.Length} byte payload is too large for the Event invocation type (limit {MaximumEventBytes} bytes)"
                    : $"Request must be smaller than {MaximumSynchronousBytes} bytes for the InvokeFunction operation",
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
