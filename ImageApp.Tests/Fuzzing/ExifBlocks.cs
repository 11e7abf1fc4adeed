using System.Buffers.Binary;
using System.Text;

namespace ImageApp.Tests.Fuzzing;

/// <summary>EXIF blocks (TIFF 6.0, section 2), little-endian, of what cameras never write.</summary>
internal static class ExifBlocks
{
    /// <summary>One whose directory is its own EXIF and GPS directory, and its values lie in it.</summary>
    public static byte[] PointingAtItself { get; } = Directory(
        (0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x010F, 2, 0xFFFFFFF0, 8), (0x0110, 2, 40, 8), (0x0112, 3, 1, 9), (0x9286, 7, 60, 8));

    /// <summary>One with the largest and smallest values that its types have.</summary>
    public static byte[] OfExtremes { get; } =
    [
        .. Directory(
            (0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x829A, 5, 1, 200), (0x829D, 5, 1, 208), (0x920A, 5, 1, 200), (0x8827, 4, 1, 0xFFFFFFFF),
            (0x9003, 2, 20, 216), (0x0110, 2, 20, 240), (1, 2, 2, 'S'), (2, 5, 3, 260), (3, 2, 2, 'W'), (4, 5, 3, 260)).PadTo(200),

        // 4,294,967,295 and a 4,294,967,295th.
        .. Numbers(uint.MaxValue, 1, 1, uint.MaxValue),
        .. Encoding.ASCII.GetBytes("9999:12:31 23:59:60\0").PadTo(24),
        .. "\xFF\xFE\xFD"u8, .. Encoding.UTF8.GetBytes("😀\u202E\u0000x").PadTo(17),
        .. Numbers(90, 1, 0, 1, 0, 1),
    ];

    private static byte[] Directory(params (int Tag, int Type, uint Count, uint Value)[] entries)
    {
        var block = new byte[8 + 2 + (entries.Length * 12) + 4];
        "II*\0"u8.CopyTo(block);
        block[4] = 8;
        block[8] = (byte)entries.Length;
        foreach (var (i, (tag, type, count, value)) in entries.Index())
        {
            var entry = block.AsSpan(10 + (i * 12));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)type);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], count);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], value);
        }

        return block;
    }

    private static byte[] PadTo(this byte[] bytes, int length) => [.. bytes, .. new byte[length - bytes.Length]];

    private static byte[] Numbers(params uint[] numbers)
    {
        var bytes = new byte[numbers.Length * 4];
        foreach (var (i, number) in numbers.Index())
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), number);
        }

        return bytes;
    }
}
