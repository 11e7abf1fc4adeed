using System.Buffers.Binary;
using System.Text;

namespace ImageApp.Core.Formats;

/// <summary>What a file is that the app does not take, known by its first bytes, and what its owner can do about it.</summary>
/// <param name="Name">The name people use, with its article: <c>a TIFF picture</c>.</param>
/// <param name="Advice">What to do, as a sentence.</param>
public sealed record RefusedFormat(string Name, string Advice)
{
    private const string Export = "Open it in a photo program, export it as JPEG or PNG, and upload that.";
    private const string ExportRaw =
        "Develop it in the camera maker's or another photo program, export it as JPEG, and upload that; "
        + "many cameras store a JPEG beside it.";
    private const string TakeStill = "The gallery shows pictures only: upload a still from it, a screenshot for example.";
    private const string FindOriginal = "Find the original, and upload that.";

    /// <summary>
    /// What the file is and what to do, in a person's words: <c>The file is a TIFF picture, not JPEG, …. Open it in …</c>
    /// </summary>
    public string Sentence => $"The file is {Name}, not {ImageFormat.AllNames}. {Advice}";

    /// <summary>The sentence for any file that <see cref="ImageFormat.TrySniff"/> does not know.</summary>
    /// <param name="start">The first <see cref="ImageFormat.SniffLength"/> bytes, or all where there are fewer.</param>
    public static string SentenceFor(ReadOnlySpan<byte> start) => Identify(start)?.Sentence ?? UnknownSentence;

    /// <summary>The sentence for a file that is not known at all.</summary>
    public static string UnknownSentence { get; } =
        $"The file is not {ImageFormat.AllNames}, whatever its name says. "
        + "Open it in a program that knows it, export it as JPEG or PNG, and upload that.";

    /// <summary>Recognises a format by a file's first bytes.</summary>
    /// <param name="start">The first <see cref="ImageFormat.SniffLength"/> bytes, or all where there are fewer.</param>
    /// <returns>The format; null where it is not known, or one that the app takes.</returns>
    public static RefusedFormat? Identify(ReadOnlySpan<byte> start) =>
        ImageFormat.TrySniff(start) is not null ? null
        : start.IsEmpty ? new("empty", "Something went wrong when it was saved or copied: " + FindOriginal.ToLowerInvariant())
        : IdentifyIsoMedia(start) ?? IdentifySignature(start) ?? IdentifyTiff(start) ?? IdentifyText(start);

    private static RefusedFormat? IdentifyIsoMedia(ReadOnlySpan<byte> start)
    {
        var brands = FileTypeBrands.Read(start);
        if (brands.HasAny("jxl "))
        {
            return new("a JPEG XL picture", Export);
        }

        if (brands.HasAny("crx "))
        {
            return new("a Canon RAW picture (CR3)", ExportRaw);
        }

        if (brands.HasAny("avci", "avcs", "vvic", "evbi", "evmi", "j2ki"))
        {
            return new("a HEIF picture with a rare coding", Export);
        }

        if (brands.Has("qt  "))
        {
            return new("a QuickTime video (MOV)", TakeStill);
        }

        // QuickTime files from before there were brands begin with one of these boxes.
        var old = start.Length >= 8
            && (start[4..].StartsWith("moov"u8) || start[4..].StartsWith("mdat"u8) || start[4..].StartsWith("wide"u8)
            || start[4..].StartsWith("free"u8) || start[4..].StartsWith("skip"u8) || start[4..].StartsWith("pnot"u8));
        return old ? new("a QuickTime video (MOV)", TakeStill)
            : !brands.IsPresent ? null
            : brands.HasAny("M4A ", "M4B ") ? new("a sound recording (M4A)", "The gallery shows pictures only.")
            : new("a video (MP4)", TakeStill);
    }

    private static RefusedFormat? IdentifySignature(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) && start.IndexOf("CgBI"u8) == 12)
        {
            return new(
                "a PNG in Apple's variant for iOS apps (CgBI)",
                "Convert it back into a PNG with `pngcrush -revert-iphone-optimizations` or Xcode, and upload that.");
        }

        if (start.Length >= 12 && start.StartsWith("RIFF"u8))
        {
            return start[8..].StartsWith("AVI "u8) ? new("a video (AVI)", TakeStill)
                : start[8..].StartsWith("WAVE"u8) ? new("a sound recording (WAV)", "The gallery shows pictures only.")
                : null;
        }

        // Written as text where the bytes are; \u00FF is the byte FF.
        foreach (var (signature, name, advice) in Signatures)
        {
            if (StartsWith(start, signature))
            {
                return new(name, advice);
            }
        }

        return null;
    }

    private static readonly (string Signature, string Name, string Advice)[] Signatures =
    [
        ("\u00FF\u000A", "a JPEG XL picture", Export),
        ("\0\0\0\u000CJXL \r\n\u0087\n", "a JPEG XL picture", Export),
        ("\0\0\0\u000CjP  ", "a JPEG 2000 picture", Export),
        ("\u00FF\u004F\u00FF\u0051", "a JPEG 2000 picture", Export),
        ("II\u00BC\u0001", "a JPEG XR picture", Export),
        ("FUJIFILMCCD-RAW", "a Fujifilm RAW picture (RAF)", ExportRaw),
        ("II*\0\u0010\0\0\0CR", "a Canon RAW picture (CR2)", ExportRaw),
        ("II\u001A\0\0\0HEAPCCDR", "a Canon RAW picture (CRW)", ExportRaw),
        ("IIRO", "an Olympus or OM System RAW picture (ORF)", ExportRaw),
        ("IIRS", "an Olympus or OM System RAW picture (ORF)", ExportRaw),
        ("MMOR", "an Olympus or OM System RAW picture (ORF)", ExportRaw),
        ("IIU\0", "a Panasonic or Leica RAW picture (RW2)", ExportRaw),
        ("\0MRM", "a Minolta RAW picture (MRW)", ExportRaw),
        ("FOVb", "a Sigma RAW picture (X3F)", ExportRaw),
        ("8BPS", "a Photoshop document (PSD)", "Open it in Photoshop or another program, export it as JPEG or PNG, and upload that."),
        ("gimp xcf", "a GIMP document (XCF)", "Open it in GIMP, export it as JPEG or PNG, and upload that."),
        ("%PDF-", "a PDF document", "Export the page as a picture, JPEG or PNG, and upload that."),
        ("%!PS", "a PostScript document", "Export the page as a picture, JPEG or PNG, and upload that."),
        ("\u00C5\u00D0\u00D3\u00C6", "a PostScript document", "Export the page as a picture, JPEG or PNG, and upload that."),
        ("\0\0\u0001\0", "an icon (ICO)", Export),
        ("\0\0\u0002\0", "a mouse pointer (CUR)", Export),
        ("icns", "an icon (ICNS)", Export),
        ("v/1\u0001", "an OpenEXR picture", Export),
        ("#?RADIANCE", "a Radiance HDR picture", Export),
        ("#?RGBE", "a Radiance HDR picture", Export),
        ("SIMPLE  =", "a FITS picture", Export),
        ("qoif", "a QOI picture", Export),
        ("DDS ", "a DDS texture", Export),
        ("BPG\u00FB", "a BPG picture", Export),
        ("FLIF", "a FLIF picture", Export),
        ("AT&TFORM", "a DjVu document", "Export the page as a picture, JPEG or PNG, and upload that."),
        ("\u001A\u0045\u00DF\u00A3", "a video (MKV or WebM)", TakeStill),
        ("FLV\u0001", "a video (FLV)", TakeStill),
        ("0&\u00B2u\u008Ef\u00CF\u0011", "a video (WMV)", TakeStill),
        ("OggS", "an Ogg video or sound recording", TakeStill),
        ("\0\0\u0001\u00BA", "a video (MPEG)", TakeStill),
        ("\0\0\u0001\u00B3", "a video (MPEG)", TakeStill),
        ("ID3", "a sound recording (MP3)", "The gallery shows pictures only."),
        ("PK\u0003\u0004", "a zip archive or an office document", "Unpack it, and upload the pictures in it."),
        ("7z\u00BC\u00AF\u0027\u001C", "a 7z archive", "Unpack it, and upload the pictures in it."),
        ("Rar!\u001A\u0007", "a RAR archive", "Unpack it, and upload the pictures in it."),
        ("\u001F\u008B", "a gzip archive", "Unpack it, and upload the pictures in it."),
        ("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "an office document",
            "Export the picture in it as JPEG or PNG, and upload that."),
        ("bplist00", "a property list", "It goes with a picture, and is none: find the picture, and upload that."),
        ("\0\u0005\u0016\u0007\0\u0002\0\0", "a macOS companion file (its name begins with ._)",
            "It goes with a picture, and is none: find the file of the same name without ._, and upload that."),
    ];

    // Most RAW formats are TIFF files. Which one, the maker's name tells, which stands near the start.
    private static RefusedFormat? IdentifyTiff(ReadOnlySpan<byte> start)
    {
        var little = StartsWith(start, "II*\0") || StartsWith(start, "II+\0");
        if (!little && !StartsWith(start, "MM\0*") && !StartsWith(start, "MM\0+"))
        {
            // A bitmap's header: "BM", its size, four reserved bytes that are zero, and the offset of its pixels.
            return StartsWith(start, "BM") && start.Length >= 14 && start.Slice(6, 4).IndexOfAnyExcept((byte)0) < 0
                ? new("a bitmap (BMP)", Export)
                : null;
        }

        if (HasDngVersion(start, little))
        {
            return new("a RAW picture (DNG)", ExportRaw);
        }

        foreach (var (maker, name) in RawMakers)
        {
            if (start.IndexOf(Encoding.ASCII.GetBytes(maker)) > 0)
            {
                return new($"a {name}, or a TIFF picture of that camera", ExportRaw);
            }
        }

        return new("a TIFF picture", Export);
    }

    private static readonly (string Maker, string Name)[] RawMakers =
    [
        ("NIKON CORPORATION", "Nikon RAW picture (NEF)"),
        ("SONY", "Sony RAW picture (ARW)"),
        ("PENTAX", "Pentax RAW picture (PEF)"),
        ("SAMSUNG", "Samsung RAW picture (SRW)"),
        ("EASTMAN KODAK", "Kodak RAW picture (DCR)"),
        ("Hasselblad", "Hasselblad RAW picture (3FR)"),
        ("Phase One", "Phase One RAW picture (IIQ)"),
        ("SEIKO EPSON", "Epson RAW picture (ERF)"),
    ];

    // Tag C612 (DNGVersion) is in the first directory (Adobe DNG specification), whose entries have twelve bytes (TIFF 6.0, section 2).
    private static bool HasDngVersion(ReadOnlySpan<byte> start, bool little)
    {
        if (start.Length < 8)
        {
            return false;
        }

        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(start[4..]) : BinaryPrimitives.ReadUInt32BigEndian(start[4..]);
        if (directory > start.Length - 2)
        {
            return false;
        }

        var entries = start[(int)directory..];
        var count = Short(entries, little);
        for (entries = entries[2..]; count > 0 && entries.Length >= 12; entries = entries[12..], count--)
        {
            if (Short(entries, little) == 0xC612)
            {
                return true;
            }
        }

        return false;

        static ushort Short(ReadOnlySpan<byte> at, bool little) =>
            little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
    }

    private static RefusedFormat? IdentifyText(ReadOnlySpan<byte> start)
    {
        var text = Decode(start);
        if (text is null)
        {
            return null;
        }

        var trimmed = text.TrimStart();
        if (trimmed.StartsWith('<'))
        {
            return trimmed.Contains("<svg", StringComparison.OrdinalIgnoreCase) && !IsHtml(trimmed)
                ? new("an SVG drawing", "Open it in a drawing program, export it as PNG, and upload that.")
                : IsHtml(trimmed) ? new(
                    "a web page (HTML), not the picture",
                    "It was saved in the picture's place, often because a download needed a login: " + FindOriginal.ToLowerInvariant())
                : new("an XML document", FindOriginal);
        }

        return trimmed.StartsWith("version https://git-lfs", StringComparison.Ordinal)
            ? new("a Git LFS pointer, not the picture", "Fetch the picture with `git lfs pull`, and upload that.")
            : new("a text", FindOriginal);
    }

    private static bool IsHtml(string text) =>
        text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.Contains("<html", StringComparison.OrdinalIgnoreCase)
        || text.Contains("<head", StringComparison.OrdinalIgnoreCase) || text.Contains("<body", StringComparison.OrdinalIgnoreCase);

    // Text has no control characters but white space; UTF-16 has a mark of its byte order.
    private static string? Decode(ReadOnlySpan<byte> start)
    {
        var encoding = StartsWith(start, "\u00FF\u00FE") ? Encoding.Unicode
            : StartsWith(start, "\u00FE\u00FF") ? Encoding.BigEndianUnicode
            : Encoding.UTF8;
        var text = encoding.GetString(start).TrimStart('\uFEFF');
        var odd = text.Count(character => char.IsControl(character) && !char.IsWhiteSpace(character));

        // The last character may be cut; a single-byte encoding has a few letters that are no UTF-8.
        return odd == 0 && text.Count(character => character == '\uFFFD') <= text.Length / 10 ? text : null;
    }

    private static bool StartsWith(ReadOnlySpan<byte> start, string signature)
    {
        if (start.Length < signature.Length)
        {
            return false;
        }

        for (var i = 0; i < signature.Length; i++)
        {
            if (start[i] != signature[i])
            {
                return false;
            }
        }

        return true;
    }
}
