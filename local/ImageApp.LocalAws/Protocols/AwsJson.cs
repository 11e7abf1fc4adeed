using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Protocols;

/// <summary>The protocol AWS JSON 1.0 (Smithy, "AWS JSON 1.0 protocol").</summary>
internal static class AwsJson
{
    /// <summary>The header that names service and operation.</summary>
    public const string TargetHeader = "X-Amz-Target";

    /// <summary>What the body is.</summary>
    public const string ContentType = "application/x-amz-json-1.0";

    /// <summary>The operation's name in <see cref="TargetHeader"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="targetPrefix">What the header starts with, for example <c>AmazonSQS.</c>.</param>
    /// <exception cref="AwsServiceException"><c>UnsupportedOperation</c>: the header has another prefix.</exception>
    public static string OperationOf(AwsRequest request, string targetPrefix)
    {
        var target = request.HttpContext.Request.Headers[TargetHeader].ToString();
        return target.StartsWith(targetPrefix, StringComparison.Ordinal)
            ? target[targetPrefix.Length..]
            : throw new AwsServiceException(
                "UnsupportedOperation",
                $"{TargetHeader} is '{target}'; the service is served in its JSON protocol, with '{targetPrefix}' and the operation's name."
            );
    }

    /// <summary>The body as an object.</summary>
    /// <exception cref="AwsServiceException"><c>SerializationException</c>.</exception>
    public static JsonObject Read(AwsRequest request)
    {
        try
        {
            return JsonText.Parse(request.Body) as JsonObject
                ?? throw new AwsServiceException("SerializationException", "The request's body is not a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new AwsServiceException("SerializationException", $"The request's body is not JSON: {failure.Message}");
        }
    }

    /// <summary>Answers with success.</summary>
    public static Task WriteAsync(HttpResponse response, JsonObject body, CancellationToken cancellationToken)
    {
        response.StatusCode = (int)HttpStatusCode.OK;
        response.ContentType = ContentType;
        return response.WriteAsync(body.ToJsonString(), cancellationToken);
    }
}
