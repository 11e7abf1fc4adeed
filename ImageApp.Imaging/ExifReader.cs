using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ImageApp.Imaging;

/// <summary>Reads the values of an EXIF block (Exif 3.0; TIFF 6.0, section 2). Nothing in it is trusted: what does not fit is not
/// there.</summary>
internal sealed class ExifReader
{
    /// <summary>The directories whose values are read.</summary>
    public enum Directory
    {
        /// <summary>The picture's own.</summary>
        Image,

        /// <summary>How it was taken.</summary>
        Exif,

        /// <summary>Where it was taken.</summary>
        Gps,
    }

    private const ushort ExifPointer = 0x8769;
    private const ushort GpsPointer = 0x8825;
    private const int HeaderLength = 8;
    private const int EntryLength = 12;
    private const int MaxEntries = 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _block;
    private readonly int _origin;
    private readonly bool _little;
    private readonly Dictionary<(Directory, ushort), Entry> _entries = [];

    private ExifReader(byte[] block, int origin, bool little)
    {
        (_block, _origin, _little) = (block, origin, little);
        ReadDirectory(Directory.Image, ReadUInt32(Tiff[4..]));
        foreach (var (directory, pointer) in new[] { (Directory.Exif, ExifPointer), (Directory.Gps, GpsPointer) })
        {
            if (Number(Directory.Image, pointer) is { } at)
            {
                ReadDirectory(directory, at);
            }
        }
    }

    private ReadOnlySpan<byte> Tiff => _block.AsSpan(_origin);

    /// <summary>Opens a block.</summary>
    /// <param name="block">The block, with or without the prefix <c>Exif\0\0</c>.</param>
    /// <returns>Its values; null where it is none.</returns>
    public static ExifReader? Open(byte[] block)
    {
        var origin = block.AsSpan().StartsWith("Exif\0"u8) ? 6 : 0;
        var tiff = block.AsSpan(Math.Min(origin, block.Length));
        var little = tiff.StartsWith("II*\0"u8);
        return tiff.Length >= HeaderLength && (little || tiff.StartsWith("MM\0*"u8)) ? new ExifReader(block, origin, little) : null;
    }

    /// <summary>The text of a value, without what pads it; null where there is none.</summary>
    public string? Text(Directory directory, ushort tag)
    {
        if (!_entries.TryGetValue((directory, tag), out var entry)
            || entry.Type is not (ValueType.Ascii or ValueType.Utf8 or ValueType.Undefined or ValueType.Byte))
        {
            return null;
        }

        return Decode(Value(entry));
    }

    /// <summary>The text of a value that begins with eight bytes naming its character set (Exif 3.0, 4.6.6.1, UserComment); null
    /// where there is none.</summary>
    public string? TextWithCharacterSet(Directory directory, ushort tag)
    {
        const int prefix = 8;
        if (!_entries.TryGetValue((directory, tag), out var entry) || entry.Count < prefix)
        {
            return null;
        }

        var value = Value(entry);
        var text = value[prefix..];
        if (value.StartsWith("UNICODE\0"u8))
        {
            var little = text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])
                || (_little && !text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]));
            var encoding = little ? Encoding.Unicode : Encoding.BigEndianUnicode;
            return Present(UntilNull(encoding.GetString(text[..(text.Length & ~1)]).TrimStart('\uFEFF')));
        }

        var hasPrefix = value.StartsWith("ASCII\0\0\0"u8) || value[..prefix].IndexOfAnyExcept((byte)0) < 0;
        return value.StartsWith("JIS\0"u8) ? null : Decode(hasPrefix ? text : value);
    }

    /// <summary>A whole number; null where there is none.</summary>
    public uint? Number(Directory directory, ushort tag)
    {
        if (!_entries.TryGetValue((directory, tag), out var entry))
        {
            return null;
        }

        var value = Value(entry);
        return entry.Type switch
        {
            ValueType.Byte => value[0],
            ValueType.Short => ReadUInt16(value),
            ValueType.Long or ValueType.Ifd => ReadUInt32(value),
            _ => null,
        };
    }

    /// <summary>A value's rational numbers; fewer than there should be where one of them has no value (a denominator of zero).</summary>
    public IReadOnlyList<double> Rationals(Directory directory, ushort tag)
    {
        const int most = 8;
        var numbers = new List<double>();
        if (_entries.TryGetValue((directory, tag), out var entry) && entry.Type is ValueType.Rational or ValueType.SignedRational)
        {
            var value = Value(entry);
            for (; value.Length >= 8 && numbers.Count < most; value = value[8..])
            {
                var (numerator, denominator) = (ReadUInt32(value), ReadUInt32(value[4..]));
                if (denominator == 0)
                {
                    break;
                }

                numbers.Add(entry.Type == ValueType.SignedRational
                    ? (double)(int)numerator / (int)denominator
                    : (double)numerator / denominator);
            }
        }

        return numbers;
    }

    /// <summary>One rational or whole number; null where there is none.</summary>
    public double? Rational(Directory directory, ushort tag) =>
        Rationals(directory, tag) is [var number, ..] ? number : Number(directory, tag);

    /// <summary>A date and time without a zone, as cameras write them; null where there is none.</summary>
    public DateTime? Time(Directory directory, ushort tag)
    {
        // 2024:05:17 10:11:12; some programs write dashes, a T, or fractions of a second.
        const int length = 19;
        var text = Text(directory, tag);
        if (text is null || text.Length < length)
        {
            return null;
        }

        var canonical = string.Concat(text.AsSpan(0, 10).ToString().Replace('-', ':').Replace('/', ':'), " ", text.AsSpan(11, 8));
        return DateTime.TryParseExact(canonical, "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : null;
    }

    /// <summary>A difference to UTC, <c>+02:00</c>; null where there is none.</summary>
    public TimeSpan? Offset(Directory directory, ushort tag)
    {
        var text = Text(directory, tag);
        if (text is "Z")
        {
            return TimeSpan.Zero;
        }

        return text is [('+' or '-') and var sign, ..]
            && TimeSpan.TryParseExact(text.AsSpan(1), @"hh\:mm", CultureInfo.InvariantCulture, out var offset)
            && offset <= TimeSpan.FromHours(14)
            ? sign == '-' ? -offset : offset
            : null;
    }

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        bytes = end < 0 ? bytes : bytes[..end];
        try
        {
            return Present(StrictUtf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            // Older cameras and programs write a Western European single-byte set.
            return Present(Encoding.Latin1.GetString(bytes));
        }
    }

    private static string UntilNull(string text) => text.IndexOf('\0') is >= 0 and var end ? text[..end] : text;

    private static string? Present(string text) => text.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    private void ReadDirectory(Directory directory, uint offset)
    {
        var tiff = Tiff;
        if (offset < HeaderLength || offset > tiff.Length - 2)
        {
            return;
        }

        var entries = tiff[(int)offset..];
        int count = Math.Min((int)ReadUInt16(entries), MaxEntries);
        for (entries = entries[2..]; count > 0 && entries.Length >= EntryLength; entries = entries[EntryLength..], count--)
        {
            var type = (ValueType)ReadUInt16(entries[2..]);
            var length = ReadUInt32(entries[4..]) * Size(type);
            if (length is 0)
            {
                continue;
            }

            // Up to four bytes stand in the entry itself.
            long at = length <= 4 ? tiff.Length - entries.Length + 8 : (long)ReadUInt32(entries[8..]);
            if (at + length <= tiff.Length)
            {
                _entries.TryAdd((directory, ReadUInt16(entries)), new Entry(type, (int)at, (int)length));
            }
        }
    }

    private ReadOnlySpan<byte> Value(Entry entry) => Tiff.Slice(entry.At, entry.Count);

    private ushort ReadUInt16(ReadOnlySpan<byte> at) =>
        _little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private uint ReadUInt32(ReadOnlySpan<byte> at) =>
        _little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);

    private static long Size(ValueType type) => type switch
    {
        ValueType.Byte or ValueType.Ascii or ValueType.Undefined or ValueType.Utf8 => 1,
        ValueType.Short => 2,
        ValueType.Long or ValueType.Ifd => 4,
        ValueType.Rational or ValueType.SignedRational => 8,
        _ => 0,
    };

    private enum ValueType : ushort
    {
        Byte = 1,
        Ascii = 2,
        Short = 3,
        Long = 4,
        Rational = 5,
        Undefined = 7,
        SignedRational = 10,
        Ifd = 13,
        Utf8 = 129,
    }

    // Count is in bytes.
    private readonly record struct Entry(ValueType Type, int At, int Count);
}
