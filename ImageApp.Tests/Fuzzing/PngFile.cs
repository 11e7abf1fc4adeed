using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ImageApp.Tests.Fuzzing;

/// <summary>Writes PNGs of every kind (W3C PNG, third edition), right ones and wrong ones, as collections for testing decoders have
/// them.</summary>
internal static class PngFile
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Every allowed pair of colour type and bit depth.</summary>
    public static IReadOnlyList<(byte Colour, byte Depth)> Kinds { get; } =
    [
        (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16),
    ];

    /// <summary>A picture of some content.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="kind">Colour type and bit depth.</param>
    /// <param name="interlaced">Whether it comes in Adam7's seven passes.</param>
    /// <param name="before">Chunks that stand before the pixels.</param>
    public static byte[] Of(int width, int height, (byte Colour, byte Depth) kind, bool interlaced, params byte[][] before)
    {
        using var pixels = new MemoryStream();
        using (var packed = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var (x, y, stepX, stepY) in interlaced ? Passes : [(0, 0, 1, 1)])
            {
                Rows(packed, (width - x + stepX - 1) / stepX, (height - y + stepY - 1) / stepY, kind);
            }
        }

        byte[][] palette = kind.Colour == 3 ? [Chunk("PLTE", Palette(1 << kind.Depth))] : [];
        return File([Header(width, height, kind, interlaced), .. palette, .. before, Chunk("IDAT", pixels.ToArray()), Chunk("IEND", [])]);
    }

    /// <summary>A file of chunks.</summary>
    public static byte[] File(params IEnumerable<byte[]> chunks) => [.. Signature, .. chunks.SelectMany(chunk => chunk)];

    /// <summary>The header.</summary>
    public static byte[] Header(int width, int height, (byte Colour, byte Depth) kind, bool interlaced) =>
        Chunk("IHDR", [.. Number(width), .. Number(height), kind.Depth, kind.Colour, 0, 0, (byte)(interlaced ? 1 : 0)]);

    /// <summary>A chunk with its checksum.</summary>
    public static byte[] Chunk(string type, ReadOnlySpan<byte> content)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. content];
        return [.. Number(content.Length), .. typed, .. Number((int)Checksum(typed))];
    }

    /// <summary>Content, packed as PNG's chunks have it.</summary>
    public static byte[] Packed(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>A chunk's checksum (ISO 3309).</summary>
    public static uint Checksum(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320u);
            }
        }

        return ~crc;
    }

    private static void Rows(Stream into, int width, int height, (byte Colour, byte Depth) kind)
    {
        if (width <= 0)
        {
            return;
        }

        var samples = kind.Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var row = new byte[1 + (((width * samples * kind.Depth) + 7) / 8)];
        for (var y = 0; y < height; y++)
        {
            // Each row by another of the five filters.
            row[0] = (byte)(y % 5);
            for (var i = 1; i < row.Length; i++)
            {
                row[i] = (byte)((i * 29) + (y * 7));
            }

            into.Write(row);
        }
    }

    private static byte[] Palette(int colours) => [.. Enumerable.Range(0, colours * 3).Select(i => (byte)(i * 85))];

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
