using System.Diagnostics;
using System.Net;
using ImageApp.LocalAws.Console;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws;

/// <summary>
/// Brings each request on the one port to its service: verifies its signature, opens its span, gives it a request id and
/// writes its error. The credential scope names the service; where there is none, the protocol's marks do; all else is S3.
/// </summary>
internal sealed class RequestDispatcher(
    IEnumerable<IAwsService> services,
    IEnumerable<IUnsignedEndpoint> unsignedEndpoints,
    RequestAdmission admission,
    ConsoleEndpoint console,
    SignatureVerifier verifier,
    LegacySignatureVerifier legacyVerifier,
    RequestMetrics metrics,
    TimeProvider time,
    ILogger<RequestDispatcher> logger)
{
    /// <summary>Larger than any request that is no object: a Lambda payload of 6 MB and its envelope.</summary>
    private const int MaximumBufferedBytes = 8 * 1024 * 1024;

    private const string S3 = "s3";
    private const string HealthPath = "/_local/health";

    private readonly Dictionary<string, IAwsService> _services = services.ToDictionary(service => service.SigningName);
    private readonly IUnsignedEndpoint[] _unsignedEndpoints = [.. unsignedEndpoints];

    /// <summary>Answers one request.</summary>
    public async Task DispatchAsync(HttpContext context)
    {
        CloseWhereBodyIsOpen(context);
        var path = context.Request.Path;
        if (await admission.RefusesHostAsync(context))
        {
            return;
        }

        if (path.Value == HealthPath)
        {
            if (!await admission.RefusesPageAsync(context, opensInBrowsers: true))
            {
                await WriteHealthAsync(context);
            }

            return;
        }

        if (ConsoleEndpoint.Handles(context.Request))
        {
            Activity.Current = null;
            if (!await admission.RefusesVisitAsync(context))
            {
                await console.HandleAsync(context);
            }

            return;
        }

        if (Array.Find(_unsignedEndpoints, endpoint => endpoint.Handles(path)) is { } endpoint)
        {
            Activity.Current = null;
            if (!await admission.RefusesPageAsync(context, endpoint.OpensInBrowsers))
            {
                await endpoint.HandleAsync(context);
            }

            return;
        }

        SignatureClaim? claim = null;
        SignatureException? unreadable = null;
        try
        {
            claim = SignatureClaim.Parse(context.Request);
        }
        catch (SignatureException exception)
        {
            unreadable = exception;
        }

        var name = ServiceName(context.Request, claim);
        if (name != S3 && await admission.RefusesPageAsync(context, opensInBrowsers: false))
        {
            return;
        }

        if (!_services.TryGetValue(name, out var service))
        {
            await AwsErrorWriter.WriteAsync(
                context,
                name == S3 ? AwsErrorFormat.RestXml : AwsErrorFormat.Query,
                new AwsServiceException(
                    "NotImplemented",
                    $"Local AWS has no service '{name}'; it has {string.Join(", ", _services.Keys.Order(StringComparer.Ordinal))}.",
                    HttpStatusCode.NotImplemented),
                NewRequestId(context, AwsErrorFormat.Query),
                path,
                context.RequestAborted);
            return;
        }

        await ServeAsync(context, service, claim, unreadable);
    }

    /// <summary>
    /// Where a client waits for <c>100 Continue</c> and gets its answer without, nobody knows whether the body still follows: the client
    /// may send it, or go on with its next request (RFC 9110, section 10.1.1). So such a connection ends with the answer.
    /// </summary>
    private static void CloseWhereBodyIsOpen(HttpContext context)
    {
        if (!context.Request.Headers.Expect.ToString().Contains("100-continue", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        context.Response.OnStarting(() =>
        {
            var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
            if (!hasBody || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            {
                context.Response.Headers.Connection = "close";
            }

            return Task.CompletedTask;
        });
    }

    private static string ServiceName(HttpRequest request, SignatureClaim? claim)
    {
        if (claim is not null)
        {
            return claim.Scope.Service;
        }

        if (request.Headers[AwsJson.TargetHeader].ToString().StartsWith(SqsApi.TargetPrefix, StringComparison.Ordinal))
        {
            return "sqs";
        }

        if (request.Path.StartsWithSegments("/2015-03-31/functions", StringComparison.Ordinal))
        {
            return "lambda";
        }

        // Unsigned: any service of the Query protocol refuses it in the same words.
        return
            HttpMethods.IsPost(request.Method)
            && request.Path.Value is "/"
            && request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true
            ? "sns"
            : S3;
    }

    private async Task ServeAsync(HttpContext context, IAwsService service, SignatureClaim? claim, SignatureException? unreadable)
    {
        var started = time.GetTimestamp();
        var format = service.ErrorFormatOf(context.Request);
        var requestId = NewRequestId(context, format);
        var target = RequestTarget.Of(context);
        using var activity = StartActivity(context, service);
        activity.SetTag("aws.request_id", requestId);
        AwsRequest? request = null;
        try
        {
            if (unreadable is not null)
            {
                throw unreadable;
            }

            request = await AuthenticateAsync(context, service, claim, requestId);
            await service.HandleAsync(request, context.RequestAborted);
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested))
        {
            await AnswerErrorAsync(context, service, format, exception, requestId, target.Path, activity);
        }
        catch (OperationCanceledException)
        {
            // The client is gone; there is nobody to answer.
            activity.SetStatus(ActivityStatusCode.Error, "The client closed the connection.");
        }
        finally
        {
            var status = context.Response.StatusCode;
            activity.SetTag("rpc.method", request?.Operation);
            activity.SetTag("http.response.status_code", status);
            activity.DisplayName = request?.Operation is { } operation ? $"{service.DisplayName} {operation}" : service.DisplayName;

            metrics.Answered(service.DisplayName, request?.Operation, status, time.GetElapsedTime(started));
            logger.Answered(service.DisplayName, request?.Operation ?? "unknown operation", status, context.Request.Method, target.Path);
        }
    }

    private static Activity StartActivity(HttpContext context, IAwsService service)
    {
        // ASP.NET Core's own activity is not recorded here and would leave the span without its parent.
        Activity.Current = null;
        var traceParent = context.Request.Headers.TraceParent.ToString();
        ActivityContext.TryParse(traceParent, context.Request.Headers.TraceState, isRemote: true, out var parent);
        var activity =
            LocalAwsTelemetry.Activities.StartActivity(service.DisplayName, ActivityKind.Server, parent)
            ?? RequestActivity.StartUnrecorded(service.DisplayName, parent);
        activity.SetTag("rpc.system", "aws-api");
        activity.SetTag("rpc.service", service.DisplayName);
        activity.SetTag("http.request.method", context.Request.Method);
        activity.SetTag("url.path", context.Request.Path.Value);
        return activity;
    }

    private async Task<AwsRequest> AuthenticateAsync(HttpContext context, IAwsService service, SignatureClaim? claim, string requestId)
    {
        if (!service.BuffersBody)
        {
            return new AwsRequest(context, requestId, AuthenticateStreaming(context, claim), default);
        }

        if (claim is null)
        {
            throw new SignatureException(SignatureFailure.Missing, "Request is missing Authentication Token");
        }

        var body = await ReadBodyAsync(context.Request, context.RequestAborted);
        var signature = verifier.Verify(context, claim, service.SigningName, body.GetBuffer().AsSpan(0, (int)body.Length));
        context.Request.Body = body;
        return new AwsRequest(context, requestId, signature, body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private RequestSignature? AuthenticateStreaming(HttpContext context, SignatureClaim? claim)
    {
        // A browser's preflight carries a presigned address, but none of the headers that it signs.
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            return null;
        }

        return claim is not null
            ? verifier.VerifyStreaming(context, claim)
            : LegacySignatureClaim.Parse(context.Request) is { } legacy ? legacyVerifier.Verify(context, legacy) : null;
    }

    private static async Task<MemoryStream> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new MemoryStream((int)Math.Clamp(request.ContentLength ?? 0, 0, MaximumBufferedBytes));
        var buffer = new byte[16 * 1024];
        for (int count; (count = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + count > MaximumBufferedBytes)
            {
                throw new AwsServiceException(
                    "RequestEntityTooLargeException",
                    $"The request is larger than {MaximumBufferedBytes} bytes.",
                    HttpStatusCode.RequestEntityTooLarge);
            }

            body.Write(buffer, 0, count);
        }

        body.Position = 0;
        return body;
    }

    private async Task AnswerErrorAsync(
        HttpContext context,
        IAwsService service,
        AwsErrorFormat format,
        Exception exception,
        string requestId,
        string path,
        Activity activity)
    {
        var error = exception switch
        {
            AwsServiceException refused => refused,
            SignatureException signature => signature.ToServiceException(format),
            BadHttpRequestException malformed => new AwsServiceException(
                "InvalidRequest",
                malformed.Message,
                (HttpStatusCode)malformed.StatusCode),
            _ => new AwsServiceException(
                format == AwsErrorFormat.RestXml ? "InternalError" : "InternalFailure",
                $"Local AWS failed: {exception.GetType().Name}: {exception.Message}",
                HttpStatusCode.InternalServerError),
        };
        if ((int)error.Status >= 500)
        {
            logger.Failed(exception, service.DisplayName, context.Request.Method, path);
        }
        else if (error.Status is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            logger.Refused(service.DisplayName, context.Request.Method, path, error.Code, error.Message);
        }

        activity.SetTag("error.type", error.Code);
        if ((int)error.Status >= 400)
        {
            activity.SetStatus(ActivityStatusCode.Error, $"{error.Code}: {error.Message}");
        }

        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        await AwsErrorWriter.WriteAsync(context, format, error, requestId, path, context.RequestAborted);
    }

    private static string NewRequestId(HttpContext context, AwsErrorFormat format)
    {
        if (format == AwsErrorFormat.RestXml)
        {
            var s3Id = Convert.ToHexString(Guid.CreateVersion7().ToByteArray(bigEndian: true)).Substring(0, 16);
            context.Response.Headers["x-amz-request-id"] = s3Id;
            context.Response.Headers["x-amz-id-2"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
            return s3Id;
        }

        var id = Guid.NewGuid().ToString();
        context.Response.Headers["x-amzn-RequestId"] = id;
        return id;
    }

    private async Task WriteHealthAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        var list = string.Join(',', _services.Keys.Order(StringComparer.Ordinal).Select(name => $"\"{name}\""));
        await context.Response.WriteAsync($$"""{"status":"Healthy","services":[{{list}}]}""", context.RequestAborted);
    }
}
