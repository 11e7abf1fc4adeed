using System.CommandLine;
using System.Net;
using ImageApp.LoadTest.Generators;
using ImageApp.LoadTest.Measuring;
using ImageApp.LoadTest.Observing;
using ImageApp.LoadTest.Reporting;
using Spectre.Console;

namespace ImageApp.LoadTest;

/// <summary>The load test's command line.</summary>
internal static class LoadTestCommand
{
    private static readonly LoadProfile Documented = new();

    public static RootCommand Create()
    {
        var url = new Option<string>("--url")
        {
            Description = "The gallery's address.",
            DefaultValueFactory = _ => "http://localhost:5000",
        };
        var duration = new Option<double>("--duration")
        {
            Description = "Seconds of load, up to 86400.",
            DefaultValueFactory = _ => Documented.Duration.TotalSeconds,
        };
        var coolDown = new Option<double>("--cool-down")
        {
            Description = "Seconds that the group is followed after the load.",
            DefaultValueFactory = _ => 0,
        };
        var warmUp = new Option<double>("--warm-up")
        {
            Description = "Seconds of the same load before the test that are not counted.",
            DefaultValueFactory = _ => 0,
        };
        var rate = new Option<double?>("--rate") { Description = "Requests/s altogether, in the profile's shape (500)." };
        var paths = new Option<string>("--paths")
        {
            Description = "What is asked for, in turn, comma-separated.",
            DefaultValueFactory = _ => string.Join(',', Documented.Paths),
        };
        var burst = new Option<int>("--burst") { Description = "Senders of bursts.", DefaultValueFactory = _ => Documented.BurstThreads };
        var sustained = new Option<int>("--sustained")
        {
            Description = "Senders at an even rate.",
            DefaultValueFactory = _ => Documented.SustainedThreads,
        };
        var concurrent = new Option<int>("--concurrent")
        {
            Description = "Senders of many at once.",
            DefaultValueFactory = _ => Documented.ConcurrentThreads,
        };
        var report = new Option<string>("--report")
        {
            Description = "Where the HTML report goes.",
            DefaultValueFactory = _ => Path.Combine("artifacts", "load-test.html"),
        };
        var stack = new Option<string?>("--aws-stack")
        {
            Description = "Follows the group of a stack that deploy/deploy made, with the AWS CLI.",
        };
        var remote = new Option<bool>("--remote") { Description = "Lets the test leave this machine: only for a system of your own." };
        var root = new RootCommand("Sends the documented load to a gallery and writes a report.")
        {
            url,
            duration,
            warmUp,
            coolDown,
            rate,
            paths,
            burst,
            sustained,
            concurrent,
            report,
            stack,
            remote,
        };
        root.Subcommands.Add(SimulateCommand.Create());
        root.SetAction(
            async (arguments, cancellationToken) =>
            {
                var target = Target(arguments.GetValue(url)!, arguments.GetValue(remote));
                var profile = Documented with
                {
                    Duration = Seconds("--duration", arguments.GetValue(duration), 1, 86400),
                    WarmUp = Seconds("--warm-up", arguments.GetValue(warmUp), 0, 86400),
                    CoolDown = Seconds("--cool-down", arguments.GetValue(coolDown), 0, 86400),
                    Paths = Paths(arguments.GetValue(paths)!),
                    BurstThreads = Number("--burst", arguments.GetValue(burst), 0, 1000),
                    SustainedThreads = Number("--sustained", arguments.GetValue(sustained), 0, 1000),
                    ConcurrentThreads = Number("--concurrent", arguments.GetValue(concurrent), 0, 1000),
                };
                if (profile.Rate <= 0)
                {
                    throw new ArgumentException("Nothing would be sent: --burst, --sustained and --concurrent are all 0.");
                }

                if (arguments.GetValue(rate) is { } wanted)
                {
                    profile = profile.At(
                        wanted is > 0 and <= 100_000
                            ? wanted
                            : throw new ArgumentException($"--rate {wanted} is not possible: above 0, and 100000 at most.")
                    );
                }

                return await RunAsync(target, profile, arguments.GetValue(report)!, arguments.GetValue(stack), cancellationToken);
            }
        );
        return root;
    }

    private static async Task<int> RunAsync(
        Uri target,
        LoadProfile profile,
        string report,
        string? stack,
        CancellationToken cancellationToken
    )
    {
        var console = AnsiConsole.Console;
        console.WriteLine($"{target}: {profile.Describe()}");
        if (profile.WarmUp > TimeSpan.Zero)
        {
            console.WriteLine($"Warming up for {profile.WarmUp.TotalSeconds:0} s");
            using var first = new RequestSender(target, profile, new LoadRecorder());
            await LoadGenerator.RunAsync(profile with { Duration = profile.WarmUp }, first, cancellationToken);
        }

        using var local = new LocalGroupObserver(target);
        IGroupObserver observer = stack is null ? local : await AwsGroupObserver.FindAsync(stack, cancellationToken);
        var at = DateTimeOffset.UtcNow;
        var recorder = new LoadRecorder();
        var follower = new GroupFollower(observer, recorder);
        using var sender = new RequestSender(target, profile, recorder);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = follower.RunAsync(done.Token);
        var showing = LiveView.ShowAsync(console, profile, recorder, sender, follower, done.Token);
        try
        {
            await LoadGenerator.RunAsync(profile, sender, cancellationToken);
            await Task.Delay(profile.CoolDown, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.WriteLine("Stopped; the report tells what was measured until then.");
        }

        await done.CancelAsync();
        await Task.WhenAll(Ended(following), showing);
        var result = recorder.Snapshot();
        console.Write(LiveView.Result(result));
        foreach (var (reason, count) in result.Failures)
        {
            console.WriteLine($"{count} failed: {reason}");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(report))!);
        await File.WriteAllTextAsync(report, LoadReport.Write(target, profile, result, follower.Moments, at), CancellationToken.None);
        console.WriteLine($"{result.All.Count} answers, {result.Failed} failed. Report: {report}");
        return result.Failed == 0 && result.All.Count > 0 ? 0 : 1;
    }

    private static async Task Ended(Task following)
    {
        try
        {
            await following;
        }
        catch (OperationCanceledException)
        {
            // It was told to end.
        }
    }

    private static Uri Target(string url, bool remote)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"--url '{url}' is not an address; http://localhost:5000 is one.");
        }

        return remote || target.IsLoopback || (IPAddress.TryParse(target.Host, out var address) && IPAddress.IsLoopback(address))
            ? target
            : throw new ArgumentException($"{target.Host} is not this machine. If it is a system of your own, say --remote.");
    }

    private static string[] Paths(string paths)
    {
        var list = paths.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return list.Length > 0 && list.All(path => path.StartsWith('/'))
            ? list
            : throw new ArgumentException($"--paths '{paths}' is not possible: paths that begin with /, comma-separated.");
    }

    private static TimeSpan Seconds(string option, double value, double least, double most) =>
        value >= least && value <= most
            ? TimeSpan.FromSeconds(value)
            : throw new ArgumentException($"{option} {value} is not possible: {least} to {most} seconds.");

    private static int Number(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new ArgumentException($"{option} {value} is not possible: {least} to {most}.");
}
