using System.Buffers.Binary;
using System.Text;
using ImageApp.Imaging;

namespace ImageApp.Tests.Imaging;

public sealed class ExifTests
{
    [Fact]
    public void A_camera_name_with_parentheses_is_whole()
    {
        var metadata = Samples.Render(Samples.Path("model-with-parentheses.jpg")).Header.Metadata;
        Assert.Equal(("Apple", "iPhone SE (2nd generation)"), (metadata.Make, metadata.Model));
        Assert.Equal("Apple iPhone SE (2nd generation)", metadata.Camera);
        Assert.Equal(new DateTime(2024, 5, 17, 10, 11, 12), metadata.TakenAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_camera_writes_is_read_in_both_byte_orders_and_in_every_format(bool little)
    {
        var utf16 = little ? Encoding.Unicode : Encoding.BigEndianUnicode;
        var exif = new TiffBlock(little)
            .Text(0, 0x010F, "NIKON CORPORATION\0\0")
            .Text(0, 0x0110, "NIKON Z 8 (a, b, 2 components)   \0")
            .Text(0, 0x010E, "Zürich, Größe „M“\0")
            .Short(0, 0x0112, 1)
            .Rational(1, 0x829A, (1, 125))
            .Rational(1, 0x829D, (28, 10))
            .Short(1, 0x8827, 400)
            .Text(1, 0x9003, "2024:05:17 10:11:12\0")
            .Text(1, 0x9011, "+02:00\0")
            .Undefined(1, 0x9286, [.. "UNICODE\0"u8, .. utf16.GetBytes("夕焼け (evening)")])
            .Rational(1, 0x920A, (50, 1))
            .Short(1, 0xA405, 75)
            .Text(1, 0xA433, "NIKON\0")
            .Text(1, 0xA434, "NIKKOR Z 50mm f/1.8 S\0")
            .Text(2, 1, "S\0").Rational(2, 2, (33, 1), (51, 1), (3594, 100))
            .Text(2, 3, "W\0").Rational(2, 4, (70, 1), (39, 1), (0, 1))
            .Byte(2, 5, 1).Rational(2, 6, (125, 10))
            .ToArray();
        using var picture = Samples.Quadrants(60, 40);

        // The block as it is, in a JPEG and in a PNG; libvips would write one of its own.
        foreach (var content in new[] { WithSegment(picture.JpegsaveBuffer(), exif), WithChunk(picture.PngsaveBuffer(), exif) })
        {
            var metadata = Samples.Render(content).Header.Metadata;
            Assert.Equal("NIKON CORPORATION", metadata.Make);
            Assert.Equal("NIKON Z 8 (a, b, 2 components)", metadata.Model);
            Assert.Equal("NIKON Z 8 (a, b, 2 components)", metadata.Camera);
            Assert.Equal("NIKON NIKKOR Z 50mm f/1.8 S", metadata.Lens);
            Assert.Equal("Zürich, Größe „M“", metadata.Description);
            Assert.Equal("夕焼け (evening)", metadata.Comment);
            Assert.Equal((new DateTime(2024, 5, 17, 10, 11, 12), TimeSpan.FromHours(2)), (metadata.TakenAt, metadata.TakenAtOffset));
            Assert.Equal((1 / 125.0, 2.8, 400), (metadata.ExposureTime, metadata.FNumber, metadata.Iso));
            Assert.Equal((50.0, 75), (metadata.FocalLength, metadata.FocalLengthIn35mm));
            Assert.Equal(-33.85998, metadata.Position!.Latitude, 5);
            Assert.Equal(-70.65, metadata.Position.Longitude, 5);
            Assert.Equal(-12.5, metadata.Position.Altitude);
        }
    }

    [Fact]
    public void What_is_not_a_value_is_not_there()
    {
        var exif = new TiffBlock(little: true)
            .Text(0, 0x010F, "   \0")
            .Text(0, 0x0110, "\0\0\0\0\0\0")
            .Rational(1, 0x829A, (1, 0))
            .Rational(1, 0x829D, (0, 1))
            .Short(1, 0x8827, 0)
            .Text(1, 0x9003, "0000:00:00 00:00:00\0")
            .Text(1, 0x9011, "   :  \0")
            .Undefined(1, 0x9286, [.. "JIS\0\0\0\0\0"u8, 1, 2, 3])
            .Text(2, 1, "N\0").Rational(2, 2, (0, 0), (0, 0), (0, 0))
            .Text(2, 3, "E\0").Rational(2, 4, (200, 1), (0, 1), (0, 1))
            .ToArray();
        using var picture = Samples.Quadrants(60, 40);
        Assert.Equal(new ImageMetadata(), Samples.Render(WithSegment(picture.JpegsaveBuffer(), exif)).Header.Metadata);
    }

    [Fact]
    public void Old_single_byte_letters_long_texts_and_a_high_sensitivity_are_read()
    {
        var exif = new TiffBlock(little: false)
            .Undefined(0, 0x010F, [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x09, 0x20])
            .Text(0, 0x0110, new string('x', 400))
            .Short(1, 0x8827, 65535).Long(1, 0x8832, 102_400)
            .ToArray();
        var metadata = Samples.Render(WithSegment(Samples.Quadrants(60, 40).JpegsaveBuffer(), exif)).Header.Metadata;
        Assert.Equal("Müller", metadata.Make);
        Assert.Equal(ImageMetadata.MaxText, metadata.Model!.Length);
        Assert.Equal(102_400, metadata.Iso);
    }

    [Fact]
    public void Broken_blocks_never_break_the_reader()
    {
        var random = new Random(20241117);
        var exif = new TiffBlock(little: true)
            .Text(0, 0x0110, "A camera with a name\0")
            .Rational(1, 0x829A, (1, 125))
            .Text(2, 1, "N\0").Rational(2, 2, (1, 1), (1, 1), (1, 1))
            .ToArray();
        for (var round = 0; round < 5000; round++)
        {
            var broken = exif.ToArray();
            for (var change = 0; change < 1 + (round % 6); change++)
            {
                broken[random.Next(4, broken.Length)] = (byte)random.Next(256);
            }

            var reader = ExifReader.Open(broken[..random.Next(8, broken.Length + 1)]);
            _ = reader?.Text(ExifReader.Directory.Image, 0x0110);
            _ = reader?.Rationals(ExifReader.Directory.Exif, 0x829A);
            _ = reader?.Rationals(ExifReader.Directory.Gps, 2);
            _ = reader?.TextWithCharacterSet(ExifReader.Directory.Image, 0x0110);
            _ = reader?.Time(ExifReader.Directory.Image, 0x0110);
            _ = reader?.Number(ExifReader.Directory.Image, 0x0110);
        }
    }

    private static byte[] WithSegment(byte[] jpeg, byte[] exif)
    {
        byte[] content = [.. "Exif\0\0"u8, .. exif];
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(content.Length + 2));
        return [.. jpeg[..2], 0xFF, 0xE1, .. length, .. content, .. jpeg[2..]];
    }

    // After IHDR: length, eXIf, content, CRC.
    private static byte[] WithChunk(byte[] png, byte[] content)
    {
        const int afterHeader = 8 + 25;
        var (length, checksum) = (new byte[4], new byte[4]);
        byte[] typed = [.. "eXIf"u8, .. content];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc(typed));
        return [.. png[..afterHeader], .. length, .. typed, .. checksum, .. png[afterHeader..]];
    }

    private static uint Crc(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    /// <summary>Writes a TIFF block with a main (0), an Exif (1) and a GPS directory (2).</summary>
    private sealed class TiffBlock(bool little)
    {
        private readonly List<(ushort Tag, ushort Type, int Count, byte[] Value)>[] _directories = [[], [], []];

        public TiffBlock Text(int directory, ushort tag, string text) => Add(directory, tag, 2, Encoding.UTF8.GetBytes(text), 1);

        public TiffBlock Undefined(int directory, ushort tag, byte[] value) => Add(directory, tag, 7, value, 1);

        public TiffBlock Byte(int directory, ushort tag, byte value) => Add(directory, tag, 1, [value], 1);

        public TiffBlock Short(int directory, ushort tag, ushort value) => Add(directory, tag, 3, Bytes(value), 2);

        public TiffBlock Long(int directory, ushort tag, uint value) => Add(directory, tag, 4, Bytes(value), 4);

        public TiffBlock Rational(int directory, ushort tag, params (uint, uint)[] values) =>
            Add(directory, tag, 5, [.. values.SelectMany(value => (byte[])[.. Bytes(value.Item1), .. Bytes(value.Item2)])], 8);

        public byte[] ToArray()
        {
            Long(0, 0x8769, 0);
            Long(0, 0x8825, 0);
            var at = new int[3];
            at[0] = 8;
            for (var i = 1; i < at.Length; i++)
            {
                at[i] = at[i - 1] + Length(_directories[i - 1]);
            }

            var block = new List<byte>();
            block.AddRange(little ? "II*\0"u8 : "MM\0*"u8);
            block.AddRange(Bytes(8u));
            for (var i = 0; i < at.Length; i++)
            {
                var entries = _directories[i].OrderBy(entry => entry.Tag).ToList();
                var data = at[i] + 2 + (entries.Count * 12) + 4;
                var values = new List<byte>();
                block.AddRange(Bytes((ushort)entries.Count));
                foreach (var (tag, type, count, written) in entries)
                {
                    var value = tag == 0x8769 ? Bytes((uint)at[1]) : tag == 0x8825 ? Bytes((uint)at[2]) : written;
                    block.AddRange([.. Bytes(tag), .. Bytes(type), .. Bytes((uint)count)]);
                    if (value.Length <= 4)
                    {
                        block.AddRange([.. value, .. new byte[4 - value.Length]]);
                    }
                    else
                    {
                        block.AddRange(Bytes((uint)(data + values.Count)));
                        values.AddRange(value);
                    }
                }

                block.AddRange([0, 0, 0, 0, .. values]);
            }

            return [.. block];
        }

        private static int Length(List<(ushort Tag, ushort Type, int Count, byte[] Value)> entries) =>
            2 + (entries.Count * 12) + 4 + entries.Sum(entry => entry.Value.Length > 4 ? entry.Value.Length : 0);

        private TiffBlock Add(int directory, ushort tag, ushort type, byte[] value, int size)
        {
            _directories[directory].Add((tag, type, value.Length / size, value));
            return this;
        }

        private byte[] Bytes(ushort value) => little ? [(byte)value, (byte)(value >> 8)] : [(byte)(value >> 8), (byte)value];

        private byte[] Bytes(uint value) =>
            little
                ? [.. Bytes((ushort)value), .. Bytes((ushort)(value >> 16))]
                : [.. Bytes((ushort)(value >> 16)), .. Bytes((ushort)value)];
    }
}
