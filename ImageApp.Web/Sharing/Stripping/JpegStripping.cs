using System.Buffers.Binary;

namespace ImageApp.Web.Sharing.Stripping;

/// <summary>
/// JPEG (ITU-T T.81, annex B). Kept are the tables, frames and scans, JFIF without its thumbnail, the ICC profile and Adobe's colour
/// transform. Behind the end of the picture nothing is kept: previews, films and makers' notes stand there.
/// </summary>
internal static class JpegStripping
{
    private const int JfifLength = 14;
    private const byte Soi = 0xD8;
    private const byte Eoi = 0xD9;
    private const byte Sos = 0xDA;
    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const byte App14 = 0xEE;
    private const byte App15 = 0xEF;
    private const byte Comment = 0xFE;

    /// <summary>Copies a JPEG without its metadata.</summary>
    /// <exception cref="InvalidDataException">It is none, or its structure is broken.</exception>
    /// <exception cref="EndOfStreamException">It is cut short before its scans.</exception>
    public static void Strip(Stream source, Stream target)
    {
        var (input, output) = (new BufferedStream(source, 64 * 1024), new BufferedStream(target, 64 * 1024));
        if (input.ReadByte() != 0xFF || input.ReadByte() != Soi)
        {
            throw new InvalidDataException("There is no start of an image.");
        }

        WriteMarker(output, Soi);
        var orientation = ExifOrientation.Upright;
        for (var marker = ReadMarker(input); marker != Eoi;)
        {
            var segment = IsAlone(marker) ? [] : ReadSegment(input);
            if (marker == App1 && segment.AsSpan().StartsWith("Exif\0\0"u8) && orientation == ExifOrientation.Upright)
            {
                orientation = ExifOrientation.Read(segment.AsSpan(6));
                if (orientation != ExifOrientation.Upright)
                {
                    WriteSegment(output, App1, [.. "Exif\0\0"u8, .. ExifOrientation.Write(orientation)]);
                }
            }
            else if (marker == App0 && segment.Length >= JfifLength && segment.AsSpan().StartsWith("JFIF\0"u8))
            {
                WriteSegment(output, App0, [.. segment.AsSpan(0, JfifLength - 2), 0, 0]);
            }
            else if (IsAlone(marker))
            {
                WriteMarker(output, marker);
            }
            else if (IsKept(marker, segment))
            {
                WriteSegment(output, marker, segment);
            }

            marker = marker == Sos ? CopyScan(input, output) : ReadMarker(input);
        }

        WriteMarker(output, Eoi);
        output.Flush();
    }

    private static bool IsKept(byte marker, ReadOnlySpan<byte> segment) => marker switch
    {
        App2 => segment.StartsWith("ICC_PROFILE\0"u8),
        App14 => segment.StartsWith("Adobe"u8),
        >= App0 and <= App15 or Comment => false,
        _ => true,
    };

    // Markers that no length follows: restarts, and one for arithmetic coding.
    private static bool IsAlone(byte marker) => marker is 0x01 or (>= 0xD0 and <= 0xD7);

    private static byte ReadMarker(Stream input)
    {
        if (Next(input) != 0xFF)
        {
            throw new InvalidDataException("Something stands where a marker should.");
        }

        byte marker;
        do
        {
            marker = Next(input);
        }
        while (marker == 0xFF);
        return marker;
    }

    private static byte[] ReadSegment(Stream input)
    {
        Span<byte> length = stackalloc byte[2];
        input.ReadExactly(length);
        var segment = new byte[Math.Max(0, BinaryPrimitives.ReadUInt16BigEndian(length) - 2)];
        input.ReadExactly(segment);
        return segment;
    }

    // Up to the marker behind it; a file that is cut short ends there.
    private static byte CopyScan(Stream input, Stream output)
    {
        for (int value; (value = input.ReadByte()) >= 0;)
        {
            if (value != 0xFF)
            {
                output.WriteByte((byte)value);
                continue;
            }

            int marker;
            do
            {
                marker = input.ReadByte();
            }
            while (marker == 0xFF);
            if (marker < 0)
            {
                break;
            }

            if (marker != 0 && !IsAlone((byte)marker))
            {
                return (byte)marker;
            }

            output.WriteByte(0xFF);
            output.WriteByte((byte)marker);
        }

        return Eoi;
    }

    private static byte Next(Stream input) => input.ReadByte() is >= 0 and var value ? (byte)value : throw new EndOfStreamException();

    private static void WriteMarker(Stream output, byte marker)
    {
        output.WriteByte(0xFF);
        output.WriteByte(marker);
    }

    private static void WriteSegment(Stream output, byte marker, ReadOnlySpan<byte> segment)
    {
        WriteMarker(output, marker);
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(segment.Length + 2));
        output.Write(length);
        output.Write(segment);
    }
}
