using System.Buffers.Binary;
using System.Text;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using ImageApp.Tests.Application;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>JPEGs with more behind them or before them: gain maps, videos, depth maps, large profiles.</summary>
public sealed class UltraHdrTests
{
    [Theory]
    [InlineData("ultra-hdr.jpg", 480, 320)]
    [InlineData("ultra-hdr-orientation6.jpg", 320, 480)]
    public void An_ultra_hdr_jpeg_is_a_jpeg_like_any_other(string name, int width, int height)
    {
        var (header, made) = Samples.Render(Samples.Path(name));
        Assert.Equal((width, height, 0L), (header.Width, header.Height, header.DecodeBytes));
        Assert.Equal((double)width / height, (double)made.Thumbnail.Width / made.Thumbnail.Height, 0.02);
        Assert.Equal((double)width / height, (double)made.Preview!.Width / made.Preview.Height, 0.02);
        Assert.False(made.Thumbnail.Damaged);
        AssertPlain(made.Thumbnail.Content);
        AssertPlain(made.Preview.Content);
        AssertPlain(Renderer.Jpeg(Samples.Path(name), ImageFormat.Jpeg, 1536, 85).Content);
    }

    [Fact]
    public void An_ultra_hdr_jpeg_as_libultrahdr_writes_it_is_rendered_as_its_base_picture()
    {
        using var picture = Samples.Quadrants(640, 320);
        using var bright = (picture.Colourspace(Enums.Interpretation.Scrgb) * 2).Copy(interpretation: Enums.Interpretation.Scrgb);
        var content = bright.UhdrsaveBuffer(q: 90);
        Assert.True(content.AsSpan().IndexOf("MPF\0"u8) > 0, "The file has no gain map.");
        var (header, made) = Samples.Render(content);
        Assert.Equal((640, 320), (header.Width, header.Height));
        Assert.Equal("RGBW", Samples.Corners(made.Thumbnail.Content));
        AssertPlain(made.Thumbnail.Content);
    }

    [Fact]
    public void A_motion_photo_a_gain_map_of_another_maker_and_a_trailer_of_its_maker_are_no_damage()
    {
        var jpeg = TestImages.Jpeg(640, 480, orientation: 6);
        var trailers = new byte[][]
        {
            [.. "\0\0\0\u0018ftypmp42\0\0\0\0isommp42"u8, .. new byte[5000]],
            TestImages.Jpeg(160, 120),
            [.. new byte[64], .. "SEFH"u8, .. new byte[40], .. "SEFT"u8],
            Encoding.ASCII.GetBytes("\r\n"),
        };
        foreach (var trailer in trailers)
        {
            var (header, made) = Samples.Render([.. jpeg, .. trailer]);
            Assert.Equal((480, 640), (header.Width, header.Height));
            Assert.Equal((150, 200, false), (made.Thumbnail.Width, made.Thumbnail.Height, made.Thumbnail.Damaged));
        }
    }

    [Fact]
    public void A_multi_picture_index_extended_xmp_and_large_profiles_before_the_frame_are_passed_over()
    {
        var jpeg = TestImages.Jpeg(640, 480);
        var large = new byte[65_000];
        var segments = new List<byte>();
        segments.AddRange(Segment(0xE2, [.. "MPF\0MM\0*\0\0\0\u0008"u8, .. new byte[80]]));
        for (var i = 0; i < 30; i++)
        {
            segments.AddRange(Segment(0xE1, [.. "http://ns.adobe.com/xmp/extension/\0"u8, .. large]));
            segments.AddRange(Segment(0xE5, large));
        }

        var (header, made) = Samples.Render([.. jpeg[..2], .. segments, .. jpeg[2..]]);
        Assert.Equal((640, 480, false), (header.Width, header.Height, made.Thumbnail.Damaged));
    }

    private static byte[] Segment(byte marker, byte[] content)
    {
        var segment = new byte[4 + content.Length];
        (segment[0], segment[1]) = (0xFF, marker);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        content.CopyTo(segment, 4);
        return segment;
    }

    private static void AssertPlain(byte[] rendition)
    {
        foreach (var mark in new[] { "hdrgm", "MPF\0", "http://ns.adobe.com", "urn:iso:std:iso:ts:21496", "Exif" })
        {
            Assert.True(rendition.AsSpan().IndexOf(Encoding.ASCII.GetBytes(mark)) < 0, $"The rendition has '{mark}' in it.");
        }
    }
}
