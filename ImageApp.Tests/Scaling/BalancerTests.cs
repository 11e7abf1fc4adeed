using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using ImageApp.Scaling;

namespace ImageApp.Tests.Scaling;

/// <summary>The load balancer as the process it is, in front of servers that the test answers for.</summary>
public sealed class BalancerTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private Process? _balancer;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _client.BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        _balancer = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(
                        AppContext.BaseDirectory.Replace("ImageApp.Tests", "local/ImageApp.Balancer", StringComparison.Ordinal),
                        "ImageApp.Balancer.dll"
                    ),
                    $"--urls={_client.BaseAddress}",
                    "--HealthCheck:Interval=00:00:00.100",
                    "--HealthCheck:Timeout=00:00:01",
                    "--Logging:LogLevel:Default=Warning",
                ]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        _balancer.OutputDataReceived += (_, _) => { };
        _balancer.BeginOutputReadLine();
        await UntilAsync(async () =>
        {
            try
            {
                return (await _client.GetAsync("/.balancer/alive", Cancel)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
                return false;
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _balancer!.Kill();
        await _balancer.WaitForExitAsync();
        _balancer.Dispose();
    }

    [Fact]
    public async Task Gives_each_healthy_target_every_other_request_and_lets_a_deregistered_one_end_its_own()
    {
        await using var first = await TargetServer.StartAsync(_ => Task.FromResult(HttpStatusCode.OK));
        var (arrived, let) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var second = await TargetServer.StartAsync(async path =>
        {
            if (path == "/slow")
            {
                arrived.TrySetResult();
                await let.Task;
            }

            return HttpStatusCode.OK;
        });
        await RegisterAsync("a", first);
        await RegisterAsync("b", second);
        await UntilAsync(async () => (await GroupAsync()).Instances.All(instance => instance.State == "healthy"));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/page", Cancel)).StatusCode);
        }

        var counts = (await GroupAsync()).Instances.ToDictionary(instance => instance.Id, instance => instance.Requests);
        Assert.Equal((10, 10), (counts["a"], counts["b"]));

        // Round robin: one of two reaches b.
        var slow = new[] { _client.GetAsync("/slow", Cancel), _client.GetAsync("/slow", Cancel) };
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        var leaving = _client.DeleteAsync("/.balancer/targets/b?delay=30", Cancel);
        await UntilAsync(async () => (await GroupAsync()).Instances.Any(instance => instance is { Id: "b", State: "draining" }));
        var before = second.Requests;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/page", Cancel)).StatusCode);
        }

        Assert.Equal(before, second.Requests);
        Assert.False(leaving.IsCompleted);
        let.SetResult();
        Assert.All(await Task.WhenAll(slow), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.NoContent, (await leaving).StatusCode);
        Assert.Equal(["a"], (await GroupAsync()).Instances.Select(instance => instance.Id));
    }

    [Theory]
    [InlineData("Origin", "http://localhost:5000")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    public async Task No_page_registers_a_target(string name, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/.balancer/targets/page?address=http://localhost:1");
        request.Headers.Add(name, value);
        using var answer = await _client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty((await GroupAsync()).Instances);
    }

    [Fact]
    public async Task Spares_an_unhealthy_target_and_asks_all_when_none_is_healthy()
    {
        var sick = false;
        await using var first = await TargetServer.StartAsync(path =>
            Task.FromResult(path == "/health" && Volatile.Read(ref sick) ? HttpStatusCode.InternalServerError : HttpStatusCode.OK)
        );
        await using var second = await TargetServer.StartAsync(path =>
            Task.FromResult(path == "/health" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK)
        );
        await RegisterAsync("a", first);
        await RegisterAsync("b", second);
        await UntilAsync(async () =>
            (await GroupAsync()).Instances.Select(instance => instance.State).SequenceEqual(["healthy", "unhealthy"])
        );
        for (var i = 0; i < 6; i++)
        {
            await _client.GetAsync("/page", Cancel);
        }

        Assert.Equal((6, 0), ((await GroupAsync()).Instances[0].Requests, (await GroupAsync()).Instances[1].Requests));

        Volatile.Write(ref sick, true);
        await UntilAsync(async () => (await GroupAsync()).Instances.All(instance => instance.State == "unhealthy"));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/page", Cancel)).StatusCode);
        }

        Assert.Equal((9, 3), ((await GroupAsync()).Instances[0].Requests, (await GroupAsync()).Instances[1].Requests));
    }

    [Fact]
    public async Task What_is_no_target_is_refused_and_without_any_the_service_is_unavailable()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync("/page", Cancel)).StatusCode);
        using var answer = await _client.PutAsync("/.balancer/targets/a?address=nowhere", null, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("http://localhost:5001", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.DeleteAsync("/.balancer/targets/none?delay=1", Cancel)).StatusCode);
    }

    private async Task RegisterAsync(string id, TargetServer server) =>
        Assert.Equal(
            HttpStatusCode.NoContent,
            (
                await _client.PutAsync($"/.balancer/targets/{id}?address={Uri.EscapeDataString(server.Address.ToString())}", null, Cancel)
            ).StatusCode
        );

    private async Task<GroupStatus> GroupAsync() =>
        (await _client.GetFromJsonAsync("/.balancer/group", ScalingJson.Default.GroupStatus, Cancel))!;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(25, deadline.Token);
        }
    }
}
