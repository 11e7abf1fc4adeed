namespace ImageApp.CaptionFunction;

/// <summary>Colours as people name them.</summary>
internal static class ColourNames
{
    private const double MinShare = 0.12;
    private const int MaxNames = 3;

    /// <summary>The names of the colours that cover most of an image, the largest first.</summary>
    /// <param name="pixels">Red, green and blue of each pixel.</param>
    public static IReadOnlyList<string> Dominant(ReadOnlySpan<byte> pixels)
    {
        var counts = new Dictionary<string, int>();
        for (var i = 0; i + 2 < pixels.Length; i += 3)
        {
            var name = Name(pixels[i], pixels[i + 1], pixels[i + 2]);
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        var total = pixels.Length / 3;
        return
        [
            .. counts.Where(colour => colour.Value >= total * MinShare)
                .OrderByDescending(colour => colour.Value).ThenBy(colour => colour.Key, StringComparer.Ordinal)
                .Take(MaxNames).Select(colour => colour.Key),
        ];
    }

    /// <summary>The name of one colour.</summary>
    public static string Name(byte red, byte green, byte blue)
    {
        double max = Math.Max(red, Math.Max(green, blue)), min = Math.Min(red, Math.Min(green, blue)), range = max - min;
        var lightness = (max + min) / 510;
        if (lightness < 0.1)
        {
            return "black";
        }

        if (lightness > 0.93)
        {
            return "white";
        }

        if (range / 255 < 0.12)
        {
            return lightness switch { < 0.35 => "dark grey", < 0.7 => "grey", _ => "light grey" };
        }

        var hue = 60 * (max == red ? (((green - blue) / range) + 6) % 6
            : max == green ? ((blue - red) / range) + 2
            : ((red - green) / range) + 4);
        if (hue is >= 15 and < 48 && lightness < 0.42)
        {
            return "brown";
        }

        var name = hue switch
        {
            < 15 => "red",
            < 42 => "orange",
            < 68 => "yellow",
            < 165 => "green",
            < 195 => "turquoise",
            < 255 => "blue",
            < 290 => "purple",
            < 335 => "pink",
            _ => "red",
        };
        return lightness switch { < 0.28 => "dark " + name, > 0.75 => "light " + name, _ => name };
    }
}
