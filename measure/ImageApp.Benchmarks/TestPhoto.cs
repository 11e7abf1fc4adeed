using NetVips;

namespace ImageApp.Benchmarks;

/// <summary>A picture with as much detail as a photograph: smooth light, soft shapes, and noise.</summary>
internal static class TestPhoto
{
    public static void Write(string path, int width, int height)
    {
        using var light = Image.Sines(width, height, hfreq: 2, vfreq: 1.5);
        using var grain = Image.Gaussnoise(width, height, sigma: 12, mean: 0);
        using var soft = Image.Gaussnoise(width / 8, height / 8, sigma: 60, mean: 0).Resize(8);
        using var grey = (light * 60) + 120 + soft + grain;
        using var picture = grey.Bandjoin(grey * 0.9, (grey * 0.7) + 30)
            .Cast(Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        picture.Jpegsave(path, q: 85);
    }
}
