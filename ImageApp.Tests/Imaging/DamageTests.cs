using ImageApp.Core;
using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>What is made of files that end early, format by format.</summary>
public sealed class DamageTests
{
    [Fact]
    public void A_png_without_its_last_chunk_and_a_gif_without_its_last_byte_have_every_pixel()
    {
        using var picture = Samples.Quadrants(300, 200);
        var png = picture.PngsaveBuffer();
        var gif = picture.GifsaveBuffer();
        foreach (var content in new[] { png, png[..^12], [.. png, 1, 2, 3], gif, gif[..^1], [.. gif, 1, 2, 3] })
        {
            var (_, made) = Samples.Render(content);
            Assert.False(made.Thumbnail.Damaged);
            Assert.Equal("RGBW", Samples.Corners(made.Thumbnail.Content));
        }
    }

    [Fact]
    public void A_png_or_gif_that_is_cut_is_shown_as_far_as_it_goes_and_marked()
    {
        using var noise = Image.Gaussnoise(300, 200, sigma: 40, mean: 128);
        using var picture = noise.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Bw);
        foreach (var content in new[] { picture.PngsaveBuffer(), picture.GifsaveBuffer() })
        {
            var (_, made) = Samples.Render(content[..(content.Length / 2)]);
            Assert.True(made.Thumbnail.Damaged);
            Assert.Equal((200, 133), (made.Thumbnail.Width, made.Thumbnail.Height));
        }
    }

    [Fact]
    public void Of_a_cut_webp_avif_or_heic_there_is_no_part_and_the_reason_says_so()
    {
        using var picture = Samples.Quadrants(300, 200);
        foreach (var content in new[]
        {
            picture.WebpsaveBuffer(),
            picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1),
            Samples.Content("telephone.heic"),
        })
        {
            Assert.False(Samples.Render([.. content, 1, 2, 3]).Made.Thumbnail.Damaged);
            var e = Assert.Throws<ImageFailureException>(() => Samples.Render(content[..^30]));
            Assert.Contains("incomplete", e.Message);
            Assert.Contains(Samples.Sniff(content)!.Name, e.Message);
        }
    }

    [Fact]
    public void The_first_frame_of_whatever_moves_is_shown()
    {
        using var picture = Samples.Quadrants(300, 200);
        using var other = picture.Invert();
        using var strip = picture.Join(other, Enums.Direction.Vertical);
        using var moving = strip.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 200));
        foreach (var content in new[] { moving.GifsaveBuffer(), moving.WebpsaveBuffer() })
        {
            var (header, made) = Samples.Render(content);
            Assert.Equal((300, 200), (header.Width, header.Height));
            Assert.Equal("RGBW", Samples.Corners(made.Thumbnail.Content));
        }

        foreach (var name in new[] { "animated.png", "sequence.avif" })
        {
            var (header, made) = Samples.Render(Samples.Path(name));
            Assert.Equal((480, 320), (header.Width, header.Height));
            Assert.Equal((200, 133, false), (made.Thumbnail.Width, made.Thumbnail.Height, made.Thumbnail.Damaged));
        }

        Assert.Equal(ImageFormat.Avif, Samples.Sniff(Samples.Content("sequence.avif")));
    }
}
