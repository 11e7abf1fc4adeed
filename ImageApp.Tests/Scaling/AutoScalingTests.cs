using System.Net.Http.Json;
using ImageApp.LoadTest.Generators;
using ImageApp.LoadTest.Measuring;
using ImageApp.Scaling;
using ImageApp.Tests.AppHost;

namespace ImageApp.Tests.Scaling;

/// <summary>The whole application with <c>--scale</c>, its times sixty times shorter, under a real load.</summary>
[Collection(nameof(Alone))]
public sealed class AutoScalingTests : IDisposable
{
    private static readonly LoadProfile Load = new LoadProfile { Duration = TimeSpan.FromMinutes(3), Paths = ["/gallery"] }.At(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-scale-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_group_grows_under_load_shares_it_shrinks_after_it_and_fails_no_request()
    {
        await using var host = await AppHostProcess.StartAsync(
            _folder,
            [],
            "--Scaling:Enabled=true",
            "--Scaling:TimeFactor=60",
            "--Scaling:InstanceCores=0.1"
        );
        Assert.Equal(1, (await GroupAsync(host)).Desired);
        var recorder = new LoadRecorder();
        using var sender = new RequestSender(host.Web.BaseAddress!, Load, recorder);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var sending = LoadGenerator.RunAsync(Load, sender, enough.Token);
        await UntilAsync(host, group => group.Instances.Count(instance => instance.State == "healthy") >= 2);

        // Both get the same share from now on.
        var before = (await GroupAsync(host)).Instances.ToDictionary(instance => instance.Id, instance => instance.Requests);
        await UntilAsync(
            host,
            group => group.Instances.Count(instance => instance.Requests - before.GetValueOrDefault(instance.Id) >= 50) >= 2
        );
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        await UntilAsync(host, group => group is { Desired: 1, Instances.Count: 1 });
        Assert.Equal("OK", (await host.Web.GetAsync("/gallery", Cancel)).StatusCode.ToString());
        var result = recorder.Snapshot();
        Assert.True(result.Failed == 0, string.Join(", ", result.Failures));
        Assert.True(result.All.Count > 0);

        var activities = (await GroupAsync(host)).Activities;
        Assert.Contains("above 70 %", activities[0].Cause);
        Assert.Equal(2, activities[0].Desired);
        Assert.Contains("below 63 %", activities[^1].Cause);
        Assert.Equal(1, activities[^1].Desired);
    }

    private static async Task<GroupStatus> GroupAsync(AppHostProcess host) =>
        (await host.Web.GetFromJsonAsync("/.balancer/group", ScalingJson.Default.GroupStatus, Cancel))!;

    private static async Task UntilAsync(AppHostProcess host, Func<GroupStatus, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(150));
        while (!condition(await GroupAsync(host)))
        {
            await Task.Delay(100, deadline.Token);
        }
    }
}
