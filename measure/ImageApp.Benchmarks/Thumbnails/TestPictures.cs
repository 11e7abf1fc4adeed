using ImageApp.Core.Formats;
using NetVips;

namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>Pictures with as much detail as photographs: smooth light, soft shapes, and noise.</summary>
internal static class TestPictures
{
    private static readonly (int Megapixels, int Width, int Height)[] Sizes =
        [(2, 1632, 1224), (12, 4000, 3000), (24, 6000, 4000), (48, 8000, 6000)];

    /// <summary>Writes one of each kind.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="isSmall">Whether they are a hundredth as large: enough to see that everything works.</param>
    public static IReadOnlyList<TestPicture> WriteAll(string folder, bool isSmall)
    {
        var made = new List<TestPicture>();
        var by = isSmall ? 10 : 1;
        foreach (var (megapixels, width, height) in Sizes)
        {
            using var photo = Photo(width / by, height / by);
            made.Add(Save($"JPEG {megapixels} MP", ImageFormat.Jpeg, path => photo.Jpegsave(path, q: 85)));
            made.Add(Save($"progressive JPEG {megapixels} MP", ImageFormat.Jpeg, path => photo.Jpegsave(path, q: 85, interlace: true)));
            if (megapixels != 12)
            {
                continue;
            }

            using var alpha = Image.Xyz(photo.Width, photo.Height)[0].Linear([255.0 / photo.Width], [0]).Cast(Enums.BandFormat.Uchar);
            using var transparent = photo.Bandjoin(alpha).Copy(interpretation: Enums.Interpretation.Srgb);
            made.Add(Save("PNG 12 MP with alpha", ImageFormat.Png, path => transparent.Pngsave(path, compression: 6)));
            made.Add(Save("WebP 12 MP", ImageFormat.WebP, path => photo.Webpsave(path, q: 80, effort: 1)));
            made.Add(Save("AVIF 12 MP", ImageFormat.Avif,
                path => photo.Heifsave(path, q: 60, effort: 0, compression: Enums.ForeignHeifCompression.Av1)));
        }

        made.Add(Save("animated GIF, 20 frames of 0.5 MP", ImageFormat.Gif, path => WriteAnimation(path, 800 / by, 600 / by)));
        return made;

        TestPicture Save(string name, ImageFormat format, Action<string> save)
        {
            var path = System.IO.Path.Combine(folder, $"{name.Replace(' ', '-').Replace(',', '-')}.{format.Extension}");
            save(path);
            return new TestPicture(name, path, format);
        }
    }

    /// <summary>A picture like a photograph, in memory.</summary>
    public static Image Photo(int width, int height)
    {
        using var light = Image.Sines(width, height, hfreq: 2, vfreq: 1.5);
        using var grain = Image.Gaussnoise(width, height, sigma: 12, mean: 0);
        using var rough = Image.Gaussnoise((width / 8) + 1, (height / 8) + 1, sigma: 60, mean: 0);
        using var soft = rough.Resize(8).Crop(0, 0, width, height);
        using var grey = (light * 60) + 120 + soft + grain;
        using var picture = grey.Bandjoin(grey * 0.9, (grey * 0.7) + 30)
            .Cast(Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        return picture.CopyMemory();
    }

    private static void WriteAnimation(string path, int width, int height)
    {
        var frames = Enumerable.Range(0, 20).Select(_ => Photo(width, height)).ToArray();
        using var strip = Image.Arrayjoin(frames, across: 1);
        using var animated = strip.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", height));
        animated.Gifsave(path, effort: 1);
        foreach (var frame in frames)
        {
            frame.Dispose();
        }
    }
}
