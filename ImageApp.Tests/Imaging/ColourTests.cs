using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>Whatever colours are stored as, renditions have three channels of eight bits in sRGB, on white.</summary>
public sealed class ColourTests
{
    public static TheoryData<string> Kinds =>
    [
        "p3", "p3-png16", "cmyk", "cmyk-profile", "png16", "png-grey-alpha", "png16-alpha", "png-palette-alpha", "png-1bit", "webp-alpha",
        "gif-alpha", "avif-alpha", "avif-10", "jpeg-restart",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Is_rendered_in_srgb(string kind)
    {
        using var picture = Samples.Quadrants(480, 240);
        var content = Save(picture, kind);
        Assert.NotNull(Samples.Sniff(content));
        var (header, made) = Samples.Render(content);
        Assert.Equal((480, 240, false), (header.Width, header.Height, made.Thumbnail.Damaged));
        foreach (var rendition in new[] { made.Thumbnail, made.Preview! })
        {
            using var stored = Image.NewFromBuffer(rendition.Content);
            Assert.Equal(made.HasAlpha && rendition != made.Thumbnail, stored.HasAlpha());
            using var image = stored.HasAlpha() ? stored.Flatten(background: [255, 255, 255]) : stored.Copy();
            Assert.Equal((3, Enums.BandFormat.Uchar, Enums.Interpretation.Srgb), (image.Bands, image.Format, image.Interpretation));
            Assert.False(image.Contains("icc-profile-data"));
            var expected = kind is "png-grey-alpha" or "png-1bit" ? "BWBW"
                : kind.Contains("alpha", StringComparison.Ordinal) ? "WGWW" : "RGBW";
            Assert.Equal(expected, string.Concat(Samples.CornerColours(image).Select(colour => Letter(colour, kind))));
        }
    }

    [Fact]
    public void A_wide_gamut_is_converted_and_not_only_relabelled()
    {
        // sRGB's green is a paler one in Display P3's numbers; shown right, it is sRGB's green again.
        using var bands = (Image.Black(300, 300, 3) + new double[] { 0, 200, 0 }).Cast(Enums.BandFormat.Uchar);
        using var green = bands.Copy(interpretation: Enums.Interpretation.Srgb);
        using var wide = green.IccTransform("p3", inputProfile: "srgb");
        Assert.True(wide.Getpoint(5, 5)[0] > 60);
        Assert.Equal("00c800", Near(Samples.Render(wide.JpegsaveBuffer(q: 100)).Made.MeanColour, "00c800"));
        Assert.Equal(ImageFormat.Png, Samples.Sniff(wide.PngsaveBuffer()));
        Assert.Equal("00c800", Near(Samples.Render(wide.PngsaveBuffer()).Made.MeanColour, "00c800"));
    }

    private static byte[] Save(Image picture, string kind)
    {
        using var left = Image.Xyz(picture.Width, picture.Height)[0] >= picture.Width / 2;
        using var alpha = left.Cast(Enums.BandFormat.Uchar);
        using var grey = alpha.Copy(interpretation: Enums.Interpretation.Bw);
        using var transparent = picture.Bandjoin(alpha);
        return kind switch
        {
            "p3" => picture.IccTransform("p3", inputProfile: "srgb").JpegsaveBuffer(q: 95),
            "p3-png16" => picture.IccTransform("p3", inputProfile: "srgb", depth: 16).PngsaveBuffer(bitdepth: 16),
            "cmyk" => picture.Colourspace(Enums.Interpretation.Cmyk).JpegsaveBuffer(q: 95),
            "cmyk-profile" => picture.IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(q: 95),
            "png16" => picture.Colourspace(Enums.Interpretation.Rgb16).PngsaveBuffer(bitdepth: 16),
            "png-grey-alpha" => grey.Bandjoin(255).Copy(interpretation: Enums.Interpretation.Bw).PngsaveBuffer(),
            "png16-alpha" => transparent.Colourspace(Enums.Interpretation.Rgb16).PngsaveBuffer(bitdepth: 16),
            "png-palette-alpha" => transparent.PngsaveBuffer(palette: true),
            "png-1bit" => grey.PngsaveBuffer(bitdepth: 1),
            "webp-alpha" => transparent.WebpsaveBuffer(lossless: true),
            "gif-alpha" => transparent.GifsaveBuffer(),
            "avif-alpha" => transparent.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 1),
            "avif-10" => picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, bitdepth: 10, effort: 1),
            _ => picture.JpegsaveBuffer(q: 95, restartInterval: 4),
        };
    }

    // Black is none of the four colours: for pictures in grey it takes blue's letter. Ink has no such green: what there is is yellowish, in
    // browsers too.
    private static string Letter(double[] colour, string kind) =>
        kind is "png-grey-alpha" or "png-1bit" && colour.Max() < 60 ? "B"
        : kind.StartsWith("cmyk", StringComparison.Ordinal) && colour[1] > colour[0] && colour[1] > 190 && colour[2] < 60 ? "G"
        : Samples.Letter(colour);

    private static string Near(string colour, string expected) =>
        Convert.FromHexString(colour).Zip(Convert.FromHexString(expected)).All(pair => Math.Abs(pair.First - pair.Second) <= 8)
            ? expected
            : colour;
}
