using System.Text;

namespace ImageApp.Core.Formats;

/// <summary>An image format the app takes, known by its first bytes and never by its file name.</summary>
/// <param name="Name">The name people use, for example <c>JPEG</c>.</param>
/// <param name="ContentType">The media type, for example <c>image/jpeg</c>.</param>
/// <param name="Extension">The extension without a dot, for example <c>jpg</c>.</param>
public sealed record ImageFormat(string Name, string ContentType, string Extension)
{
    /// <summary>How many of a file's first bytes <see cref="TrySniff"/> needs at most.</summary>
    public const int SniffLength = 4096;

    /// <summary>Whether every current browser shows it; where not, only renditions can be shown, and the original be downloaded.</summary>
    public bool ShownByBrowsers { get; init; } = true;

    /// <summary>JPEG (ITU-T T.81).</summary>
    public static ImageFormat Jpeg { get; } = new("JPEG", "image/jpeg", "jpg");

    /// <summary>PNG (W3C PNG, third edition).</summary>
    public static ImageFormat Png { get; } = new("PNG", "image/png", "png");

    /// <summary>GIF 87a and 89a.</summary>
    public static ImageFormat Gif { get; } = new("GIF", "image/gif", "gif");

    /// <summary>WebP (RFC 9649).</summary>
    public static ImageFormat WebP { get; } = new("WebP", "image/webp", "webp");

    /// <summary>AVIF, still or sequence (AV1 Image File Format).</summary>
    public static ImageFormat Avif { get; } = new("AVIF", "image/avif", "avif");

    /// <summary>HEIC: HEVC in the High Efficiency Image File Format (ISO/IEC 23008-12), as telephones write it.</summary>
    public static ImageFormat Heic { get; } = new("HEIC", "image/heic", "heic") { ShownByBrowsers = false };

    /// <summary>Every format the app takes.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = [Jpeg, Png, Gif, WebP, Avif, Heic];

    /// <summary>The formats' names for messages to people: <c>JPEG, PNG, GIF, WebP, AVIF or HEIC</c>.</summary>
    public const string AllNames = "JPEG, PNG, GIF, WebP, AVIF or HEIC";

    // ISO/IEC 23008-12, annex B: HEVC images and sequences, scalable and multiview ones too.
    private static readonly string[] HevcBrands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"];

    /// <summary>Recognises a format by a file's first bytes.</summary>
    /// <param name="start">The first <see cref="SniffLength"/> bytes, or all where there are fewer.</param>
    /// <returns>The format, or null where it is none of <see cref="All"/>.</returns>
    public static ImageFormat? TrySniff(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return Jpeg;
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            // Apple's variant for iOS bundles: neither browsers nor decoders read it (see RefusedFormat).
            return start.Length >= 16 && start[12..].StartsWith("CgBI"u8) ? null : Png;
        }

        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
        {
            return Gif;
        }

        if (start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8))
        {
            return WebP;
        }

        var brands = FileTypeBrands.Read(start);
        return IsOneOf(brands.Major, HevcBrands) ? Heic
            : brands.HasAny("avif", "avis") ? Avif
            : brands.HasAny(HevcBrands) || brands.HasAny("mif1", "msf1") ? Heic
            : null;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> brand, ReadOnlySpan<string> brands)
    {
        foreach (var one in brands)
        {
            if (Ascii.Equals(brand, one))
            {
                return true;
            }
        }

        return false;
    }
}
