using ImageApp.Core.Formats;
using ImageApp.Tests.Application;
using ImageApp.Tests.Imaging;
using NetVips;

namespace ImageApp.Tests.Fuzzing;

/// <summary>Pictures to begin with, made on the spot or from <c>Imaging/Files</c>; by format, small ones that are whole and some that were
/// made to break a decoder.</summary>
internal static class ImageCorpus
{
    private static readonly (byte, byte) Rgb = (2, 8);
    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<byte[]>>> Made = new(Make);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<byte[]> All => [.. Made.Value.Values.SelectMany(files => files)];

    /// <summary>Those of one format.</summary>
    public static IReadOnlyList<byte[]> Of(ImageFormat format) => Made.Value[format.Name];

    private static Dictionary<string, IReadOnlyList<byte[]>> Make() => new()
    {
        [ImageFormat.Jpeg.Name] = [.. Jpegs()],
        [ImageFormat.Png.Name] = [.. Pngs()],
        [ImageFormat.Gif.Name] = [.. Gifs()],
        [ImageFormat.WebP.Name] = [.. WebPs()],
        [ImageFormat.Avif.Name] = [.. Avifs()],
        [ImageFormat.Heic.Name] = [.. Heics()],
    };

    private static IEnumerable<byte[]> Files(string extension) => Directory
        .EnumerateFiles(Path.GetDirectoryName(Samples.Path("any"))!, "*." + extension)
        .Order(StringComparer.Ordinal)
        .Select(File.ReadAllBytes);

    private static IEnumerable<byte[]> Jpegs()
    {
        var right = JpegFile.Right().ToList();
        return [.. right, .. right.TakeLast(10).Where((_, i) => i % 3 == 0).SelectMany(JpegFile.Wrong), .. Files("jpg"),
            TestImages.Jpeg(60, 40, orientation: 6)];
    }

    private static IEnumerable<byte[]> Pngs()
    {
        foreach (var kind in PngFile.Kinds)
        {
            yield return PngFile.Of(32, 32, kind, interlaced: false);
            yield return PngFile.Of(33, 31, kind, interlaced: true);
        }

        for (var side = 1; side < 10; side++)
        {
            yield return PngFile.Of(side, side, Rgb, interlaced: side % 2 == 0);
        }

        // What may stand before the pixels, right and wrong.
        foreach (var chunk in new[]
        {
            PngFile.Chunk("gAMA", [0, 0, 0, 0]), PngFile.Chunk("gAMA", [0, 1, 0x86, 0xA0]), PngFile.Chunk("cHRM", new byte[32]),
            PngFile.Chunk("tRNS", [0, 255, 0, 0, 0, 0]), PngFile.Chunk("bKGD", new byte[6]), PngFile.Chunk("sBIT", [255, 255, 255]),
            PngFile.Chunk("pHYs", [.. Enumerable.Repeat((byte)255, 9)]), PngFile.Chunk("tIME", [255, 255, 99, 99, 99, 99, 99]),
            PngFile.Chunk("hIST", new byte[512]), PngFile.Chunk("sPLT", [.. "name\0"u8, 16, .. new byte[9]]),
            PngFile.Chunk("tEXt", [.. "Comment\0"u8, .. new byte[300]]), PngFile.Chunk("eXIf", ExifBlocks.PointingAtItself),
            PngFile.Chunk("eXIf", ExifBlocks.OfExtremes), PngFile.Chunk("acTL", [255, 255, 255, 255, 0, 0, 0, 0]),
            PngFile.Chunk("zTXt", [.. "Comment\0"u8, 0, .. PngFile.Packed(new byte[20_000_000])]),
            PngFile.Chunk("iCCP", [.. "profile\0"u8, 0, .. PngFile.Packed(new byte[20_000_000])]),
            PngFile.Chunk("iTXt", [.. "XML:com.adobe.xmp\0"u8, 1, 0, 0, 0, .. PngFile.Packed(new byte[20_000_000])]),
        })
        {
            yield return PngFile.Of(16, 16, Rgb, interlaced: false, chunk);
        }

        // No pixels, too few, too many, more than any memory; colours that the palette has not; no palette.
        byte[] header = PngFile.Header(16, 16, Rgb, interlaced: false), end = PngFile.Chunk("IEND", []);
        yield return PngFile.File(header, end);
        yield return PngFile.File(header, PngFile.Chunk("IDAT", PngFile.Packed(new byte[10])), end);
        yield return PngFile.File(header, PngFile.Chunk("IDAT", PngFile.Packed(new byte[30_000_000])), end);
        yield return PngFile.File([header, .. PngFile.Packed(new byte[784]).Select(one => PngFile.Chunk("IDAT", [one])), end]);
        foreach (var (width, height) in new[] { (0, 16), (int.MaxValue, int.MaxValue), (30_000, 3_000), (10_000, 10_000) })
        {
            foreach (var interlaced in new[] { false, true })
            {
                yield return PngFile.File(
                    PngFile.Header(width, height, (6, 8), interlaced), PngFile.Chunk("IDAT", PngFile.Packed(new byte[3000])), end);
            }
        }

        foreach (var kind in new (byte, byte)[] { (3, 8), (1, 8), (2, 4), (3, 16), (7, 8), (0, 3) })
        {
            yield return PngFile.File(
                PngFile.Header(16, 16, kind, interlaced: false), PngFile.Chunk("IDAT", PngFile.Packed(new byte[272])), end);
        }

        yield return TestImages.TransparentPng(40, 30);
        foreach (var file in Files("png"))
        {
            yield return file;
        }
    }

    private static IEnumerable<byte[]> Gifs()
    {
        var moving = TestImages.AnimatedGif(40, 30, 3);
        using var plain = TestImages.Picture(33, 17);
        yield return moving;
        yield return plain.GifsaveBuffer();
        yield return plain.GifsaveBuffer(interlace: true);
        yield return TestImages.AnimatedGif(7, 5, 40);

        // A screen larger than any; a frame outside of it; codes of more bits than there are; no end.
        yield return [.. moving[..6], 0xFF, 0xFF, 0xFF, 0xFF, .. moving[10..]];
        yield return [.. moving[..6], 1, 0, 1, 0, .. moving[10..]];
        var frame = moving.AsSpan().IndexOf((byte)0x2C);
        yield return [.. moving[..(frame + 1)], 0xF0, 0xFF, 0xF0, 0xFF, .. moving[(frame + 5)..]];
        yield return [.. moving[..(frame + 5)], 0x50, 0xC3, 0x50, 0xC3, .. moving[(frame + 9)..]];
        yield return [.. moving[..(frame + 10)], 12, .. moving[(frame + 11)..]];
        yield return moving[..^1];
        var frames = Enumerable.Repeat<byte[]>([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0], 20_000).SelectMany(one => one);
        yield return [.. moving[..^1], .. frames, 0x3B];
    }

    private static IEnumerable<byte[]> WebPs()
    {
        using var plain = TestImages.Picture(50, 30);
        using var alpha = plain.Bandjoin(plain[0]);
        using var strip = plain.Join(plain.Invert(), Enums.Direction.Vertical);
        using var moving = strip.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 30));
        yield return plain.WebpsaveBuffer();
        yield return plain.WebpsaveBuffer(lossless: true);
        yield return alpha.WebpsaveBuffer();
        yield return alpha.WebpsaveBuffer(lossless: true);
        var extended = moving.WebpsaveBuffer();
        yield return extended;

        // A canvas larger than what is in it, a chunk of features of no length, and one that is the file's.
        yield return [.. extended[..24], 0xFF, 0x3F, 0, 0xFF, 0x3F, 0, .. extended[30..]];
        yield return [.. extended[..16], 0, 0, 0, 0, .. extended[20..]];
        yield return [.. extended[..16], 0xFE, 0xFF, 0xFF, 0xFF, .. extended[20..]];
    }

    private static IEnumerable<byte[]> Avifs()
    {
        var picture = HeifFile.Picture(64, 64);
        yield return picture;
        yield return HeifFile.Grid(picture, 2, 2, 128, 128);
        yield return HeifFile.Grid(picture, 16, 16, 100, 100);
        yield return HeifFile.Grid(picture, 2, 2, 9000, 9000);
        yield return HeifFile.Layers(picture, 64, 64, 3);
        yield return HeifFile.WithSize(picture, 8, 8);
        yield return HeifFile.WithSize(picture, 4000, 4000);
        yield return HeifFile.WithSize(picture, int.MaxValue, int.MaxValue);
        foreach (var file in Files("avif"))
        {
            yield return file;
        }
    }

    private static IEnumerable<byte[]> Heics()
    {
        yield return HeifFile.Nested(2000);
        var telephone = Samples.Content("telephone.heic");
        yield return HeifFile.WithSize(telephone, 9, 9);
        yield return HeifFile.WithSize(telephone, 5000, 5000);
        foreach (var file in Files("heic"))
        {
            yield return file;
        }
    }
}
