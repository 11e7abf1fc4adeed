using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.Tests.LocalAws.Lambda;

/// <summary>Functions that are processes of their own: bash, whose own socket polls the Runtime API.</summary>
public sealed class FunctionProcessTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_takes_more_than_its_memory_is_ended_and_started_anew()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells which process polls.");
        var restarted = new TaskCompletionSource();
        await using var aws = await StartAsync(64, restarted);
        using var process = Start(ShellFunction.Poll + "x=$(head -c 150000000 /dev/zero | tr '\\0' a)\nsleep 60 & wait", aws);
        var (response, body) = await aws.LambdaAsync(HttpMethod.Post, "/2015-03-31/functions/resize/invocations", "{}");
        Assert.Equal("Unhandled", response.Headers.GetValues("X-Amz-Function-Error").Single());
        Assert.Equal("Runtime.ExitError", (string?)JsonNode.Parse(body)!["errorType"]);
        Assert.EndsWith(
            "Error: Runtime exited with error: signal: killed",
            (string?)JsonNode.Parse(body)!["errorMessage"],
            StringComparison.Ordinal);
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(128 + 9, process.ExitCode);
        await restarted.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        var report = aws.Logs.All.Single(line => line.Contains("REPORT RequestId", StringComparison.Ordinal));
        var used = int.Parse(report.Split("Max Memory Used: ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.True(used > 64, report);
    }

    [Fact]
    public async Task A_process_that_exits_in_the_middle_fails_the_invocation_and_is_started_anew()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells which process polls.");
        var restarted = new TaskCompletionSource();
        await using var aws = await StartAsync(512, restarted);
        using var process = Start(ShellFunction.Poll + "exit 3", aws);
        var (_, body) = await aws.LambdaAsync(HttpMethod.Post, "/2015-03-31/functions/resize/invocations", "{}");
        Assert.Contains("Runtime exited without providing a reason", body, StringComparison.Ordinal);
        await restarted.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    [Fact]
    public async Task A_process_that_closes_its_connection_but_works_on_may_still_answer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells which process polls.");
        await using var aws = await StartAsync(512, new TaskCompletionSource());
        const string WorkOn = """
            exec 3<&-
            exec 3>&-
            for i in 1 2 3 4 5; do read -rt 0.2 <> <(:) || true; done

            """;
        using var process = Start(ShellFunction.Poll + WorkOn + ShellFunction.Answer, aws);
        var (response, body) = await aws.LambdaAsync(HttpMethod.Post, "/2015-03-31/functions/resize/invocations", "{}");
        Assert.Equal("\"done\"", body);
        Assert.False(response.Headers.Contains("X-Amz-Function-Error"));
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    private static Task<LocalAwsInstance> StartAsync(int memorySize, TaskCompletionSource restarted) =>
        LocalAwsInstance.StartAsync(options =>
            options.Functions.Add(
                new FunctionRegistration("resize")
                {
                    MemorySize = memorySize,
                    Timeout = TimeSpan.FromSeconds(60),
                    RestartAsync = _ =>
                    {
                        restarted.TrySetResult();
                        return Task.CompletedTask;
                    },
                }));

    private static Process Start(string script, LocalAwsInstance aws) =>
        Process.Start(
            new ProcessStartInfo("bash", ["-c", script, "function", .. ShellFunction.AddressOf(aws)])
            {
                RedirectStandardError = true,
            })!;
}
