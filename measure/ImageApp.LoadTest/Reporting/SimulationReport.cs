using System.Globalization;
using System.Text;
using ImageApp.Scaling;

namespace ImageApp.LoadTest.Reporting;

/// <summary>A simulated group as an HTML page.</summary>
internal static class SimulationReport
{
    public static string Write(string description, IReadOnlyList<SimulatedMoment> moments)
    {
        var body = new StringBuilder();
        body.Append(
            CultureInfo.InvariantCulture,
            $"<p>{System.Net.WebUtility.HtmlEncode(description)}</p>\n<p><strong>{Summary(moments)}</strong></p>\n"
        );
        body.Append(
            SvgChart.Draw(
                "Requests per second",
                moments.Count,
                [Line("came", moment => moment.Load), Line("found no CPU", moment => moment.Unserved)]
            )
        );
        body.Append(
            SvgChart.Draw(
                "Instances",
                moments.Count,
                [Line("desired", moment => moment.Desired), Line("in service", moment => moment.InService)],
                steps: true
            )
        );
        body.Append(SvgChart.Draw("CPU, %", moments.Count, [Line("average", moment => moment.Cpu * 100)], ceiling: 100));
        body.Append(
            HtmlPage.Table(
                ["time", "instances", "cause"],
                moments
                    .Where(moment => moment.Cause is not null)
                    .Select(moment =>
                        (IReadOnlyList<string>)
                            [
                                string.Create(CultureInfo.InvariantCulture, $"{moment.Time.TotalMinutes:0.0} min"),
                                moment.Desired.ToString(CultureInfo.InvariantCulture),
                                moment.Cause!,
                            ]
                    )
            )
        );
        return HtmlPage.Of("Simulated group", body.ToString());

        ChartSeries Line(string name, Func<SimulatedMoment, double> value) =>
            new(name, [.. moments.Select(moment => (moment.Time.TotalSeconds, value(moment)))]);
    }

    /// <summary>The outcome in a sentence.</summary>
    public static string Summary(IReadOnlyList<SimulatedMoment> moments)
    {
        var (load, unserved) = (moments.Sum(moment => moment.Load), moments.Sum(moment => moment.Unserved));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{moments.Max(moment => moment.InService)} instances at most, {moments.Average(moment => moment.InService):0.0} on average; {(load > 0 ? unserved / load * 100 : 0):0.0} % of {load:0} requests found no CPU when they came"
        );
    }
}
