using System.Globalization;
using System.Net;
using System.Text;

namespace ImageApp.LoadTest.Reporting;

/// <summary>A line chart over time, as SVG that needs nothing else: as CloudWatch draws its graphs.</summary>
internal static class SvgChart
{
    private const int Width = 900;
    private const int Height = 220;
    private const int Left = 60;
    private const int Bottom = 28;
    private const int Top = 10;

    /// <summary>Draws it.</summary>
    /// <param name="title">What it shows, with its unit.</param>
    /// <param name="seconds">How long the time axis is.</param>
    /// <param name="series">The lines.</param>
    /// <param name="steps">Whether values hold until the next one, as counts of instances do.</param>
    /// <param name="ceiling">A value that the axis reaches at least.</param>
    public static string Draw(string title, double seconds, IReadOnlyList<ChartSeries> series, bool steps = false, double ceiling = 0)
    {
        var highest = Math.Max(ceiling, series.SelectMany(line => line.Points).Select(point => point.Value).DefaultIfEmpty(0).Max());
        var (top, step) = Axis(highest);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<figure><figcaption>{WebUtility.HtmlEncode(title)}</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">"
        );
        for (var value = 0.0; value <= top + (step / 2); value += step)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Y(value, top):0.#}\" y2=\"{Y(value, top):0.#}\"/><text x=\"{Left - 6}\" y=\"{Y(value, top) + 4:0.#}\" text-anchor=\"end\">{value:0.##}</text>"
            );
        }

        var minutes = Math.Max(1, (int)Math.Ceiling(seconds / 60 / 12));
        for (var minute = 0; minute * 60 <= seconds; minute += minutes)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(minute * 60, seconds):0.#}\" y=\"{Height - 8}\" text-anchor=\"{(X(minute * 60, seconds) > Width - 30 ? "end" : "middle")}\">{minute} min</text>"
            );
        }

        for (var i = 0; i < series.Count; i++)
        {
            var path = new StringBuilder();
            var last = 0.0;
            foreach (var (time, value) in series[i].Points)
            {
                if (path.Length > 0 && steps)
                {
                    path.Append(CultureInfo.InvariantCulture, $"L{X(time, seconds):0.#} {Y(last, top):0.#}");
                }

                path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{X(time, seconds):0.#} {Y(value, top):0.#}");
                last = value;
            }

            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"line c{i % 6}\" d=\"{path}\"/>");
        }

        svg.Append("</svg><p class=\"legend\">");
        for (var i = 0; i < series.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<span><i class=\"c{i % 6}\"></i>{WebUtility.HtmlEncode(series[i].Name)}</span> ");
        }

        return svg.Append("</p></figure>").ToString();
    }

    private static double X(double time, double seconds) => Left + (time / Math.Max(seconds, 1) * (Width - Left - 4));

    private static double Y(double value, double top) => Height - Bottom - (value / top * (Height - Bottom - Top));

    // Four or five lines at round numbers.
    private static (double Top, double Step) Axis(double highest)
    {
        if (highest <= 0)
        {
            return (1, 1);
        }

        var rough = highest / 4;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * power >= rough - 1e-12) * power;
        return (Math.Ceiling((highest / step) - 1e-9) * step, step);
    }
}
