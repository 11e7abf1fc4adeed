using System.Buffers.Binary;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;

namespace ImageApp.Tests.Imaging;

public sealed class HeicTests
{
    [Fact]
    public void A_heic_as_a_telephone_sends_it_has_a_thumbnail_a_preview_and_a_picture_for_the_model()
    {
        var path = Samples.Path("telephone.heic");
        Assert.Equal(ImageFormat.Heic, Samples.Sniff(Samples.Content("telephone.heic")));
        var (header, made) = Samples.Render(path);
        Assert.Equal((480, 320), (header.Width, header.Height));
        Assert.Equal((200, 133, false), (made.Thumbnail.Width, made.Thumbnail.Height, made.Thumbnail.Damaged));
        Assert.Equal((400, 267), (made.Preview!.Width, made.Preview.Height));
        var largest = made.Renditions[^1].Content;
        Assert.Equal((480, 320, "image/webp"), (largest.Width, largest.Height, largest.ContentType));

        // The same picture as a JPEG has the same colours.
        Assert.Equal(Samples.Render(Samples.Path("model-with-parentheses.jpg")).Made.MeanColour, made.MeanColour);
        var rendition = Renderer.Jpeg(path, ImageFormat.Heic, 1536, 85);
        Assert.Equal((480, 320, "image/jpeg"), (rendition.Width, rendition.Height, rendition.ContentType));
    }

    /// <summary>The files differ in their coding only; what browsers make of the AVIF ones is in <see cref="OrientationTests"/>.</summary>
    [Fact]
    public void Rotation_and_mirroring_are_those_of_the_same_avif()
    {
        var names = Directory.EnumerateFiles(Samples.Path(""), "irot*.heic").Select(Path.GetFileNameWithoutExtension).ToList();
        Assert.Equal(15, names.Count);
        foreach (var name in names)
        {
            var (heicHeader, heic) = Samples.Render(Samples.Path(name + ".heic"));
            var (avifHeader, avif) = Samples.Render(Samples.Path(name + ".avif"));
            Assert.Equal((avifHeader.Width, avifHeader.Height), (heicHeader.Width, heicHeader.Height));
            Assert.Equal((avif.Thumbnail.Width, avif.Thumbnail.Height), (heic.Thumbnail.Width, heic.Thumbnail.Height));
            Assert.Equal(Samples.Corners(avif.Thumbnail.Content), Samples.Corners(heic.Thumbnail.Content));
        }
    }

    [Fact]
    public void Camera_and_time_are_read()
    {
        var metadata = Samples.Render(Samples.Path("irot1-imirn-exif6.heic")).Header.Metadata;
        Assert.Equal("Acme One (2nd)", metadata.Camera);
        Assert.Equal(new DateTime(2024, 5, 17, 10, 11, 12), metadata.TakenAt);
    }

    [Fact]
    public void A_heif_picture_coded_otherwise_is_refused_by_what_it_is()
    {
        // The item's type and the brands say H.264.
        var content = Samples.Content("telephone.heic");
        Replace(content, "hvc1"u8, "avc1"u8);
        Replace(content, "hvcC"u8, "avcC"u8);
        var e = Assert.Throws<ImageFailureException>(() => Samples.Render(content));
        Assert.Contains("HEIF picture coded as H.264", e.Message);
        Assert.Contains("export it as an ordinary JPEG or PNG", e.Message);
        Assert.Equal(FailureCodes.UnsupportedCoding, e.Reason.Code);
    }

    [Fact]
    public void Broken_files_are_refused_and_break_nothing()
    {
        var random = new Random(20241117);
        var whole = Samples.Content("telephone.heic");
        var path = Path.GetTempFileName();
        try
        {
            for (var round = 0; round < 100; round++)
            {
                var broken = whole.ToArray();
                for (var change = 0; change < 1 + (round % 5); change++)
                {
                    broken[random.Next(32, broken.Length)] = (byte)random.Next(256);
                }

                File.WriteAllBytes(path, broken);
                try
                {
                    var header = ImageHeader.Read(path, ImageFormat.Heic, new ImageLimits());
                    Assert.True(Renderer.Thumbnails(path, ImageFormat.Heic, header).Last().Thumbnail.Content.Length > 0);
                }
                catch (ImageFailureException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_coding_is_read_from_the_header_and_the_most_costly_is_assumed_where_there_is_none()
    {
        using var heic = File.OpenRead(Samples.Path("telephone.heic"));
        Assert.Equal(new HeifCoding(HeifCoding.Hevc, 8, 0.5), HeifCoding.Read(heic));
        using var avif = File.OpenRead(Samples.Path("irot0-imirn.avif"));
        var coding = HeifCoding.Read(avif);
        Assert.Equal((HeifCoding.Av1, 8), (coding.Codec, coding.BitDepth));
        var nothing = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(nothing, 64);
        Assert.Equal(new HeifCoding(null, 16, 2), HeifCoding.Read(new MemoryStream(nothing)));
    }

    private static void Replace(byte[] content, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        for (int at; (at = content.AsSpan().IndexOf(from)) >= 0;)
        {
            to.CopyTo(content.AsSpan(at));
        }
    }
}
