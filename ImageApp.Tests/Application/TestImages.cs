using NetVips;

namespace ImageApp.Tests.Application;

/// <summary>Real images, made on the spot.</summary>
public static class TestImages
{
    /// <summary>A picture with some content: a gradient and a disc.</summary>
    public static Image Picture(int width, int height)
    {
        using var xy = Image.Xyz(width, height);
        using var red = (xy[0] * (255.0 / width)).Cast(Enums.BandFormat.Uchar);
        using var green = (xy[1] * (255.0 / height)).Cast(Enums.BandFormat.Uchar);
        using var blue = (red * 0 + 90).Cast(Enums.BandFormat.Uchar);
        return red.Bandjoin(green, blue).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>A JPEG whose EXIF says which way is up (1 to 8), with what it was taken and when.</summary>
    public static byte[] Jpeg(int width, int height, int orientation = 1, string taken = "2024:05:17 10:11:12")
    {
        using var picture = Picture(width, height);
        using var tagged = picture.Mutate(mutable =>
        {
            mutable.Set(GValue.GIntType, "orientation", orientation);
            mutable.Set(GValue.GStrType, "exif-ifd0-Make", "Acme");
            mutable.Set(GValue.GStrType, "exif-ifd0-Model", "Acme One");
            mutable.Set(GValue.GStrType, "exif-ifd2-DateTimeOriginal", taken);
        });
        return tagged.JpegsaveBuffer(q: 90);
    }

    /// <summary>A PNG that is transparent on its left half.</summary>
    public static byte[] TransparentPng(int width, int height)
    {
        using var picture = Picture(width, height);
        using var x = Image.Xyz(width, height)[0];
        using var alpha = (x > width / 2).Cast(Enums.BandFormat.Uchar);
        return picture.Bandjoin(alpha).PngsaveBuffer();
    }

    /// <summary>A GIF of several frames.</summary>
    public static byte[] AnimatedGif(int width, int height, int frames)
    {
        using var strip = Picture(width, height * frames);
        using var animation = strip.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", height));
        return animation.GifsaveBuffer();
    }

    /// <summary>A WebP.</summary>
    public static byte[] WebP(int width, int height)
    {
        using var picture = Picture(width, height);
        return picture.WebpsaveBuffer(q: 80);
    }

    /// <summary>A progressive JPEG of one colour: a small file, however many pixels it has.</summary>
    public static byte[] ProgressiveJpeg(int width, int height, int bands = 1, bool subsampled = false)
    {
        using var picture = Image.Black(width, height, bands);
        var chroma = subsampled ? Enums.ForeignSubsample.On : Enums.ForeignSubsample.Off;
        return picture.JpegsaveBuffer(q: 30, interlace: true, subsampleMode: chroma);
    }

    /// <summary>A TIFF, which is not taken.</summary>
    public static byte[] Tiff(int width, int height)
    {
        using var picture = Picture(width, height);
        return picture.TiffsaveBuffer();
    }

    /// <summary>A PNG of one colour: a small file, however many pixels it has.</summary>
    public static byte[] PlainPng(int width, int height)
    {
        using var picture = Image.Black(width, height, bands: 3);
        return picture.PngsaveBuffer(compression: 6);
    }

    /// <summary>An evening over hills: sky, sun and three ridges, different for each seed.</summary>
    public static byte[] Evening(int width, int height, int seed)
    {
        using var xy = Image.Xyz(width, height);
        using var x = xy[0] / width;
        using var y = xy[1] / height;
        var hue = seed * 37 % 60;
        using var sky = (y * (150 - hue) + 70).Bandjoin(y * 90 + 80 + hue, y * -60 + 190 - hue);
        using var sun =
            ((x - (0.2 + (seed % 7 * 0.1))).Pow(2) * ((double)width * width / (height * (double)height)) + (y - 0.42).Pow(2)) < 0.006;
        var picture = sun.Ifthenelse(new double[] { 255, 236, 190 }, sky);
        for (var ridge = 0; ridge < 3; ridge++)
        {
            using var wave =
                (x * (360 * (1.1 + ridge)) + (seed * 50) + (ridge * 120)).Math(Enums.OperationMath.Sin) * (0.05 + (ridge * 0.01))
                + (0.55 + (ridge * 0.14));
            using var below = y > wave;
            var darker = below.Ifthenelse(new double[] { 70 - (ridge * 22), 90 - (ridge * 26) - (hue / 4.0), 110 - (ridge * 28) }, picture);
            picture.Dispose();
            picture = darker;
        }

        using (picture)
        {
            return picture.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb).JpegsaveBuffer(q: 88);
        }
    }
}
