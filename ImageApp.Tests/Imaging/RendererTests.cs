using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using ImageApp.Tests.Application;
using NetVips;

namespace ImageApp.Tests.Imaging;

public sealed class RendererTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    /// <summary>A picture with a red top left, as each EXIF orientation stores it, always comes out with a red top left.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Every_orientation_is_applied_and_no_metadata_is_kept(int orientation)
    {
        using var upright = Quadrants(400, 200);
        using var stored = Stored(upright, orientation);
        using var tagged = stored.Mutate(mutable =>
        {
            mutable.Set(GValue.GIntType, "orientation", orientation);
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "48/1 0/1 0/1");
        });
        var (header, thumbnail) = Render(tagged.JpegsaveBuffer(q: 95), ImageFormat.Jpeg);
        Assert.Equal((400, 200), (header.Width, header.Height));
        Assert.Equal((200, 100), (thumbnail.Width, thumbnail.Height));
        Assert.Equal(["red", "green", "blue", "white"], Corners(thumbnail));
        Assert.DoesNotContain(
            thumbnail.GetFields(),
            field => field.StartsWith("exif", StringComparison.Ordinal) || field is "orientation" or "xmp-data" or "icc-profile-data"
        );
    }

    [Fact]
    public void Cmyk_becomes_srgb()
    {
        using var picture = Quadrants(100, 100);
        using var cmyk = picture.Colourspace(Enums.Interpretation.Cmyk);
        var (_, thumbnail) = Render(cmyk.JpegsaveBuffer(q: 95), ImageFormat.Jpeg);
        Assert.Equal(3, thumbnail.Bands);
        Assert.Equal(Enums.Interpretation.Srgb, thumbnail.Interpretation);
    }

    [Fact]
    public void Sixteen_bits_a_channel_become_eight()
    {
        using var picture = Quadrants(300, 300);
        using var deep = picture.Colourspace(Enums.Interpretation.Rgb16);
        var (_, thumbnail) = Render(deep.PngsaveBuffer(bitdepth: 16), ImageFormat.Png);
        Assert.Equal(Enums.BandFormat.Uchar, thumbnail.Format);
        Assert.Equal(["red", "green", "blue", "white"], Corners(thumbnail));
    }

    [Fact]
    public void Grey_palette_avif_and_transparent_pictures_are_rendered()
    {
        using var picture = Quadrants(120, 60);
        using var grey = picture.Colourspace(Enums.Interpretation.Bw);
        foreach (
            var (content, format) in new[]
            {
                (grey.JpegsaveBuffer(), ImageFormat.Jpeg),
                (picture.PngsaveBuffer(palette: true), ImageFormat.Png),
                (picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1), ImageFormat.Avif),
                (picture.GifsaveBuffer(), ImageFormat.Gif),
                (picture.WebpsaveBuffer(lossless: true), ImageFormat.WebP),
            }
        )
        {
            Assert.Equal(format, ImageFormat.TrySniff(content.AsSpan(0, Math.Min(content.Length, ImageFormat.SniffLength))));
            var (header, thumbnail) = Render(content, format);
            Assert.Equal((120, 60), (header.Width, header.Height));
            Assert.Equal((120, 60, 3), (thumbnail.Width, thumbnail.Height, thumbnail.Bands));
        }

        var (_, onWhite) = Render(TestImages.TransparentPng(100, 100), ImageFormat.Png);
        Assert.True(onWhite.Getpoint(5, 50).Zip([255, 255, 255]).All(pair => Math.Abs(pair.First - pair.Second) < 8));
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 1000, 1, 200)]
    [InlineData(10_000, 3, 200, 1)]
    [InlineData(200, 200, 200, 200)]
    [InlineData(201, 100, 200, 100)]
    public void Fits_within_the_square_and_never_enlarges(int width, int height, int expectedWidth, int expectedHeight)
    {
        var (_, thumbnail) = Render(TestImages.PlainPng(width, height), ImageFormat.Png);
        Assert.Equal((expectedWidth, expectedHeight), (thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public void A_truncated_picture_is_rendered_as_far_as_it_goes_and_marked()
    {
        var whole = TestImages.Jpeg(600, 400);
        File.WriteAllBytes(_file, whole[..(whole.Length / 2)]);
        var rendition = Renderer
            .Thumbnails(_file, ImageFormat.Jpeg, ImageHeader.Read(_file, ImageFormat.Jpeg, new ImageLimits()))
            .Last()
            .Thumbnail;
        Assert.True(rendition.Damaged);
        Assert.Equal((200, 133), (rendition.Width, rendition.Height));
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>")]
    [InlineData("II*\0")]
    [InlineData("%PDF-1.4")]
    public void Formats_that_are_not_allowed_are_refused_even_if_libvips_could_read_them(string content)
    {
        File.WriteAllText(_file, content);
        Assert.Throws<ImageFailureException>(() => ImageHeader.Read(_file, ImageFormat.Png, new ImageLimits()));
    }

    [Fact]
    public void A_tiff_is_refused_whatever_it_is_taken_for()
    {
        using var picture = Quadrants(20, 20);
        File.WriteAllBytes(_file, picture.TiffsaveBuffer());
        var e = Assert.Throws<ImageFailureException>(() => ImageHeader.Read(_file, ImageFormat.Png, new ImageLimits()));
        Assert.Contains("PNG", e.Message);
    }

    [Fact]
    public void A_larger_picture_has_a_preview_for_dense_screens_and_its_mean_colour()
    {
        using var red = Image.Black(1000, 500, 3) + new double[] { 200, 20, 40 };
        using var eightBit = red.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        File.WriteAllBytes(_file, eightBit.PngsaveBuffer());
        var made = Renderer.Thumbnails(_file, ImageFormat.Png, ImageHeader.Read(_file, ImageFormat.Png, new ImageLimits())).Last();
        Assert.Equal((400, 200, "image/webp"), (made.Preview!.Width, made.Preview.Height, made.Preview.ContentType));
        Assert.Equal("c81428", made.MeanColour);

        File.WriteAllBytes(_file, TestImages.PlainPng(50, 40));
        var header = ImageHeader.Read(_file, ImageFormat.Png, new ImageLimits());
        Assert.Null(Renderer.Thumbnails(_file, ImageFormat.Png, header).Last().Preview);
    }

    [Fact]
    public void Camera_and_date_are_told_and_coordinates_are_not()
    {
        File.WriteAllBytes(_file, TestImages.Jpeg(30, 20));
        var metadata = ImageHeader.Read(_file, ImageFormat.Jpeg, new ImageLimits()).Metadata;
        Assert.Equal("Acme One", metadata.Camera);
        Assert.Equal(new DateTime(2024, 5, 17, 10, 11, 12), metadata.TakenAt);
    }

    private (ImageHeader Header, Image Thumbnail) Render(byte[] content, ImageFormat format)
    {
        File.WriteAllBytes(_file, content);
        var header = ImageHeader.Read(_file, format, new ImageLimits());
        return (header, Image.NewFromBuffer(Renderer.Thumbnails(_file, format, header).Last().Thumbnail.Content));
    }

    private static Image Quadrants(int width, int height)
    {
        using var xy = Image.Xyz(width, height);
        using var right = xy[0] >= width / 2;
        using var bottom = xy[1] >= height / 2;
        using var red = right.Ifthenelse(bottom.Ifthenelse(255, 0), bottom.Ifthenelse(0, 255)).Cast(Enums.BandFormat.Uchar);
        using var green = right.Ifthenelse(255, 0).Cast(Enums.BandFormat.Uchar);
        using var blue = bottom.Ifthenelse(255, 0).Cast(Enums.BandFormat.Uchar);
        return red.Bandjoin(green, blue).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    // Exif 2.32, 4.6.4, Orientation: how the stored picture differs from the upright one.
    private static Image Stored(Image upright, int orientation) =>
        orientation switch
        {
            2 => upright.FlipHor(),
            3 => upright.Rot180(),
            4 => upright.FlipVer(),
            5 => upright.Rot270().FlipVer(),
            6 => upright.Rot270(),
            7 => upright.Rot90().FlipVer(),
            8 => upright.Rot90(),
            _ => upright.Copy(),
        };

    private static string[] Corners(Image image) =>
        [
            .. new[] { (5, 5), (image.Width - 6, 5), (5, image.Height - 6), (image.Width - 6, image.Height - 6) }.Select(at =>
                Name(image.Getpoint(at.Item1, at.Item2))
            ),
        ];

    private static string Name(double[] colour) =>
        (colour[0] > 128, colour[1] > 128, colour[2] > 128) switch
        {
            (true, false, false) => "red",
            (false, true, false) => "green",
            (false, false, true) => "blue",
            (true, true, true) => "white",
            _ => string.Join(' ', colour),
        };
}
