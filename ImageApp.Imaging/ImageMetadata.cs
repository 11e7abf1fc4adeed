using System.Globalization;
using System.Text;
using System.Xml;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>What a camera or an editor wrote into the file, as far as it may be told. Coordinates are never read.</summary>
/// <param name="Camera">Maker and model.</param>
/// <param name="TakenAt">When it was taken, in the camera's local time.</param>
/// <param name="Place">The name of a place that a person entered.</param>
public sealed record ImageMetadata(string? Camera, DateTime? TakenAt, string? Place)
{
    private const int MaxText = 60;

    internal static ImageMetadata Read(Image image)
    {
        var maker = Exif(image, "exif-ifd0-Make");
        var model = Exif(image, "exif-ifd0-Model");
        var camera = maker is null || model is null || model.StartsWith(maker.Split(' ')[0], StringComparison.OrdinalIgnoreCase) ? model ?? maker : $"{maker} {model}";
        var taken = Exif(image, "exif-ifd2-DateTimeOriginal") ?? Exif(image, "exif-ifd0-DateTime");
        return new ImageMetadata(
            camera, DateTime.TryParseExact(taken, "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null, PlaceName(image));
    }

    // libvips gives "value (formatted value, type, n components, n bytes)".
    private static string? Exif(Image image, string field)
    {
        if (!image.Contains(field) || image.Get(field) is not string text)
        {
            return null;
        }

        var end = text.LastIndexOf(" (", StringComparison.Ordinal);
        return Clean(end > 0 ? text[..end] : text);
    }

    private static string? PlaceName(Image image)
    {
        if (!image.Contains("xmp-data") || image.Get("xmp-data") is not byte[] xmp)
        {
            return null;
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xmp), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 1_000_000 });
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element)
                {
                    continue;
                }

                var element = reader.LocalName;
                while (reader.MoveToNextAttribute())
                {
                    Keep(reader.LocalName, reader.Value);
                }

                if (element is "Location" or "City" or "Country" && reader.MoveToElement() && !reader.IsEmptyElement && reader.Read() && reader.NodeType == XmlNodeType.Text)
                {
                    Keep(element, reader.Value);
                }
            }
        }
        catch (XmlException)
        {
            // Broken metadata is no reason to refuse a picture; what was read so far counts.
        }

        var parts = new[] { "Location", "City", "Country" }.Where(found.ContainsKey).Select(name => found[name]).ToList();
        return parts.Count == 0 ? null : string.Join(", ", parts);

        void Keep(string name, string value)
        {
            if (name is "Location" or "City" or "Country" && Clean(value) is { } text)
            {
                found.TryAdd(name, text);
            }
        }
    }

    private static string? Clean(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Where(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar))
        {
            kept.Append(rune);
        }

        var clean = kept.ToString().Trim();
        return clean.Length is 0 or > MaxText ? null : clean;
    }
}
