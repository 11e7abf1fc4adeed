using System.Net;
using ImageApp.LoadTest;
using ImageApp.LoadTest.Generators;
using ImageApp.LoadTest.Measuring;
using ImageApp.LoadTest.Observing;
using ImageApp.LoadTest.Reporting;
using ImageApp.Scaling;

namespace ImageApp.Tests.Scaling;

public sealed class LoadTestTests
{
    private static readonly LoadProfile Small = new()
    {
        BurstThreads = 1,
        BurstSize = 5,
        BurstInterval = TimeSpan.FromMilliseconds(250),
        SustainedThreads = 2,
        SustainedRate = 20,
        ConcurrentThreads = 1,
        ConcurrentInFlight = 5,
        ConcurrentInterval = TimeSpan.FromMilliseconds(500),
        Duration = TimeSpan.FromSeconds(1),
        Paths = ["/a", "/b"],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_default_is_the_documented_profile()
    {
        var profile = new LoadProfile();
        Assert.Equal(
            (8, 6, 50.0, 4, 10, TimeSpan.FromMinutes(6)),
            (
                profile.BurstThreads,
                profile.SustainedThreads,
                profile.SustainedRate,
                profile.ConcurrentThreads,
                profile.ConcurrentInFlight,
                profile.Duration
            )
        );
        Assert.Equal(500, profile.Rate, 6);
        Assert.Equal(["/health", "/gallery"], profile.Paths);
        Assert.Equal(1000, profile.At(1000).Rate, 6);
    }

    [Fact]
    public async Task Sends_what_the_profile_says_and_counts_every_answer()
    {
        await using var server = await TargetServer.StartAsync(_ => Task.FromResult(HttpStatusCode.OK));
        var result = await RunAsync(server, Small);

        // 4 bursts of 5, 2 x 20, 2 x 5 at once.
        Assert.Equal(70, result.All.Count);
        Assert.Equal(0, result.Failed);
        Assert.Equal([("/a", 35L), ("/b", 35L)], result.Paths.Select(path => (path.Path, path.Latencies.Count)));
        Assert.Equal(70, server.Requests);
    }

    [Fact]
    public async Task A_server_that_stands_still_does_not_hide_it_by_slowing_the_sender_down()
    {
        // The first request is answered only when 20 more have come: a sender that waits for answers would never send them.
        var (waiting, enough) = (0, new TaskCompletionSource());
        await using var server = await TargetServer.StartAsync(async _ =>
        {
            if (Interlocked.Increment(ref waiting) > 20)
            {
                enough.TrySetResult();
            }

            await enough.Task;
            return HttpStatusCode.OK;
        });
        var result = await RunAsync(server, Small with { BurstThreads = 0, ConcurrentThreads = 0 });
        Assert.Equal(40, result.All.Count);

        // 20 requests at 40/s are half a second; the first waited for as long as it took to send them.
        Assert.True(result.All.Worst >= TimeSpan.FromMilliseconds(400), $"{result.All.Worst}");
    }

    [Fact]
    public async Task Failures_are_counted_by_reason_and_not_among_the_times()
    {
        await using var server = await TargetServer.StartAsync(path =>
            Task.FromResult(path == "/a" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable)
        );
        var result = await RunAsync(server, Small);
        Assert.Equal(35, result.All.Count);
        Assert.Equal([("HTTP 503", 35L)], result.Failures);

        await server.DisposeAsync();
        result = await RunAsync(server, Small);
        Assert.Equal(0, result.All.Count);
        Assert.Equal([("ConnectionError", 70L)], result.Failures);
    }

    [Fact]
    public void Percentiles_are_those_of_the_recorded_times()
    {
        var recorder = new LoadRecorder();
        for (var i = 1; i <= 1000; i++)
        {
            recorder.Record("/", TimeSpan.FromMilliseconds(i), null);
        }

        var all = recorder.Snapshot().All;
        Assert.Equal(500, all.Median.TotalMilliseconds, 0.5);
        Assert.Equal(950, all.P95.TotalMilliseconds, 1.0);
        Assert.Equal(990, all.P99.TotalMilliseconds, 1.0);
        Assert.Equal(1000, all.Worst.TotalMilliseconds, 1.0);
    }

    [Theory]
    [InlineData("this machine", "--url", "http://example.com")]
    [InlineData("is not an address", "--url", "localhost")]
    [InlineData("--duration 0", "--duration", "0")]
    [InlineData("--rate -1", "--rate", "-1")]
    [InlineData("begin with /", "--paths", "health")]
    [InlineData("Nothing would be sent", "--burst", "0", "--sustained", "0", "--concurrent", "0")]
    [InlineData("does not exist", "simulate", "--capacity", "100", "--load", "nowhere.csv")]
    [InlineData("--capacity", "simulate", "--capacity", "0")]
    public async Task Bad_options_are_named(string words, params string[] arguments)
    {
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() =>
            LoadTestCommand
                .Create()
                .Parse(arguments)
                .InvokeAsync(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel)
        );
        Assert.Contains(words.Replace("--capacity", "capacity", StringComparison.Ordinal), thrown.Message);
    }

    [Fact]
    public void The_report_needs_no_other_file_and_shows_the_group()
    {
        var recorder = new LoadRecorder();
        recorder.Record("/<b>", TimeSpan.FromMilliseconds(3), null);
        recorder.Record("/", TimeSpan.Zero, "HTTP 503");
        var at = DateTimeOffset.UtcNow;
        var group = new[] { 1, 2 }
            .Select(second => new ObservedMoment(
                TimeSpan.FromSeconds(second),
                new GroupStatus(
                    2,
                    12,
                    [new InstanceStatus("web-1", "healthy", 0.8, second * 10, 0, 1)],
                    [new GroupActivity(at.AddSeconds(1), 2, "CPU was above 70 %")]
                )
            ))
            .ToList();
        var page = LoadReport.Write(new Uri("http://localhost:5000"), new LoadProfile(), recorder.Snapshot(), group, at);
        Assert.Contains("1 answers, 1 failed", page);
        Assert.Contains("&lt;b&gt;", page);
        Assert.DoesNotContain("<b>", page);
        Assert.Contains("12 times shorter", page);
        Assert.Contains("CPU was above 70 %", page);
        Assert.Equal(5, page.Split("<svg ").Length - 1);
        Assert.DoesNotContain("src=", page);
        Assert.DoesNotContain("NaN", page);
    }

    private static async Task<LoadResult> RunAsync(TargetServer server, LoadProfile profile)
    {
        var recorder = new LoadRecorder();
        using var sender = new RequestSender(server.Address, profile, recorder);
        await LoadGenerator.RunAsync(profile, sender, Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        return recorder.Snapshot();
    }
}
