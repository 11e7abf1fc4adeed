using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Protocols;

/// <summary>XML answers.</summary>
internal static class XmlResponse
{
    // An object key may hold characters that XML 1.0 cannot; AWS writes them as references all the same.
    // A carriage return in a text is the text's own, and a parser would take a bare one for the end of a line.
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(false),
        CheckCharacters = false,
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>Writes a document; the status is the response's own.</summary>
    public static async Task WriteXmlAsync(
        this HttpResponse response, XElement root, CancellationToken cancellationToken, string contentType = "application/xml")
    {
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, Settings))
        {
            root.WriteTo(writer);
        }

        response.ContentType = contentType;
        response.ContentLength = buffer.Length;
        await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
    }
}
