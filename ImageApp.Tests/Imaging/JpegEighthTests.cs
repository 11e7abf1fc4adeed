using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>Thumbnails of progressive JPEGs, for which most of the file is not decoded.</summary>
public sealed class JpegEighthTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(17, 9, 3, true)]
    [InlineData(64, 64, 1, false)]
    [InlineData(333, 251, 3, true)]
    [InlineData(333, 251, 3, false)]
    [InlineData(1601, 1203, 3, true)]
    [InlineData(1601, 1203, 1, false)]
    [InlineData(2049, 1025, 4, false)]
    public void It_has_the_very_pixels_of_the_whole_file_at_an_eighth(int width, int height, int bands, bool isSubsampled)
    {
        using var noise = Samples.Noise(width, height, bands);
        foreach (var (optimized, restarts) in new[] { (false, 0), (true, 0), (false, 3) })
        {
            AssertSamePixels(noise.JpegsaveBuffer(
                q: 90, interlace: true, optimizeScans: optimized, restartInterval: restarts,
                subsampleMode: isSubsampled ? Enums.ForeignSubsample.On : Enums.ForeignSubsample.Off));
        }
    }

    [Fact]
    public void It_has_those_of_a_camera_s_file_whose_chroma_is_half_as_wide() =>
        AssertSamePixels(File.ReadAllBytes(Samples.Unpacked("61-megapixels-progressive-422.jpg.gz")));

    [Fact]
    public void It_has_those_of_another_program_s_file() => AssertSamePixels(Samples.Content("scans-prog.jpg"));

    [Fact]
    public void A_file_of_several_scans_that_is_not_progressive_is_decoded_as_a_whole() =>
        Assert.Null(JpegEighth.Of(Samples.Content("scans-multi.jpg")));

    [Fact]
    public void A_thumbnail_is_the_same_as_of_the_same_coefficients_in_one_scan()
    {
        using var photo = Samples.Noise(4000, 3000, 3);
        var progressive = Thumbnail(photo.JpegsaveBuffer(q: 85, interlace: true));
        var baseline = Thumbnail(photo.JpegsaveBuffer(q: 85, trellisQuant: false));
        Assert.Null(progressive.Damaged);
        Assert.False(baseline.Damaged);
        Assert.Equal(baseline.Made.Thumbnail.Content, progressive.Made.Thumbnail.Content);
    }

    [Fact]
    public void What_says_itself_that_something_is_missing_is_decoded_as_a_whole()
    {
        using var photo = Samples.Noise(3200, 400, 3);
        var whole = photo.JpegsaveBuffer(q: 85, interlace: true);
        var lastScan = whole.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        Assert.NotNull(JpegEighth.Of(whole));
        Assert.Null(JpegEighth.Of(whole.AsSpan(0, whole.Length - 2)));
        Assert.Null(JpegEighth.Of([.. whole[..lastScan], 0xFF, 0xD9]));
        Assert.Null(JpegEighth.Of(photo.JpegsaveBuffer()));
        Assert.True(Thumbnail(whole[..lastScan]).Damaged);
    }

    [Fact]
    public void What_is_broken_in_the_coefficients_left_aside_is_told_with_the_renditions()
    {
        using var photo = Samples.Noise(3200, 400, 3);
        var whole = photo.JpegsaveBuffer(q: 85, interlace: true);
        File.WriteAllBytes(_file, [.. whole[..^402], .. whole[^2..]]);
        var header = ImageHeader.Read(_file, ImageFormat.Jpeg, new ImageLimits());
        var made = Renderer.Thumbnails(_file, ImageFormat.Jpeg, header).ToList();
        Assert.False(made[0].Thumbnail.Damaged);
        Assert.True(made[^1].Thumbnail.Damaged);
        Assert.All(made[^1].Renditions, one => Assert.True(one.Content.Damaged));
    }

    [Fact]
    public void A_strip_that_is_lower_than_a_block_has_its_thumbnail()
    {
        using var strip = Samples.Noise(3200, 6, 3);
        var (made, damaged) = Thumbnail(strip.JpegsaveBuffer(interlace: true));
        Assert.Equal((200, 1, false), (made.Thumbnail.Width, made.Thumbnail.Height, damaged));
    }

    [Fact]
    public void A_turned_photo_is_upright()
    {
        using var upright = Samples.Quadrants(2000, 4000);
        using var stored = upright.Rot270();
        using var tagged = stored.Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", 6));
        var (made, damaged) = Thumbnail(tagged.JpegsaveBuffer(q: 90, interlace: true));
        Assert.Null(damaged);
        Assert.Equal((100, 200, "RGBW"), (made.Thumbnail.Width, made.Thumbnail.Height, Samples.Corners(made.Thumbnail.Content)));
    }

    [Fact]
    public void Broken_content_never_breaks_it()
    {
        var random = new Random(20261130);
        using var photo = Samples.Noise(640, 480, 3);
        byte[][] files = [Samples.Content("scans-prog.jpg"), photo.JpegsaveBuffer(interlace: true)];
        foreach (var whole in files)
        {
            for (var round = 0; round < 2_000; round++)
            {
                var broken = whole.ToArray();
                for (var change = 0; change < 1 + (round % 8); change++)
                {
                    broken[random.Next(round % 2 == 0 ? broken.Length : 700)] = (byte)random.Next(256);
                }

                _ = JpegEighth.Of(broken.AsSpan(0, random.Next(broken.Length)));
                _ = JpegEighth.Of(broken);
            }
        }
    }

    private (ThumbnailSet Made, bool? Damaged) Thumbnail(byte[] content)
    {
        File.WriteAllBytes(_file, content);
        return Renderer.Thumbnail(_file, ImageFormat.Jpeg, ImageHeader.Read(_file, ImageFormat.Jpeg, new ImageLimits()));
    }

    private static void AssertSamePixels(byte[] whole)
    {
        var eighth = JpegEighth.Of(whole);
        Assert.NotNull(eighth);
        using var expected = Image.JpegloadBuffer(whole, shrink: 8);
        using var actual = Image.JpegloadBuffer(eighth, shrink: 8, failOn: Enums.FailOn.Warning);
        Assert.Equal((expected.Width, expected.Height, expected.Bands), (actual.Width, actual.Height, actual.Bands));
        Assert.Equal(expected.WriteToMemory<byte>(), actual.WriteToMemory<byte>());
    }
}
