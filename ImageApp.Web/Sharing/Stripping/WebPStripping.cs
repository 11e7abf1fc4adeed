using System.Buffers.Binary;
using System.Text;

namespace ImageApp.Web.Sharing.Stripping;

/// <summary>WebP (RFC 9649). Kept are the chunks that say how the picture looks and moves; EXIF, XMP and unknown ones are not.</summary>
internal static class WebPStripping
{
    private const int HeaderLength = 12;
    private const int MaxExif = 1024 * 1024;
    private const byte ExifFlag = 0x08;
    private const byte XmpFlag = 0x04;
    private static readonly HashSet<string> Kept = ["VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP"];

    /// <summary>Copies a WebP without its metadata.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    public static void Strip(Stream source, Stream target)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        source.ReadExactly(header);
        if (!header.StartsWith("RIFF"u8) || !header[8..].StartsWith("WEBP"u8))
        {
            throw new InvalidDataException("There is no WebP header.");
        }

        var end = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) + 8L;
        if (end > source.Length)
        {
            throw new EndOfStreamException();
        }

        var orientation = FindOrientation(source, end);
        source.Position = HeaderLength;
        target.Write(header);
        while (TryReadHead(source, end, out var type, out var length))
        {
            if (type == "VP8X" && length is 0 or > MaxExif)
            {
                throw new InvalidDataException("The chunk of features is not as long as it must be.");
            }

            if (type == "VP8X")
            {
                var features = new byte[length];
                source.ReadExactly(features);
                features[0] = (byte)((features[0] & ~(ExifFlag | XmpFlag)) | (orientation == ExifOrientation.Upright ? 0 : ExifFlag));
                WriteChunk(target, type, features);
            }
            else if (Kept.Contains(type))
            {
                WriteHead(target, type, length);
                Chunks.Copy(source, target, length);
                if (length % 2 == 1)
                {
                    target.WriteByte(0);
                }
            }
            else
            {
                Chunks.Skip(source, length);
            }

            Chunks.Skip(source, length % 2);
        }

        if (orientation != ExifOrientation.Upright)
        {
            WriteChunk(target, "EXIF", ExifOrientation.Write(orientation));
        }

        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(target.Position - 8));
        target.Position = 4;
        target.Write(size);
    }

    private static ushort FindOrientation(Stream source, long end)
    {
        while (TryReadHead(source, end, out var type, out var length))
        {
            if (type == "EXIF" && length <= MaxExif)
            {
                var exif = new byte[length];
                source.ReadExactly(exif);

                // Some writers put JPEG's prefix before it.
                return ExifOrientation.Read(exif.AsSpan().StartsWith("Exif\0\0"u8) ? exif.AsSpan(6) : exif);
            }

            Chunks.Skip(source, length + (length % 2));
        }

        return ExifOrientation.Upright;
    }

    private static bool TryReadHead(Stream source, long end, out string type, out uint length)
    {
        (type, length) = ("", 0);
        if (source.Position + 8 > end)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[8];
        source.ReadExactly(head);
        type = Encoding.Latin1.GetString(head[..4]);
        length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        return source.Position + length <= end ? true : throw new EndOfStreamException();
    }

    private static void WriteHead(Stream target, string type, uint length)
    {
        target.Write(Encoding.Latin1.GetBytes(type));
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, length);
        target.Write(number);
    }

    private static void WriteChunk(Stream target, string type, byte[] content)
    {
        WriteHead(target, type, (uint)content.Length);
        target.Write(content);
        if (content.Length % 2 == 1)
        {
            target.WriteByte(0);
        }
    }
}
