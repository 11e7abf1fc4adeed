using System.Globalization;
using System.Net;
using System.Text;
using ImageApp.LoadTest.Generators;
using ImageApp.LoadTest.Measuring;
using ImageApp.LoadTest.Observing;

namespace ImageApp.LoadTest.Reporting;

/// <summary>A load test as an HTML page.</summary>
internal static class LoadReport
{
    public static string Write(Uri target, LoadProfile profile, LoadResult result, IReadOnlyList<ObservedMoment> group, DateTimeOffset at)
    {
        var seconds = Math.Max(result.Seconds.Count, group.Count == 0 ? 0 : group[^1].Time.TotalSeconds);
        var body = new StringBuilder();
        body.Append(
            CultureInfo.InvariantCulture,
            $"<p>{at:yyyy-MM-dd HH:mm} UTC, {WebUtility.HtmlEncode(target.ToString())}, {Environment.ProcessorCount} processors on the machine that sent. {WebUtility.HtmlEncode(profile.Describe())}{(profile.WarmUp > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $", after {profile.WarmUp.TotalSeconds:0} s of warm-up") : "")}.</p>\n"
        );
        body.Append(
            CultureInfo.InvariantCulture,
            $"<p><strong>{result.All.Count} answers, {result.Failed} failed</strong>, {result.All.Count / Math.Max(1, profile.Duration.TotalSeconds):0.0} answers/s. Times are from when a request was due, not from when it could be sent.</p>\n"
        );
        body.Append(
            HtmlPage.Table(
                ["path", "answers", "median", "90 %", "95 %", "99 %", "99.9 %", "worst"],
                result
                    .Paths.Append(("all", result.All))
                    .Select(path =>
                        (IReadOnlyList<string>)
                            [
                                path.Item1,
                                path.Item2.Count.ToString(CultureInfo.InvariantCulture),
                                Milliseconds(path.Item2.Median),
                                Milliseconds(path.Item2.P90),
                                Milliseconds(path.Item2.P95),
                                Milliseconds(path.Item2.P99),
                                Milliseconds(path.Item2.P999),
                                Milliseconds(path.Item2.Worst),
                            ]
                    )
            )
        );
        if (result.Failures.Count > 0)
        {
            body.Append(
                HtmlPage.Table(
                    ["failure", "requests"],
                    result.Failures.Select(failure =>
                        (IReadOnlyList<string>)[failure.Reason, failure.Count.ToString(CultureInfo.InvariantCulture)]
                    )
                )
            );
        }

        body.Append(
            SvgChart.Draw(
                "Requests per second",
                seconds,
                [
                    new ChartSeries("answered", [.. result.Seconds.Select(second => ((double)second.Second, (double)second.Answers))]),
                    new ChartSeries("failed", [.. result.Seconds.Select(second => ((double)second.Second, (double)second.Failures))]),
                ]
            )
        );
        var answered = result.Seconds.Where(second => second.Answers > 0).ToList();
        body.Append(
            SvgChart.Draw(
                "Time to answer, ms",
                seconds,
                [
                    new ChartSeries(
                        "median",
                        [.. answered.Select(second => ((double)second.Second, second.Latencies.Median.TotalMilliseconds))]
                    ),
                    new ChartSeries(
                        "95 %",
                        [.. answered.Select(second => ((double)second.Second, second.Latencies.P95.TotalMilliseconds))]
                    ),
                    new ChartSeries(
                        "99 %",
                        [.. answered.Select(second => ((double)second.Second, second.Latencies.P99.TotalMilliseconds))]
                    ),
                ]
            )
        );
        if (group.Count > 0)
        {
            AppendGroup(body, seconds, group, at);
        }

        return HtmlPage.Of("Load test", body.ToString());
    }

    private static void AppendGroup(StringBuilder body, double seconds, IReadOnlyList<ObservedMoment> group, DateTimeOffset at)
    {
        var ids = group
            .SelectMany(moment => moment.Group.Instances)
            .Select(instance => instance.Id)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        body.Append(
            CultureInfo.InvariantCulture,
            $"<h2>The group</h2>\n<p>{(group[0].Group.TimeFactor > 1 ? $"Every time of the policy is {group[0].Group.TimeFactor:0.##} times shorter than in deploy/web.yaml." : "The policy's times are those of deploy/web.yaml.")}</p>\n"
        );
        body.Append(
            SvgChart.Draw(
                "Instances",
                seconds,
                [
                    new ChartSeries("desired", [.. group.Select(moment => (moment.Time.TotalSeconds, (double)moment.Group.Desired))]),
                    new ChartSeries(
                        "healthy",
                        [
                            .. group.Select(moment =>
                                (moment.Time.TotalSeconds, (double)moment.Group.Instances.Count(instance => instance.State == "healthy"))
                            ),
                        ]
                    ),
                ],
                steps: true
            )
        );
        body.Append(
            SvgChart.Draw(
                "CPU, % of an instance",
                seconds,
                [.. ids.Select(id => new ChartSeries(id, Points(id, instance => instance.Cpu * 100)))],
                ceiling: 100
            )
        );
        var rates = ids.Select(id => new ChartSeries(id, Rates(Points(id, instance => instance.Requests)))).ToList();
        if (rates.Any(line => line.Points.Any(point => point.Value > 0)))
        {
            body.Append(SvgChart.Draw("Requests per second and instance", seconds, rates));
            body.Append(
                HtmlPage.Table(
                    ["instance", "requests", "failed"],
                    ids.Select(id => group.SelectMany(moment => moment.Group.Instances).Last(instance => instance.Id == id))
                        .Select(instance =>
                            (IReadOnlyList<string>)
                                [
                                    instance.Id,
                                    instance.Requests.ToString(CultureInfo.InvariantCulture),
                                    instance.Failures.ToString(CultureInfo.InvariantCulture),
                                ]
                        )
                )
            );
        }

        body.Append(
            HtmlPage.Table(
                ["time", "instances", "cause"],
                group[^1]
                    .Group.Activities.Where(activity => activity.At >= at)
                    .Select(activity =>
                        (IReadOnlyList<string>)
                            [
                                string.Create(CultureInfo.InvariantCulture, $"{(activity.At - at).TotalSeconds:0} s"),
                                activity.Desired.ToString(CultureInfo.InvariantCulture),
                                activity.Cause,
                            ]
                    )
            )
        );

        List<(double, double)> Points(string id, Func<Scaling.InstanceStatus, double?> value) =>
            [
                .. from moment in @group
                from instance in moment.Group.Instances
                where instance.Id == id && value(instance) is not null
                select (moment.Time.TotalSeconds, value(instance)!.Value),
            ];
    }

    // From counts that only grow to rates. An instance that came back counts from nought again.
    private static List<(double Time, double Value)> Rates(List<(double Time, double Value)> counts) =>
        [
            .. counts.Zip(
                counts.Skip(1),
                (before, after) => (after.Time, after.Value >= before.Value ? (after.Value - before.Value) / (after.Time - before.Time) : 0)
            ),
        ];

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
