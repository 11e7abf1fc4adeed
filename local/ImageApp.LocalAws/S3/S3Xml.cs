using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ImageApp.LocalAws.S3;

/// <summary>S3's XML documents.</summary>
internal static class S3Xml
{
    public static XNamespace Namespace { get; } = "http://s3.amazonaws.com/doc/2006-03-01/";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes an element in S3's namespace.</summary>
    public static XElement Element(string name, params object?[] content) => new(Namespace + name, content);

    /// <summary>As dates are in listings.</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Parses a document whose root is <paramref name="root"/>; clients write it with and without the namespace.</summary>
    /// <exception cref="AwsServiceException"><c>MalformedXML</c>.</exception>
    public static XElement Parse(ReadOnlyMemory<byte> document, string root)
    {
        try
        {
            using var stream = new MemoryStream(document.ToArray(), writable: false);
            using var reader = XmlReader.Create(
                stream,
                new XmlReaderSettings
                {
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    CheckCharacters = false,
                });
            var element = XElement.Load(reader);
            CheckUnicode(element);
            return element.Name.LocalName == root
                ? element
                : throw S3Errors.MalformedXml($"the root element is {element.Name.LocalName}, expected is {root}.");
        }
        catch (XmlException exception)
        {
            throw S3Errors.MalformedXml(exception.Message);
        }
    }

    // A reference may be half of a surrogate pair, which no answer could be written with.
    private static void CheckUnicode(XElement element)
    {
        try
        {
            foreach (var node in element.DescendantNodesAndSelf())
            {
                _ = node switch
                {
                    XText text => StrictUtf8.GetByteCount(text.Value),
                    XElement one => one.Attributes().Sum(attribute => StrictUtf8.GetByteCount(attribute.Value)),
                    _ => 0,
                };
            }
        }
        catch (EncoderFallbackException exception)
        {
            throw S3Errors.MalformedXml($"a text is not Unicode: {exception.Message}");
        }
    }

    public static IEnumerable<XElement> Children(this XElement element, string name) =>
        element.Elements().Where(child => child.Name.LocalName == name);

    public static XElement? Child(this XElement element, string name) => element.Children(name).FirstOrDefault();

    public static string? Text(this XElement element, string name) => element.Child(name)?.Value;

    public static string RequiredText(this XElement element, string name) =>
        element.Text(name) is { Length: > 0 } value
            ? value
            : throw S3Errors.MalformedXml($"{element.Name.LocalName} must have the element {name}.");

    public static int? Number(this XElement element, string name) =>
        element.Text(name) switch
        {
            null => null,
            var text when int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            var text => throw S3Errors.MalformedXml($"{name} is '{text}'; it must be a number."),
        };

    public static bool Flag(this XElement element, string name) =>
        element.Text(name)?.Trim() switch
        {
            null or "false" => false,
            "true" => true,
            var text => throw S3Errors.MalformedXml($"{name} is '{text}'; it must be true or false."),
        };

    /// <summary>
    /// Refuses what <paramref name="element"/> has besides <paramref name="known"/>: what is not done must not look done.
    /// </summary>
    public static void RefuseOthers(this XElement element, params ReadOnlySpan<string> known)
    {
        foreach (var child in element.Elements())
        {
            if (!known.Contains(child.Name.LocalName))
            {
                throw S3Errors.NotImplemented($"{child.Name.LocalName} in {element.Name.LocalName}");
            }
        }
    }
}
