using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.AppHost;

/// <summary>Functions of the running application that die, and one that a person stops.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FunctionDeathTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Functions_killed_while_idle_are_started_again_by_the_next_upload()
    {
        var app = await fixture.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            await KillAsync(await IdAsync(app, "CaptionFunction"));
            await KillAsync(await IdAsync(app, "ThumbnailFunction"));
            var image = await app.WaitForImageAsync(await UploadAsync(app, 60 + round, "after-death.jpg"), RunningApplication.IsFinished);
            Assert.NotNull(image["caption"]);
            Assert.NotNull(image["thumbnailUrl"]);
        }
    }

    [Fact]
    public async Task A_function_killed_while_it_works_has_the_event_again_at_once()
    {
        var app = await fixture.StartAsync();

        // Stopped by SIGSTOP it still has its open poll, takes the event and does nothing with it.
        var id = await IdAsync(app, "ThumbnailFunction");
        await SignalAsync(id, "STOP");
        using var deadline = Deadline();
        await using var log = app.Logs.WatchAsync("aws").GetAsyncEnumerator(deadline.Token);
        var image = await UploadAsync(app, 71, "killed-in-the-middle.jpg");
        await SaysAsync(log, "ThumbnailFunction: START RequestId");
        await KillAsync(id);
        await SaysAsync(log, "Runtime.ExitError");
        Assert.NotNull((await app.WaitForImageAsync(image, RunningApplication.IsFinished))["thumbnailUrl"]);
    }

    [Fact]
    public async Task A_function_that_a_person_stopped_stays_so_and_what_waits_is_told_and_handled_after_its_start()
    {
        var app = await fixture.StartAsync();
        await IdAsync(app, "CaptionFunction");
        var function = (await app.ProcessAsync("CaptionFunction")).Resource;
        using var deadline = Deadline();
        var stopped = await app.Commands.ExecuteCommandAsync("CaptionFunction", KnownResourceCommands.StopCommand, Cancel);
        Assert.True(stopped.Success, stopped.Message);
        try
        {
            var image = await UploadAsync(app, 72, "while-stopped.jpg");
            await using var log = app.Logs.WatchAsync(function).GetAsyncEnumerator(deadline.Token);
            await SaysAsync(log, "events wait for CaptionFunction, which was stopped");
            Assert.True(app.Resources.TryGetCurrentState("CaptionFunction", out var state));
            Assert.Contains(state.Snapshot.State?.Text, KnownResourceStates.TerminalStates);
            Assert.Null((await app.WaitForImageAsync(image, image => image["thumbnailUrl"] is not null))["caption"]);
            await StartAsync(app);
            Assert.NotNull((await app.WaitForImageAsync(image, RunningApplication.IsFinished))["caption"]);
        }
        finally
        {
            if (app.Resources.TryGetCurrentState("CaptionFunction", out var state) && state.Snapshot.State?.Text != "Running")
            {
                await StartAsync(app);
            }
        }
    }

    private static CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        return deadline;
    }

    private static async Task StartAsync(RunningApplication app)
    {
        var started = await app.Commands.ExecuteCommandAsync("CaptionFunction", KnownResourceCommands.StartCommand, Cancel);
        Assert.True(started.Success, started.Message);
    }

    private static async Task<int> IdAsync(RunningApplication app, string function)
    {
        await app.Resources.WaitForResourceHealthyAsync(function, Cancel);
        return RunningApplication.ProcessId(await app.ProcessAsync(function));
    }

    private static async Task KillAsync(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
        await process.WaitForExitAsync(Cancel);
    }

    private static async Task SignalAsync(int id, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
        Assert.Equal(0, kill.ExitCode);
    }

    private static async Task SaysAsync(IAsyncEnumerator<IReadOnlyList<LogLine>> log, string text)
    {
        while (await log.MoveNextAsync())
        {
            if (log.Current.Any(line => line.Content.Contains(text, StringComparison.Ordinal)))
            {
                return;
            }
        }

        Assert.Fail($"The log ended without: {text}");
    }

    private static async Task<long> UploadAsync(RunningApplication app, int width, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(width, 50)), "file", name } };
        using var answer = await app.Web.PostAsync("/api/images", form, Cancel);
        answer.EnsureSuccessStatusCode();
        return (long)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["images"]![0]!["id"]!;
    }
}
