using System.Globalization;
using System.Net;
using System.Text;

namespace ImageApp.Benchmarks.Growth;

/// <summary>
/// Costs over sizes, both axes logarithmic, each line beginning at 1: what stays level costs the same however much there is. As SVG that
/// needs nothing else, with a ground of its own so that it is read in either theme.
/// </summary>
internal static class GrowthChart
{
    private const int Width = 900;
    private const int Height = 420;
    private const int Left = 60;
    private const int Right = 330;
    private const int Top = 20;
    private const int Bottom = 40;
    private static readonly string[] Colours = ["#0b6e99", "#c2410c", "#15803d", "#7e22ce", "#b91c1c", "#4b5563"];

    /// <summary>Draws it.</summary>
    public static string Draw(IReadOnlyList<GrowthLine> lines)
    {
        var relative = lines.Select(line => line.Points
            .Select(point => (Times: point.Size / line.Points[0].Size, Cost: point.Cost / line.Points[0].Cost))
            .ToList()).ToList();
        var decades = Math.Ceiling(Math.Log10(relative.SelectMany(line => line).Max(point => point.Times)));
        var highest = Math.Max(1, Math.Ceiling(Math.Log10(relative.SelectMany(line => line).Max(point => point.Cost))));
        var lowest = Math.Min(-1, Math.Floor(Math.Log10(relative.SelectMany(line => line).Min(point => point.Cost))));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n"
            + $"<title>What a piece of work costs with ten, a hundred and a thousand times as much</title>\n"
            + $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>\n");
        for (var power = lowest; power <= highest; power++)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(power):0.#}\" y2=\"{Y(power):0.#}\" stroke=\"{(power == 0 ? "#6b7280" : "#e5e7eb")}\"/>"
                + $"<text x=\"{Left - 8}\" y=\"{Y(power) + 4:0.#}\" text-anchor=\"end\" fill=\"#374151\">{Math.Pow(10, power):0.###}</text>\n");
        }

        for (var power = 0; power <= decades; power++)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{X(power):0.#}\" y=\"{Height - 14}\" text-anchor=\"middle\" fill=\"#374151\">{Math.Pow(10, power):N0} times</text>\n");
        }

        for (var i = 0; i < lines.Count; i++)
        {
            var colour = Colours[i % Colours.Length];
            var path = string.Join(' ', relative[i].Select(point => string.Create(
                CultureInfo.InvariantCulture, $"{X(Math.Log10(point.Times)):0.#},{Y(Math.Log10(point.Cost)):0.#}")));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"/>");
            foreach (var (times, cost) in relative[i])
            {
                svg.Append(CultureInfo.InvariantCulture,
                    $"<circle cx=\"{X(Math.Log10(times)):0.#}\" cy=\"{Y(Math.Log10(cost)):0.#}\" r=\"4\" fill=\"{colour}\"/>");
            }

            svg.Append(CultureInfo.InvariantCulture,
                $"<rect x=\"{Width - Right + 20}\" y=\"{Top + (i * 24)}\" width=\"14\" height=\"14\" fill=\"{colour}\"/>"
                + $"<text x=\"{Width - Right + 42}\" y=\"{Top + (i * 24) + 12}\" fill=\"#111827\">{WebUtility.HtmlEncode(lines[i].Name)}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();

        double X(double power) => Left + (power / decades * (Width - Left - Right - 20));

        double Y(double power) => Top + ((highest - power) / (highest - lowest) * (Height - Top - Bottom));
    }
}
