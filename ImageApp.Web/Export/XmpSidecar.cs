using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ImageApp.Web.Export;

/// <summary>
/// What is known of a picture as an XMP sidecar (ISO 16684-1), which Lightroom, darktable, digiKam and exiftool read and write.
/// </summary>
/// <param name="Description">What the picture shows; null where nothing says.</param>
/// <param name="Language">The BCP 47 tag of the description's language; null where it is not known.</param>
/// <param name="IsFavourite">Whether it has five stars.</param>
/// <param name="Albums">The titles of its albums.</param>
internal sealed record XmpSidecar(string? Description, string? Language, bool IsFavourite, IReadOnlyList<string> Albums)
{
    /// <summary>What a sidecar's name ends with.</summary>
    public const string Extension = ".xmp";

    private const int FullRating = 5;
    private const int MaxCharacters = 1024 * 1024;
    private const string DefaultLanguage = "x-default";
    private const string AlbumRoot = "Albums|";

    private static readonly XNamespace Meta = "adobe:ns:meta/";
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace DublinCore = "http://purl.org/dc/elements/1.1/";
    private static readonly XNamespace Basic = "http://ns.adobe.com/xap/1.0/";
    private static readonly XNamespace Lightroom = "http://ns.adobe.com/lightroom/1.0/";
    private static readonly XNamespace Iptc = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";

    private static readonly XName AlternativeText = Iptc + "AltTextAccessibility";

    /// <summary>Whether there is anything to say.</summary>
    public bool IsEmpty => Description is null && !IsFavourite && Albums.Count == 0;

    /// <summary>The sidecar as a file.</summary>
    public byte[] ToBytes()
    {
        var description = new XElement(
            Rdf + "Description",
            new XAttribute(Rdf + "about", ""),
            new XAttribute(XNamespace.Xmlns + "dc", DublinCore),
            new XAttribute(XNamespace.Xmlns + "xmp", Basic),
            new XAttribute(XNamespace.Xmlns + "lr", Lightroom),
            new XAttribute(XNamespace.Xmlns + "Iptc4xmpCore", Iptc));
        if (IsFavourite)
        {
            description.Add(new XElement(Basic + "Rating", FullRating));
        }

        // A caption is both here: what the picture shows, and what is read out in its place (IPTC Photo Metadata Standard).
        if (Description is { } text)
        {
            description.Add(
                new XElement(DublinCore + "description", Alternatives(text)), new XElement(AlternativeText, Alternatives(text)));
        }

        if (Albums.Count > 0)
        {
            var tags = Albums.Select(album => new XElement(Rdf + "li", AlbumRoot + Plain(album)));
            description.Add(new XElement(Lightroom + "hierarchicalSubject", new XElement(Rdf + "Bag", tags)));
        }

        var root = new XElement(
            Meta + "xmpmeta",
            new XAttribute(XNamespace.Xmlns + "x", Meta),
            new XElement(Rdf + "RDF", new XAttribute(XNamespace.Xmlns + "rdf", Rdf), description));
        using var bytes = new MemoryStream();
        var settings = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            OmitXmlDeclaration = true,
        };
        using (var writer = XmlWriter.Create(bytes, settings))
        {
            root.Save(writer);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a sidecar, whoever wrote it.</summary>
    /// <exception cref="XmlException">It is no XML, longer than a sidecar is, or has a document type, which no sidecar has.</exception>
    public static async Task<XmpSidecar> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var reader = XmlReader.Create(content, new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxCharacters,
        });
        var document = await XDocument.LoadAsync(reader, LoadOptions.None, cancellationToken);

        // Properties are elements or attributes of however many descriptions (ISO 16684-1, 7.4 and 7.9.2.2).
        var descriptions = document.Descendants(Rdf + "Description").ToList();
        var (text, language) = new[] { DublinCore + "description", AlternativeText }
            .SelectMany(name => descriptions.Select(one => Localized(one, name)))
            .FirstOrDefault(one => one.Text is not null);
        var rating = descriptions
            .Select(one => one.Attribute(Basic + "Rating")?.Value ?? one.Element(Basic + "Rating")?.Value)
            .FirstOrDefault(value => value is not null);
        var albums = descriptions.Elements(Lightroom + "hierarchicalSubject").Descendants(Rdf + "li")
            .Select(item => item.Value)
            .Where(item => item.StartsWith(AlbumRoot, StringComparison.Ordinal) && item.Length > AlbumRoot.Length)
            .Select(item => item[AlbumRoot.Length..]);
        return new XmpSidecar(
            text,
            language,
            double.TryParse(rating, NumberStyles.Float, CultureInfo.InvariantCulture, out var stars) && stars >= FullRating,
            [.. albums]);
    }

    private XElement Alternatives(string text)
    {
        var alternatives = new XElement(Rdf + "Alt", Item(DefaultLanguage, text));
        if (Language is { } language)
        {
            alternatives.Add(Item(language, text));
        }

        return alternatives;

        static XElement Item(string language, string text) =>
            new(Rdf + "li", new XAttribute(XNamespace.Xml + "lang", language), Plain(text));
    }

    // The default, and the language in which the same stands there again.
    private static (string? Text, string? Language) Localized(XElement description, XName name)
    {
        if (description.Attribute(name)?.Value is { Length: > 0 } simple)
        {
            return (simple, null);
        }

        if (description.Element(name) is not { } element)
        {
            return (null, null);
        }

        var items = element.Descendants(Rdf + "li").Where(item => !string.IsNullOrWhiteSpace(item.Value)).ToList();
        var chosen = items.FirstOrDefault(item => LanguageOf(item) == DefaultLanguage) ?? items.FirstOrDefault();
        if (chosen is null)
        {
            return (element.HasElements || string.IsNullOrWhiteSpace(element.Value) ? null : element.Value, null);
        }

        var language = items.Where(item => item.Value == chosen.Value).Select(LanguageOf).FirstOrDefault(tag => tag != DefaultLanguage);
        return (chosen.Value, language);

        static string? LanguageOf(XElement item) => item.Attribute(XNamespace.Xml + "lang")?.Value;
    }

    // What XML has no characters for.
    private static string Plain(string text) =>
        string.Concat(text.Where(character => XmlConvert.IsXmlChar(character) || char.IsSurrogate(character)));
}
