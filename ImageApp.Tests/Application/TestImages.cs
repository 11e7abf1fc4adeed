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

    /// <summary>A JPEG whose EXIF says which way is up (1 to 8), who took it and where.</summary>
    public static byte[] Jpeg(int width, int height, int orientation = 1)
    {
        using var picture = Picture(width, height);
        using var tagged = picture.Mutate(mutable =>
        {
            mutable.Set(GValue.GIntType, "orientation", orientation);
            mutable.Set(GValue.GStrType, "exif-ifd0-Make", "Acme");
            mutable.Set(GValue.GStrType, "exif-ifd0-Model", "Acme One");
            mutable.Set(GValue.GStrType, "exif-ifd2-DateTimeOriginal", "2024:05:17 10:11:12");
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
    public static byte[] ProgressiveJpeg(int width, int height, int bands = 1)
    {
        using var picture = Image.Black(width, height, bands);
        return picture.JpegsaveBuffer(q: 30, interlace: true);
    }

    /// <summary>A PNG of one colour: a small file, however many pixels it has.</summary>
    public static byte[] PlainPng(int width, int height)
    {
        using var picture = Image.Black(width, height, bands: 3);
        return picture.PngsaveBuffer(compression: 6);
    }
}
