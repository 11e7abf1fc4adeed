using System.Buffers.Binary;

namespace ImageApp.Web.Sharing.Stripping;

/// <summary>PNG (W3C PNG, third edition). Kept are the chunks that say how it looks and moves; texts, times and EXIF are not.</summary>
internal static class PngStripping
{
    private const int SignatureLength = 8;
    private const int MaxExif = 1024 * 1024;

    private static readonly HashSet<string> Kept =
    [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "hIST", "pHYs",
        "sPLT", "acTL", "fcTL", "fdAT",
    ];

    /// <summary>Copies a PNG without its metadata.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    public static void Strip(Stream source, Stream target)
    {
        Span<byte> head = stackalloc byte[SignatureLength];
        source.ReadExactly(head);
        if (!head.SequenceEqual((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            throw new InvalidDataException("There is no PNG signature.");
        }

        target.Write(head);
        var type = "";
        while (type != "IEND")
        {
            source.ReadExactly(head);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            type = System.Text.Encoding.Latin1.GetString(head[4..]);
            if (length > int.MaxValue)
            {
                throw new InvalidDataException("A chunk is longer than PNG allows.");
            }

            if (Kept.Contains(type))
            {
                target.Write(head);
                Chunks.Copy(source, target, length + 4L);
            }
            else if (type == "eXIf" && length <= MaxExif)
            {
                var exif = new byte[length];
                source.ReadExactly(exif);
                Chunks.Skip(source, 4);
                WriteOrientation(target, ExifOrientation.Read(exif));
            }
            else
            {
                Chunks.Skip(source, length + 4L);
            }
        }
    }

    private static void WriteOrientation(Stream target, ushort orientation)
    {
        if (orientation == ExifOrientation.Upright)
        {
            return;
        }

        byte[] chunk = [.. "eXIf"u8, .. ExifOrientation.Write(orientation)];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, chunk.Length - 4);
        target.Write(number);
        target.Write(chunk);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(chunk));
        target.Write(number);
    }

    // ISO 3309; of thirty bytes, so without a table.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320u);
            }
        }

        return ~crc;
    }
}
