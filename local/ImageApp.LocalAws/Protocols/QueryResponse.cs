using System.Xml.Linq;

namespace ImageApp.LocalAws.Protocols;

/// <summary>Answers in the Query protocol: XML (Smithy, "AWS query protocol").</summary>
internal static class QueryResponse
{
    private const string ContentType = "text/xml";

    /// <summary>Writes a success.</summary>
    /// <param name="response">Where to.</param>
    /// <param name="xmlns">The service's namespace; elements that have none get it.</param>
    /// <param name="action">The action that was performed.</param>
    /// <param name="result">The content of the <c>Result</c> element; null for an action that has none.</param>
    /// <param name="requestId">The request's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task WriteAsync(
        Microsoft.AspNetCore.Http.HttpResponse response,
        XNamespace xmlns,
        string action,
        IEnumerable<XElement?>? result,
        string requestId,
        CancellationToken cancellationToken)
    {
        var root = new XElement(
            action + "Response",
            result is null ? null : new XElement(action + "Result", result),
            new XElement("ResponseMetadata", new XElement("RequestId", requestId)));
        foreach (var element in root.DescendantsAndSelf().Where(element => element.Name.Namespace == XNamespace.None))
        {
            element.Name = xmlns + element.Name.LocalName;
        }

        return response.WriteXmlAsync(root, cancellationToken, ContentType);
    }
}
