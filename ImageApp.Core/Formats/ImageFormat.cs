namespace ImageApp.Core.Formats;

/// <summary>
/// An image format the app takes, known by its first bytes and never by its file name. Everything that is true of one format stands here,
/// and nothing else lists formats.
/// </summary>
public sealed record ImageFormat
{
    /// <summary>How many of a file's first bytes <see cref="TrySniff"/> needs at most.</summary>
    public const int SniffLength = 4096;

    // libaom keeps what it knows of each block of 4 x 4 pixels.
    private const double Av1ModeBytes = 13.7;

    // ISO/IEC 23008-12, annex B: HEVC images and sequences, scalable and multiview ones too.
    private static readonly string[] HevcBrands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"];

    private ImageFormat()
    {
    }

    /// <summary>JPEG (ITU-T T.81), Ultra HDR included: the gain map behind the picture is never decoded.</summary>
    public static ImageFormat Jpeg { get; } = new()
    {
        Name = "JPEG",
        ContentType = "image/jpeg",
        Extension = "jpg",
        OtherExtensions = ["jpeg", "jpe", "jfif"],
        Loader = "jpegload",
        LoaderClass = "VipsForeignLoadJpeg",
        IsShownByBrowsers = true,
        IsTurnedByExif = true,
        StartsLike = start => start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),

        // One scan streams by. Of many, all coefficients are kept, whatever size is wanted.
        CostOf = frame => frame.CoefficientBytes == 0
            ? DecodeCost.Streamed
            : new DecodeCost(
                frame.CoefficientBytes, frame.IsInterlaced ? "progressive " : "multi-scan ",
                "A non-progressive or smaller version would do."),
    };

    /// <summary>PNG (W3C PNG, third edition). The passes of an interlaced one are put together in a whole picture.</summary>
    public static ImageFormat Png { get; } = new()
    {
        Name = "PNG",
        ContentType = "image/png",
        OtherContentTypes = ["image/apng"],
        Extension = "png",
        OtherExtensions = ["apng"],
        Loader = "pngload",
        LoaderClass = "VipsForeignLoadPng",
        IsShownByBrowsers = true,
        IsTurnedByExif = true,

        // Apple's variant for iOS bundles, CgBI, is read neither by browsers nor by decoders (see RefusedFormat).
        StartsLike = start => start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            && !(start.Length >= 16 && start[12..].StartsWith("CgBI"u8)),
        CostOf = frame => frame.IsInterlaced
            ? new DecodeCost(
                frame.Pixels * frame.Bands * frame.SampleBytes, "interlaced ", "A non-interlaced or smaller version would do.")
            : DecodeCost.Streamed,
    };

    /// <summary>GIF 87a and 89a. The frame is drawn on a canvas and copied from it, four bytes a pixel each.</summary>
    public static ImageFormat Gif { get; } = new()
    {
        Name = "GIF",
        ContentType = "image/gif",
        Extension = "gif",
        Loader = "gifload",
        LoaderClass = "VipsForeignLoadNsgif",
        IsShownByBrowsers = true,
        StartsLike = start => start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8),
        CostOf = frame => DecodeCost.Held(frame.Pixels * 8.5),
    };

    /// <summary>WebP (RFC 9649). The whole frame is held, and an animation's canvas of the same size.</summary>
    public static ImageFormat WebP { get; } = new()
    {
        Name = "WebP",
        ContentType = "image/webp",
        Extension = "webp",
        Loader = "webpload",
        LoaderClass = "VipsForeignLoadWebp",
        IsShownByBrowsers = true,
        StartsLike = start => start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8),
        CostOf = frame => frame.IsAnimated
            ? new DecodeCost(frame.Pixels * 8, "animated ", "A still or smaller version would do.")
            : DecodeCost.Held(frame.Pixels * 4),
    };

    /// <summary>AVIF, still or sequence (AV1 Image File Format).</summary>
    public static ImageFormat Avif { get; } = new()
    {
        Name = "AVIF",
        ContentType = "image/avif",
        OtherContentTypes = ["image/avif-sequence"],
        Extension = "avif",
        OtherExtensions = ["avifs"],
        Loader = "heifload",
        LoaderClass = "VipsForeignLoadHeif",
        IsShownByBrowsers = true,
        IsHeif = true,
        StartsLike = start => FileTypeBrands.Read(start) is var brands && !brands.IsMajor(HevcBrands) && brands.HasAny("avif", "avis"),
        CostOf = frame => DecodeCost.Held(
            frame.Pixels * (Av1ModeBytes + (2 * (frame.PlaneBytes + (Alpha(frame) * frame.SampleBytes))) + Alpha(frame)))
            with
        { Advice = "A smaller version, or a JPEG, would do." },
    };

    /// <summary>HEIC: HEVC in the High Efficiency Image File Format (ISO/IEC 23008-12), as telephones write it.</summary>
    public static ImageFormat Heic { get; } = new()
    {
        Name = "HEIC",
        ContentType = "image/heic",
        OtherContentTypes = ["image/heif", "image/heic-sequence", "image/heif-sequence"],
        Extension = "heic",
        OtherExtensions = ["heif", "hif", "heics", "heifs"],
        Loader = "heifload",
        LoaderClass = "VipsForeignLoadHeif",
        IsShownByBrowsers = false,
        IsHeif = true,
        StartsLike = start => FileTypeBrands.Read(start) is var brands
            && (brands.IsMajor(HevcBrands)
                || (!brands.HasAny("avif", "avis") && (brands.HasAny(HevcBrands) || brands.HasAny("mif1", "msf1")))),
        CostOf = frame =>
        {
            var output = (3 + Alpha(frame)) * frame.SampleBytes;
            return DecodeCost.Held(frame.Pixels * (Math.Max(frame.PlaneBytes + Alpha(frame) + output, output + 3 + Alpha(frame)) + 0.6));
        },
    };

    /// <summary>Every format the app takes.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = [Jpeg, Png, Gif, WebP, Avif, Heic];

    /// <summary>The formats' names for messages to people: <c>JPEG, PNG, GIF, WebP, AVIF or HEIC</c>.</summary>
    public static string AllNames { get; } = $"{string.Join(", ", All.SkipLast(1).Select(format => format.Name))} or {All[^1].Name}";

    /// <summary>
    /// What a file input's <c>accept</c> attribute says: all media types, and all extensions for systems that know no type.
    /// </summary>
    public static string Accepted { get; } = string.Join(',', All.SelectMany(format =>
        format.ContentTypes.Concat(format.OtherExtensions.Prepend(format.Extension).Select(extension => $".{extension}"))));

    /// <summary>The name people use, for example <c>JPEG</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The media type, for example <c>image/jpeg</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>Other media types that files of this format are sent with.</summary>
    public IReadOnlyList<string> OtherContentTypes { get; private init; } = [];

    /// <summary>The extension without a dot, for example <c>jpg</c>.</summary>
    public required string Extension { get; init; }

    /// <summary>Other extensions that files of this format have, without a dot.</summary>
    public IReadOnlyList<string> OtherExtensions { get; private init; } = [];

    /// <summary>The one libvips operation that may read it, for example <c>jpegload</c>.</summary>
    public required string Loader { get; init; }

    /// <summary>The libvips class of that operation and its siblings for buffers and streams.</summary>
    public required string LoaderClass { get; init; }

    /// <summary>Whether every current browser shows it; where not, a page shows a rendition, and the original is downloaded.</summary>
    public required bool IsShownByBrowsers { get; init; }

    /// <summary>
    /// Whether EXIF turns its pictures: where browsers do so. They do not for AVIF and HEIC, which have properties of their own for that,
    /// and Chromium does not for WebP.
    /// </summary>
    public bool IsTurnedByExif { get; private init; }

    /// <summary>Whether it is in the High Efficiency Image File Format's boxes, where several video codecs may be.</summary>
    public bool IsHeif { get; private init; }

    /// <summary>What decoding a frame takes.</summary>
    public required Func<DecodedFrame, DecodeCost> CostOf { get; init; }

    /// <summary>Whether a file with these first bytes, <see cref="SniffLength"/> or all, is of this format.</summary>
    public required Func<ReadOnlySpan<byte>, bool> StartsLike { get; init; }

    private IEnumerable<string> ContentTypes => OtherContentTypes.Prepend(ContentType);

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
    public static ImageFormat? OfContentType(string? contentType) =>
        All.FirstOrDefault(format => format.ContentTypes.Contains(contentType, StringComparer.OrdinalIgnoreCase));

    private static int Alpha(DecodedFrame frame) => frame.HasAlpha ? 1 : 0;
}
