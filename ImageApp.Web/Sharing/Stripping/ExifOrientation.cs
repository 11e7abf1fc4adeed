using System.Buffers.Binary;

namespace ImageApp.Web.Sharing.Stripping;

/// <summary>The one thing in EXIF that a picture is not right without (Exif 3.0, tag 0x0112).</summary>
internal static class ExifOrientation
{
    /// <summary>Upright: what is true where nothing is said.</summary>
    public const ushort Upright = 1;

    private const ushort Tag = 0x0112;
    private const ushort Short = 3;
    private const int EntryLength = 12;

    /// <summary>Reads it from EXIF's TIFF structure; <see cref="Upright"/> where it is not there or cannot be read.</summary>
    public static ushort Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 14 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
        {
            return Upright;
        }

        var isLittle = tiff[0] == 'I';
        var start = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (start > tiff.Length - 2)
        {
            return Upright;
        }

        var directory = tiff[(int)start..];
        var count = Number(directory, isLittle);
        directory = directory[2..];
        for (var i = 0; i < count && directory.Length >= EntryLength; i++, directory = directory[EntryLength..])
        {
            if (Number(directory, isLittle) == Tag && Number(directory[2..], isLittle) == Short)
            {
                return Number(directory[8..], isLittle) is >= 1 and <= 8 and var orientation ? orientation : Upright;
            }
        }

        return Upright;
    }

    /// <summary>EXIF's TIFF structure that says nothing else.</summary>
    public static byte[] Write(ushort orientation) =>
    [
        .. "II*\0"u8, 8, 0, 0, 0, // one directory, behind this header
        1, 0, // of one entry
        Tag & 0xFF, Tag >> 8, (byte)Short, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0,
        0, 0, 0, 0, // and no other directory
    ];

    private static ushort Number(ReadOnlySpan<byte> at, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
}
