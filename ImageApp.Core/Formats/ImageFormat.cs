namespace ImageApp.Core.Formats;

/// <summary>An image format the app takes, known by its first bytes and never by its file name.</summary>
/// <param name="Name">The name people use, for example <c>JPEG</c>.</param>
/// <param name="ContentType">The media type, for example <c>image/jpeg</c>.</param>
/// <param name="Extension">The extension without a dot, for example <c>jpg</c>.</param>
public sealed record ImageFormat(string Name, string ContentType, string Extension)
{
    /// <summary>How many of a file's first bytes <see cref="TrySniff"/> needs at most.</summary>
    public const int SniffLength = 64;

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

    /// <summary>Every format the app takes.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = [Jpeg, Png, Gif, WebP, Avif];

    /// <summary>The formats' names for messages to people: <c>JPEG, PNG, GIF, WebP or AVIF</c>.</summary>
    public const string AllNames = "JPEG, PNG, GIF, WebP or AVIF";

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
            return Png;
        }

        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
        {
            return Gif;
        }

        if (start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8))
        {
            return WebP;
        }

        return IsAvif(start) ? Avif : null;
    }

    // The ftyp box: size, "ftyp", major brand, minor version, compatible brands. HEIC shares the container, so the brand decides.
    private static bool IsAvif(ReadOnlySpan<byte> start)
    {
        if (start.Length < 16 || !start[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        var boxLength = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(start);
        var end = (int)Math.Min(boxLength, (uint)start.Length);
        for (var brand = 8; brand + 4 <= end; brand += brand == 8 ? 8 : 4)
        {
            if (start[brand..].StartsWith("avif"u8) || start[brand..].StartsWith("avis"u8))
            {
                return true;
            }
        }

        return false;
    }
}
