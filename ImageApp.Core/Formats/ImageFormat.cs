using System.Buffers.Binary;

namespace ImageApp.Core.Formats;

/// <summary>
/// An image format the app takes, known by its first bytes and never by its file name. Everything that is true of one format stands here,
/// and nothing else lists formats.
/// </summary>
public sealed record ImageFormat
{
    /// <summary>How many of a file's first bytes <see cref="TrySniff"/> needs at most.</summary>
    public const int SniffLength = 64;

    private ImageFormat()
    {
    }

    /// <summary>
    /// JPEG (ITU-T T.81). A baseline file streams by; a progressive one keeps two bytes a coefficient of every component.
    /// </summary>
    public static ImageFormat Jpeg { get; } = new()
    {
        Name = "JPEG",
        ContentType = "image/jpeg",
        Extension = "jpg",
        Loader = "jpegload",
        IsShownByBrowsers = true,
        DecodeBytes = frame => frame.IsInterlaced ? frame.Pixels * frame.Bands * 2 : 0,
        StartsLike = start => start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
    };

    /// <summary>PNG (W3C PNG, third edition). A plain file streams by; an interlaced one keeps all its samples.</summary>
    public static ImageFormat Png { get; } = new()
    {
        Name = "PNG",
        ContentType = "image/png",
        Extension = "png",
        Loader = "pngload",
        IsShownByBrowsers = true,
        DecodeBytes = frame => frame.IsInterlaced ? frame.Pixels * frame.Bands * frame.SampleBytes : 0,
        StartsLike = start => start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    };

    /// <summary>GIF 87a and 89a. The whole frame is held.</summary>
    public static ImageFormat Gif { get; } = new()
    {
        Name = "GIF",
        ContentType = "image/gif",
        Extension = "gif",
        Loader = "gifload",
        IsShownByBrowsers = true,
        DecodeBytes = frame => frame.Pixels * 4,
        StartsLike = start => start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8),
    };

    /// <summary>WebP (RFC 9649). The whole frame is held.</summary>
    public static ImageFormat WebP { get; } = new()
    {
        Name = "WebP",
        ContentType = "image/webp",
        Extension = "webp",
        Loader = "webpload",
        IsShownByBrowsers = true,
        DecodeBytes = frame => frame.Pixels * 4,
        StartsLike = start => start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8),
    };

    /// <summary>AVIF, still or sequence (AV1 Image File Format). The frame is held in the decoder's planes and as RGB.</summary>
    public static ImageFormat Avif { get; } = new()
    {
        Name = "AVIF",
        ContentType = "image/avif",
        Extension = "avif",
        Loader = "heifload",
        IsShownByBrowsers = true,
        DecodeBytes = frame => frame.Pixels * (3 + (4 * frame.SampleBytes)) / 2,
        StartsLike = start => HasBrand(start, "avif"u8) || HasBrand(start, "avis"u8),
    };

    /// <summary>Every format the app takes.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = [Jpeg, Png, Gif, WebP, Avif];

    /// <summary>The formats' names for messages to people: <c>JPEG, PNG, GIF, WebP or AVIF</c>.</summary>
    public static string AllNames { get; } = $"{string.Join(", ", All.SkipLast(1).Select(format => format.Name))} or {All[^1].Name}";

    /// <summary>The name people use, for example <c>JPEG</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The media type, for example <c>image/jpeg</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>The extension without a dot, for example <c>jpg</c>.</summary>
    public required string Extension { get; init; }

    /// <summary>The one libvips operation that may read it, for example <c>jpegload</c>.</summary>
    public required string Loader { get; init; }

    /// <summary>Whether browsers show an original of this format in a page.</summary>
    public required bool IsShownByBrowsers { get; init; }

    /// <summary>How much memory, in bytes, the decoder must hold at once; 0 where it streams by.</summary>
    public required Func<DecodedFrame, long> DecodeBytes { get; init; }

    /// <summary>Whether a file with these first bytes, <see cref="SniffLength"/> or all, is of this format.</summary>
    public required Func<ReadOnlySpan<byte>, bool> StartsLike { get; init; }

    /// <summary>Recognises a format by a file's first bytes.</summary>
    /// <param name="start">The first <see cref="SniffLength"/> bytes, or all where there are fewer.</param>
    /// <returns>The format, or null where it is none of <see cref="All"/>.</returns>
    public static ImageFormat? TrySniff(ReadOnlySpan<byte> start)
    {
        foreach (var format in All)
        {
            if (format.StartsLike(start))
            {
                return format;
            }
        }

        return null;
    }

    /// <summary>Finds a format by its media type; null where it is none of <see cref="All"/>.</summary>
    public static ImageFormat? OfContentType(string? contentType) => All.FirstOrDefault(format => format.ContentType == contentType);

    // The ftyp box: size, "ftyp", major brand, minor version, compatible brands. HEIC shares the container, so the brand decides.
    private static bool HasBrand(ReadOnlySpan<byte> start, ReadOnlySpan<byte> brand)
    {
        if (start.Length < 16 || !start[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        var end = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(start), (uint)start.Length);
        for (var at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        {
            if (start[at..].StartsWith(brand))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What a header tells of the frame to be decoded.</summary>
/// <param name="Pixels">Width times height.</param>
/// <param name="Bands">How many samples a pixel has.</param>
/// <param name="SampleBytes">The bytes of one sample.</param>
/// <param name="IsInterlaced">Whether the file is progressive or interlaced.</param>
public readonly record struct DecodedFrame(long Pixels, int Bands, int SampleBytes, bool IsInterlaced);
