using System.Net;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Sns;

/// <summary>Answers in the Query protocol: XML (smithy.io, "AWS query protocol").</summary>
internal static class QueryResponse
{
    /// <summary>Writes a success; <paramref name="result"/> is null for an action without result.</summary>
    public static Task WriteAsync(HttpContext context, XNamespace xmlns, string action, IReadOnlyList<XElement>? result, string requestId)
    {
        var response = new XElement(xmlns + (action + "Response"));
        if (result is not null)
        {
            response.Add(new XElement(xmlns + (action + "Result"), result));
        }

        response.Add(new XElement(xmlns + "ResponseMetadata", new XElement(xmlns + "RequestId", requestId)));
        return WriteAsync(context, HttpStatusCode.OK, response);
    }

    /// <summary>Writes an error.</summary>
    public static Task WriteErrorAsync(HttpContext context, XNamespace xmlns, AwsServiceException failure, string requestId) => WriteAsync(
        context,
        failure.Status,
        new XElement(
            xmlns + "ErrorResponse",
            new XElement(
                xmlns + "Error",
                new XElement(xmlns + "Type", (int)failure.Status < 500 ? "Sender" : "Receiver"),
                new XElement(xmlns + "Code", failure.Code),
                new XElement(xmlns + "Message", failure.Message)),
            new XElement(xmlns + "RequestId", requestId)));

    private static Task WriteAsync(HttpContext context, HttpStatusCode status, XElement body)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/xml";
        return context.Response.WriteAsync(body.ToString(SaveOptions.DisableFormatting), context.RequestAborted);
    }
}
