using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>The WebPs of 400, 800, 1600 and 2560 pixels.</summary>
public sealed class RenditionTests
{
    [Fact]
    public void A_photo_has_them_all_from_one_decoding_each_sharp_and_in_its_proportions()
    {
        using var picture = Samples.Quadrants(3000, 2000);
        var (header, made) = Samples.Render(picture.JpegsaveBuffer(q: 90));

        Assert.Equal([(400, 267), (800, 533), (1600, 1067), (2560, 1707)], made.Renditions.Select(Size));
        Assert.All(made.Renditions, one =>
        {
            using var image = Image.NewFromBuffer(one.Content.Content);
            Assert.Equal((one.Content.Width, one.Content.Height), (image.Width, image.Height));
            Assert.Equal("webpload_buffer", (string)image.Get("vips-loader"));
            Assert.Equal("RGBW", Samples.Corners(one.Content.Content));
            Assert.Equal(3, image.Bands);
            Assert.DoesNotContain(
                image.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal) || field is "icc-profile-data");
        });
        Assert.Equal((200, 133, "image/jpeg"), (made.Thumbnail.Width, made.Thumbnail.Height, made.Thumbnail.ContentType));
        Assert.Equal((false, false), (made.HasAlpha, header.IsAnimated));
    }

    [Theory]
    [InlineData(8192, 5464, 200, 133)]
    [InlineData(4000, 2251, 200, 113)]
    [InlineData(2999, 2000, 200, 133)]
    public void A_thumbnail_is_as_large_as_its_square_whatever_the_other_side_is_rounded_to(int width, int height, int expected, int other)
    {
        using var picture = Samples.Quadrants(width, height);
        var (_, made) = Samples.Render(picture.JpegsaveBuffer(q: 50));
        Assert.Equal((expected, other), (made.Thumbnail.Width, made.Thumbnail.Height));
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("progressive")]
    [InlineData("png")]
    [InlineData("webp")]
    public void The_thumbnail_is_there_before_any_other(string kind)
    {
        using var picture = Samples.Quadrants(1000, 500);
        var content = kind switch
        {
            "jpeg" => picture.JpegsaveBuffer(),
            "progressive" => picture.JpegsaveBuffer(interlace: true),
            "png" => picture.PngsaveBuffer(),
            _ => picture.WebpsaveBuffer(lossless: true),
        };
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            var format = Samples.Sniff(content)!;
            var made = Renderer.Thumbnails(path, format, ImageHeader.Read(path, format, new ImageLimits())).ToList();
            Assert.Equal(["", "800", "400,800"], made.Select(set => string.Join(',', set.Renditions.Select(one => one.Rendition.Side))));
            Assert.Equal([false, false, true], made.Select(set => set.IsComplete));
            Assert.All(made, set => Assert.Equal((200, 100), (set.Thumbnail.Width, set.Thumbnail.Height)));
            Assert.All(made, set => Assert.Equal("RGBW", Samples.Corners(set.Thumbnail.Content)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_turned_photo_is_upright_in_all_of_them()
    {
        using var upright = Samples.Quadrants(1000, 2000);
        using var stored = upright.Rot270();
        using var tagged = stored.Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", 6));
        var (_, made) = Samples.Render(tagged.JpegsaveBuffer(q: 90));
        Assert.Equal([(200, 400), (400, 800), (800, 1600)], made.Renditions.Select(Size));
        Assert.All(made.Renditions, one => Assert.Equal("RGBW", Samples.Corners(one.Content.Content)));
    }

    [Theory]
    [InlineData(6000, 150)]
    [InlineData(150, 6000)]
    public void A_panorama_is_high_enough_to_be_seen(int width, int height)
    {
        using var picture = Samples.Quadrants(width, height);
        var (_, made) = Samples.Render(picture.JpegsaveBuffer());
        var (rendition, content) = Assert.Single(made.Renditions);
        Assert.Equal((400, width, height), (rendition.Side, content.Width, content.Height));
        Assert.Equal(200, Math.Max(made.Thumbnail.Width, made.Thumbnail.Height));
    }

    [Fact]
    public void Transparency_is_kept_in_them_and_white_in_the_thumbnail()
    {
        using var picture = Samples.Quadrants(1000, 500);
        using var alpha = (Image.Xyz(1000, 500)[0] >= 500).Ifthenelse(255, 0).Cast(Enums.BandFormat.Uchar);
        using var half = picture.Bandjoin(alpha).Copy(interpretation: Enums.Interpretation.Srgb);
        var (_, made) = Samples.Render(half.PngsaveBuffer());

        Assert.True(made.HasAlpha);
        Assert.Equal([400, 800], made.Renditions.Select(one => one.Rendition.Side));
        Assert.All(made.Renditions, one =>
        {
            using var image = Image.NewFromBuffer(one.Content.Content);
            Assert.Equal(4, image.Bands);
            Assert.InRange(image.Getpoint(5, 5)[3], 0, 3);
            Assert.InRange(image.Getpoint(image.Width - 6, 5)[3], 252, 255);
        });
        using var thumbnail = Image.NewFromBuffer(made.Thumbnail.Content);
        Assert.Equal(3, thumbnail.Bands);
        Assert.All(thumbnail.Getpoint(5, 5), band => Assert.InRange(band, 250, 255));
    }

    [Fact]
    public void An_alpha_channel_with_nothing_in_it_is_none()
    {
        using var picture = Samples.Quadrants(500, 400);
        using var opaque = picture.Bandjoin(255);
        var (_, made) = Samples.Render(opaque.PngsaveBuffer());
        Assert.False(made.HasAlpha);
        using var image = Image.NewFromBuffer(made.Renditions[0].Content.Content);
        Assert.Equal(3, image.Bands);
    }

    [Fact]
    public void A_small_transparent_picture_has_one_too()
    {
        using var picture = Samples.Quadrants(64, 64);
        using var clear = picture.Bandjoin(100).Copy(interpretation: Enums.Interpretation.Srgb);
        var (_, made) = Samples.Render(clear.PngsaveBuffer());
        Assert.Equal((64, 64), Size(Assert.Single(made.Renditions)));
    }

    [Theory]
    [InlineData("gif", true)]
    [InlineData("webp", true)]
    [InlineData("apng", true)]
    [InlineData("apng-still", false)]
    [InlineData("gif-still", false)]
    public void What_moves_is_told_and_its_first_picture_is_shown(string kind, bool animated)
    {
        using var first = Samples.Quadrants(500, 300);
        using var both = first.Join(first.Invert(), Enums.Direction.Vertical);
        using var strip = both.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 300));
        var content = kind switch
        {
            "gif" => strip.GifsaveBuffer(),
            "webp" => strip.WebpsaveBuffer(lossless: true),
            "gif-still" => first.GifsaveBuffer(),
            "apng" => WithAnimationChunk(first.PngsaveBuffer(), frames: 2),
            _ => WithAnimationChunk(first.PngsaveBuffer(), frames: 1),
        };

        var (header, made) = Samples.Render(content);

        Assert.Equal((500, 300, animated), (header.Width, header.Height, header.IsAnimated));
        Assert.Equal("RGBW", Samples.Corners(made.Renditions[0].Content.Content));
    }

    private static (int Width, int Height) Size((GalleryRendition Rendition, ImageApp.Imaging.Rendition Content) one) =>
        (one.Content.Width, one.Content.Height);

    // An acTL chunk behind the header (W3C PNG, third edition, 11.3.6.1); the default image is the animation's first.
    private static byte[] WithAnimationChunk(byte[] png, byte frames)
    {
        byte[] chunk = [.. "acTL"u8, 0, 0, 0, frames, 0, 0, 0, 0];
        var checksum = System.IO.Hashing.Crc32.HashToUInt32(chunk);
        const int headerEnd = 8 + 25;
        return
        [
            .. png[..headerEnd], 0, 0, 0, 8, .. chunk,
            (byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum, .. png[headerEnd..],
        ];
    }
}
