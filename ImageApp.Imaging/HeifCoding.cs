using System.Buffers.Binary;

namespace ImageApp.Imaging;

/// <summary>
/// How the pictures in a HEIF file (HEIC, AVIF) are coded, from the decoder configurations among its item properties (ISO/IEC
/// 23008-12, 9.3; AV1-ISOBMFF, 2.3).
/// </summary>
/// <param name="Codec">How they are coded; null where that is not known. HEVC or AV1 where any is: the others are additions.</param>
/// <param name="BitDepth">The most bits a sample of any picture in the file.</param>
/// <param name="ChromaSamples">The most chroma samples a pixel of any picture: 0 for grey, 0.5 for 4:2:0, 1 for 4:2:2, 2 for 4:4:4.</param>
internal sealed record HeifCoding(string? Codec, int BitDepth, double ChromaSamples)
{
    /// <summary>AV1, of which AVIF is made.</summary>
    public const string Av1 = "AV1";

    /// <summary>HEVC (H.265), of which HEIC is made.</summary>
    public const string Hevc = "HEVC";

    private const int MaxBytes = 1024 * 1024;
    private const int MaxBoxes = 4096;

    // Properties stand in iprp's ipco; boxes nested deeper are a way to exhaust the stack.
    private const int MaxDepth = 2;
    private static readonly HeifCoding Unknown = new(null, 16, 2);

    /// <summary>Bytes of one pixel's samples, two each where they have more than eight bits.</summary>
    public double PlaneBytes => (1 + ChromaSamples) * SampleBytes;

    /// <summary>Bytes of one sample.</summary>
    public int SampleBytes => BitDepth > 8 ? 2 : 1;

    /// <summary>Reads it.</summary>
    /// <param name="file">The file, at its start.</param>
    /// <returns>The coding; the most costly where the file does not say.</returns>
    public static HeifCoding Read(Stream file)
    {
        Span<byte> header = stackalloc byte[16];
        for (var boxes = 0; boxes < MaxBoxes && file.ReadAtLeast(header[..8], 8, throwOnEndOfStream: false) == 8; boxes++)
        {
            long size = BinaryPrimitives.ReadUInt32BigEndian(header), taken = 8;
            if (size == 1)
            {
                if (file.ReadAtLeast(header[8..], 8, throwOnEndOfStream: false) < 8)
                {
                    break;
                }

                (size, taken) = (BinaryPrimitives.ReadInt64BigEndian(header[8..]), 16);
            }

            if (header[4..].StartsWith("meta"u8))
            {
                var content = new byte[(int)Math.Clamp(size == 0 ? MaxBytes : size - taken, 0, MaxBytes)];
                var read = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
                HeifCoding? found = null;

                // A full box: its version and flags come first.
                Walk(content.AsSpan(Math.Min(4, read), Math.Max(0, read - 4)), depth: 0, ref found);
                return found ?? Unknown;
            }

            if (size < taken || file.Position > file.Length - (size - taken))
            {
                break;
            }

            file.Seek(size - taken, SeekOrigin.Current);
        }

        return Unknown;
    }

    private static void Walk(ReadOnlySpan<byte> boxes, int depth, ref HeifCoding? found)
    {
        while (boxes.Length >= 8)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
            var length = size == 0 ? boxes.Length : (int)Math.Min(size, (uint)boxes.Length);
            if (length < 8)
            {
                return;
            }

            var type = boxes.Slice(4, 4);
            var content = boxes[8..length];
            if (depth < MaxDepth && (type.SequenceEqual("iprp"u8) || type.SequenceEqual("ipco"u8)))
            {
                Walk(content, depth + 1, ref found);
            }
            else if (type.SequenceEqual("av1C"u8) && content.Length >= 3)
            {
                var flags = content[2];
                var chroma = (flags & 0x10) != 0 ? 0 : (flags & 0x0C) switch { 0x0C => 0.5, 0x08 => 1, _ => 2 };
                Add(ref found, Av1, (flags & 0x40) == 0 ? 8 : (flags & 0x20) == 0 ? 10 : 12, chroma);
            }
            else if (type.SequenceEqual("hvcC"u8) && content.Length >= 19)
            {
                Add(ref found, Hevc, (content[17] & 7) + 8, (content[16] & 3) switch { 0 => 0, 1 => 0.5, 2 => 1, _ => 2 });
            }
            else if (OtherCodec(type) is { } other)
            {
                Add(ref found, other, 8, 0);
            }

            boxes = boxes[length..];
        }

        static void Add(ref HeifCoding? found, string codec, int depth, double chroma) =>
            found = new HeifCoding(
                found?.Codec is Hevc or Av1 ? found.Codec : codec,
                Math.Max(depth, found?.BitDepth ?? 0), Math.Max(chroma, found?.ChromaSamples ?? 0));
    }

    // The configurations of the other codecs that HEIF files may have (ISO/IEC 23008-12, annexes E, F, H, L and M; ISO/IEC 23001-17).
    private static string? OtherCodec(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("avcC"u8) ? "H.264"
        : type.SequenceEqual("vvcC"u8) ? "H.266"
        : type.SequenceEqual("evcC"u8) ? "EVC"
        : type.SequenceEqual("j2kH"u8) ? "JPEG 2000"
        : type.SequenceEqual("jpgC"u8) ? "JPEG"
        : type.SequenceEqual("uncC"u8) ? "bare samples"
        : null;
}
