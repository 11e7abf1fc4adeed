using System.IO.Compression;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.Imaging;
using NetVips;

namespace ImageApp.Tests.Imaging;

/// <summary>Files that cameras and programs made, and what is drawn on those made here: red and green above blue and white.</summary>
internal static class Samples
{
    /// <summary>The path of a file in <c>Files/</c>.</summary>
    public static string Path(string name) => System.IO.Path.Combine(RepositoryRoot.Path, "ImageApp.Tests", "Imaging", "Files", name);

    /// <summary>The content of a file in <c>Files/</c>.</summary>
    public static byte[] Content(string name) => File.ReadAllBytes(Path(name));

    /// <summary>Unpacks a file in <c>Files/</c> into a temporary one.</summary>
    public static string Unpacked(string name)
    {
        var path = System.IO.Path.GetTempFileName();
        using var packed = new GZipStream(File.OpenRead(Path(name)), CompressionMode.Decompress);
        using var file = File.Create(path);
        packed.CopyTo(file);
        return path;
    }

    /// <summary>The format that a file's first bytes tell.</summary>
    public static ImageFormat? Sniff(ReadOnlySpan<byte> content) =>
        ImageFormat.TrySniff(content[..Math.Min(content.Length, ImageFormat.SniffLength)]);

    /// <summary>Renders a file as the thumbnail function does.</summary>
    public static (ImageHeader Header, ThumbnailSet Made) Render(string path)
    {
        var format = Sniff(File.ReadAllBytes(path)) ?? throw new InvalidOperationException($"{path} is of no format that is taken.");
        var header = ImageHeader.Read(path, format, new ImageLimits());
        return (header, Renderer.Thumbnails(path, format, header).Last());
    }

    /// <summary>Renders a content as the thumbnail function does.</summary>
    public static (ImageHeader Header, ThumbnailSet Made) Render(byte[] content)
    {
        var path = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            return Render(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A picture of four colours.</summary>
    public static Image Quadrants(int width, int height)
    {
        using var xy = Image.Xyz(width, height);
        using var right = xy[0] >= width / 2;
        using var bottom = xy[1] >= height / 2;
        using var red = right.Ifthenelse(bottom.Ifthenelse(255, 0), bottom.Ifthenelse(0, 255)).Cast(Enums.BandFormat.Uchar);
        using var green = right.Ifthenelse(255, 0).Cast(Enums.BandFormat.Uchar);
        using var blue = bottom.Ifthenelse(255, 0).Cast(Enums.BandFormat.Uchar);
        return red.Bandjoin(green, blue).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>A picture of noise, which leaves no coefficient empty, of one, three or four bands.</summary>
    public static Image Noise(int width, int height, int bands)
    {
        using var noise = Image.Gaussnoise(width, height, sigma: 60, mean: 128);
        using var one = noise.Cast(Enums.BandFormat.Uchar);
        using var inverted = one.Invert();
        var interpretation = bands switch
        {
            1 => Enums.Interpretation.Bw,
            3 => Enums.Interpretation.Srgb,
            _ => Enums.Interpretation.Cmyk,
        };
        using var all = one.Bandjoin([.. Enumerable.Range(1, 3).Select(i => i % 2 == 0 ? one : inverted)]);
        using var picked = all.ExtractBand(0, n: bands);
        using var tagged = picked.Copy(interpretation: interpretation);
        return tagged.CopyMemory();
    }

    /// <summary>The colours of a picture's corners, row by row: <c>R G B W</c> without the spaces when upright.</summary>
    public static string Corners(byte[] content)
    {
        using var image = Image.NewFromBuffer(content);
        return string.Concat(CornerColours(image).Select(Letter));
    }

    /// <summary>The colours a little inside a picture's corners, row by row.</summary>
    public static IEnumerable<double[]> CornerColours(Image image)
    {
        var (right, bottom) = (image.Width - 6, image.Height - 6);
        return [image.Getpoint(5, 5), image.Getpoint(right, 5), image.Getpoint(5, bottom), image.Getpoint(right, bottom)];
    }

    /// <summary>The letter of a colour.</summary>
    public static string Letter(IReadOnlyList<double> colour) => (colour[0] > 128, colour[1] > 128, colour[2] > 128) switch
    {
        (true, false, false) => "R",
        (false, true, false) => "G",
        (false, false, true) => "B",
        (true, true, true) => "W",
        _ => $"({string.Join(' ', colour)})",
    };
}
