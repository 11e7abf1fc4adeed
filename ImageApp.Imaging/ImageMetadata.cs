using System.Globalization;
using System.Text;
using System.Xml;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>
/// What a camera or an editor wrote into the file. Texts are clean: no control characters, nothing that pads them; what is not known is
/// null.
/// </summary>
public sealed record ImageMetadata
{
    /// <summary>The most characters a text has; longer ones are cut.</summary>
    public const int MaxText = 120;

    private const int MaxDescription = 2000;

    /// <summary>The camera's maker, as written.</summary>
    public string? Make { get; init; }

    /// <summary>The camera's model, as written.</summary>
    public string? Model { get; init; }

    /// <summary>The lens, its maker before it where its name does not begin with it.</summary>
    public string? Lens { get; init; }

    /// <summary>The camera as people say it: maker and model, the maker once.</summary>
    public string? Camera => Named(Make, Model);

    /// <summary>When it was taken, in the camera's local time.</summary>
    public DateTime? TakenAt { get; init; }

    /// <summary>The difference of <see cref="TakenAt"/> to UTC.</summary>
    public TimeSpan? TakenAtOffset { get; init; }

    /// <summary>The exposure time in seconds.</summary>
    public double? ExposureTime { get; init; }

    /// <summary>The aperture: focal length over diameter, the 2.8 of f/2.8.</summary>
    public double? FNumber { get; init; }

    /// <summary>The sensitivity (ISO 12232).</summary>
    public int? Iso { get; init; }

    /// <summary>The focal length in millimetres.</summary>
    public double? FocalLength { get; init; }

    /// <summary>The focal length in millimetres that a camera with 35 mm film would need for the same view.</summary>
    public int? FocalLengthIn35mm { get; init; }

    /// <summary>What the camera or a person wrote about it (ImageDescription).</summary>
    public string? Description { get; init; }

    /// <summary>A person's comment (UserComment).</summary>
    public string? Comment { get; init; }

    /// <summary>Where it was taken. Private: no rendition has it, and no caption tells it.</summary>
    public GeoPosition? Position { get; init; }

    /// <summary>The name of a place that a person entered.</summary>
    public string? Place { get; init; }

    /// <summary>
    /// The orientation that EXIF gives, 1 to 8 (Exif 3.0, 4.6.5.1.6); 1 where there is none, or where browsers do not turn pictures of the
    /// format by it (WebP, AVIF, HEIC).
    /// </summary>
    public int Orientation { get; init; } = 1;

    internal static ImageMetadata Read(Image image, ImageFormat format)
    {
        const ExifReader.Directory main = ExifReader.Directory.Image, taken = ExifReader.Directory.Exif;
        var metadata = new ImageMetadata
        {
            Place = PlaceName(image),
            Orientation = format.IsTurnedByExif && image.Contains("orientation")
                ? Convert.ToInt32(image.Get("orientation"), CultureInfo.InvariantCulture)
                : 1,
        };
        if (!image.Contains("exif-data") || image.Get("exif-data") is not byte[] block || ExifReader.Open(block) is not { } exif)
        {
            return metadata;
        }

        var original = exif.Time(taken, 0x9003);
        return metadata with
        {
            Make = Clean(exif.Text(main, 0x010F)),
            Model = Clean(exif.Text(main, 0x0110)),
            Lens = Named(Clean(exif.Text(taken, 0xA433)), Clean(exif.Text(taken, 0xA434))),
            TakenAt = original ?? exif.Time(taken, 0x9004) ?? exif.Time(main, 0x0132),
            TakenAtOffset = original is not null ? exif.Offset(taken, 0x9011)
                : exif.Time(taken, 0x9004) is not null ? exif.Offset(taken, 0x9012)
                : exif.Offset(taken, 0x9010),
            ExposureTime = Positive(exif.Rational(taken, 0x829A)),
            FNumber = Positive(exif.Rational(taken, 0x829D)),
            Iso = Sensitivity(exif),
            FocalLength = Positive(exif.Rational(taken, 0x920A)),
            FocalLengthIn35mm = exif.Number(taken, 0xA405) is > 0 and <= ushort.MaxValue and var equivalent ? (int)equivalent : null,
            Description = Clean(exif.Text(main, 0x010E), MaxDescription),
            Comment = Clean(exif.TextWithCharacterSet(taken, 0x9286), MaxDescription),
            Position = GeoPosition.Read(exif),
        };
    }

    // PhotographicSensitivity has two bytes only; above its largest value the recommended exposure index has the number.
    private static int? Sensitivity(ExifReader exif)
    {
        const ExifReader.Directory taken = ExifReader.Directory.Exif;
        var iso = exif.Number(taken, 0x8827);
        var larger = iso is null or ushort.MaxValue ? exif.Number(taken, 0x8832) ?? exif.Number(taken, 0x8831) : null;
        return (larger ?? iso) is > 0 and <= int.MaxValue and var number ? (int)number : null;
    }

    private static double? Positive(double? number) => number is > 0 && double.IsFinite(number.Value) ? number : null;

    private static string? Named(string? maker, string? name) =>
        maker is null || name is null || name.StartsWith(maker.Split(' ')[0], StringComparison.OrdinalIgnoreCase)
            ? name ?? maker
            : Clean($"{maker} {name}");

    private static string? PlaceName(Image image)
    {
        if (!image.Contains("xmp-data") || image.Get("xmp-data") is not byte[] xmp)
        {
            return null;
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var reader = XmlReader.Create(
                new MemoryStream(xmp), new XmlReaderSettings
                {
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    MaxCharactersInDocument = 1_000_000,
                });
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

                if (element is "Location" or "City" or "Country"
                    && reader.MoveToElement() && !reader.IsEmptyElement && reader.Read() && reader.NodeType == XmlNodeType.Text)
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

    private static string? Clean(string? text, int most = MaxText)
    {
        if (text is null)
        {
            return null;
        }

        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar))
        {
            if (kept.Length + rune.Utf16SequenceLength > most)
            {
                break;
            }

            kept.Append(Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? " " : rune.ToString());
        }

        return kept.ToString().Trim() is { Length: > 0 } clean ? clean : null;
    }
}
