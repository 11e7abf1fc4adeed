using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Protocols;

/// <summary>Writes errors as each protocol's clients read them.</summary>
internal static class AwsErrorWriter
{
    // SQS is the one service here that speaks AWS JSON.
    private const string ErrorNamespace = "com.amazonaws.sqs#";

    /// <summary>
    /// Answers with <paramref name="error"/>; <paramref name="resource"/> is S3's element of that name, the path as it was asked for.
    /// </summary>
    public static Task WriteAsync(
        HttpContext context,
        AwsErrorFormat format,
        AwsServiceException error,
        string requestId,
        string resource,
        CancellationToken cancellationToken)
    {
        context.Response.StatusCode = (int)error.Status;
        if (error.Details.TryGetValue("Region", out var region))
        {
            context.Response.Headers["x-amz-bucket-region"] = region;
        }

        if (HttpMethods.IsHead(context.Request.Method) || error.Status == HttpStatusCode.NotModified)
        {
            return Task.CompletedTask;
        }

        return format switch
        {
            AwsErrorFormat.RestXml => context.Response.WriteXmlAsync(
                new XElement(
                    "Error",
                    new XElement("Code", error.Code),
                    new XElement("Message", error.Message),
                    error.Details.Select(detail => new XElement(detail.Key, detail.Value)),
                    new XElement("Resource", resource),
                    new XElement("RequestId", requestId)),
                cancellationToken),
            AwsErrorFormat.Query => context.Response.WriteXmlAsync(
                new XElement(
                    "ErrorResponse",
                    new XElement(
                        "Error",
                        new XElement("Type", (int)error.Status < 500 ? "Sender" : "Receiver"),
                        new XElement("Code", error.Code),
                        new XElement("Message", error.Message)),
                    new XElement("RequestId", requestId)),
                cancellationToken),
            AwsErrorFormat.Json => WriteJsonAsync(context, AwsJson.ContentType, "__type", error, cancellationToken),
            AwsErrorFormat.RestJson => WriteJsonAsync(context, "application/json", "Type", error, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };
    }

    private static async Task WriteJsonAsync(
        HttpContext context,
        string contentType,
        string typeProperty,
        AwsServiceException error,
        CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            var isRest = typeProperty == "Type";
            json.WriteStartObject();
            json.WriteString(typeProperty, isRest ? (int)error.Status < 500 ? "User" : "Service" : ErrorNamespace + error.Code);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        context.Response.Headers["x-amzn-ErrorType"] = error.Code;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = buffer.Length;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
    }
}
