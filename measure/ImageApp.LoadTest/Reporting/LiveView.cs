using System.Globalization;
using ImageApp.LoadTest.Generators;
using ImageApp.LoadTest.Measuring;
using ImageApp.LoadTest.Observing;
using Spectre.Console;

namespace ImageApp.LoadTest.Reporting;

/// <summary>The test while it runs: a live table on a terminal, a line every ten seconds elsewhere.</summary>
internal static class LiveView
{
    /// <summary>Shows it until it is cancelled.</summary>
    public static async Task ShowAsync(
        IAnsiConsole console,
        LoadProfile profile,
        LoadRecorder recorder,
        RequestSender sender,
        GroupFollower group,
        CancellationToken cancellationToken
    )
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            using var lines = new PeriodicTimer(TimeSpan.FromSeconds(10));
            while (await TickAsync(lines, cancellationToken))
            {
                var result = recorder.Snapshot();
                console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{recorder.Elapsed.TotalSeconds,4:0} s  {Rate(result):0} answers/s  {result.Failed} failed  median {result.All.Median.TotalMilliseconds:0.0} ms  99 % {result.All.P99.TotalMilliseconds:0.0} ms  {Instances(group)}"
                    )
                );
            }

            return;
        }

        await console
            .Live(Draw(profile, recorder, sender, group))
            .StartAsync(async live =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
                while (await TickAsync(timer, cancellationToken))
                {
                    live.UpdateTarget(Draw(profile, recorder, sender, group));
                }
            });
    }

    /// <summary>The result as a table.</summary>
    public static Table Result(LoadResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("path");
        foreach (var heading in new[] { "answers", "median", "90 %", "95 %", "99 %", "99.9 %", "worst" })
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        foreach (var (path, times) in result.Paths.Append(("all", result.All)))
        {
            table.AddRow([
                path,
                times.Count.ToString(CultureInfo.InvariantCulture),
                .. new[] { times.Median, times.P90, times.P95, times.P99, times.P999, times.Worst }.Select(time =>
                    string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
                ),
            ]);
        }

        return table;
    }

    private static Rows Draw(LoadProfile profile, LoadRecorder recorder, RequestSender sender, GroupFollower group)
    {
        var result = recorder.Snapshot();
        var left = profile.Duration - recorder.Elapsed;
        return new Rows(
            new Markup(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[bold]{Rate(result):0} answers/s[/]  {sender.InFlight} under way  [{(result.Failed > 0 ? "red" : "green")}]{result.Failed} failed[/]  {(left > TimeSpan.Zero ? $"{left:mm\\:ss} to go" : "no more is sent")}"
                )
            ),
            Result(result),
            new Text(Instances(group))
        );
    }

    // Of the last five whole seconds.
    private static double Rate(LoadResult result) =>
        result.Seconds.Count < 2 ? 0 : result.Seconds.SkipLast(1).TakeLast(5).Average(second => second.Answers);

    private static string Instances(GroupFollower group)
    {
        if (group.Problem is { } problem)
        {
            return $"The group could not be looked at: {problem}";
        }

        return group.Moments is [.., var last]
            ? $"{last.Group.Desired} desired: "
                + string.Join(
                    ", ",
                    last.Group.Instances.Select(instance =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{instance.Id} {instance.State}{(instance.Cpu is { } cpu ? $" {cpu * 100:0} %" : "")}"
                        )
                    )
                )
            : "";
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
            return false;
        }
    }
}
