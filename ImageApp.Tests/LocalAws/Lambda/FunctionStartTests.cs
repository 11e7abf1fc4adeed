using System.Text.Json.Nodes;
using System.Threading.Channels;
using ImageApp.LocalAws.Lambda;
using Microsoft.Extensions.Time.Testing;

namespace ImageApp.Tests.LocalAws.Lambda;

/// <summary>A function whose process is gone is started again when an invocation waits.</summary>
public sealed class FunctionStartTests : IDisposable
{
    private const string Invocations = "/2015-03-31/functions/resize/invocations";

    private readonly ShellFunction _function = new();
    private readonly Channel<FunctionState> _states = Channel.CreateUnbounded<FunctionState>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _function.Dispose();

    [Fact]
    public async Task A_function_killed_while_idle_is_started_again_by_the_next_invocation()
    {
        await using var aws = await StartAsync();
        _function.StartFor(aws);
        Assert.Equal("\"done\"", (await aws.LambdaAsync(HttpMethod.Post, Invocations, "1")).Body);
        await StateAsync(state => state.Status == FunctionStatus.Active);

        _function.Processes[0].Kill();
        await StateAsync(state => state.Status == FunctionStatus.Inactive);
        Assert.Single(_function.Processes);
        Assert.Equal("\"done\"", (await aws.LambdaAsync(HttpMethod.Post, Invocations, "2")).Body);
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 1 });
        await StateAsync(state => state is { Status: FunctionStatus.Active, Attempts: 0, NextAttemptAt: null });
        Assert.Equal(2, _function.Processes.Count);
    }

    [Fact]
    public async Task An_accepted_invocation_of_a_function_killed_while_idle_completes_at_its_first_attempt()
    {
        await using var aws = await StartAsync();
        var done = await WithDestinationAsync(aws);
        _function.StartFor(aws);
        await StateAsync(state => state.Status == FunctionStatus.Active);
        _function.Processes[0].Kill();
        await StateAsync(state => state.Status == FunctionStatus.Inactive);
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        Assert.Equal(("Success", 1), Outcome(await aws.ReceiveAsync(done)));
    }

    [Fact]
    public async Task A_function_killed_in_the_middle_ends_the_attempt_and_the_retry_runs_in_another_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells which process polls.");
        await using var aws = await StartAsync();
        var done = await WithDestinationAsync(aws);
        _function.Script = ShellFunction.Poll + "while :; do read -rt 60 <> <(:) || true; done";
        _function.StartFor(aws);
        var (accepted, _) = await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        var requestId = accepted.Headers.GetValues("x-amzn-RequestId").Single();
        await aws.LoggedAsync($"START RequestId: {requestId}");
        _function.Script = ShellFunction.Serve;
        _function.Processes[0].Kill();
        Assert.Equal(("Success", 2), Outcome(await aws.ReceiveAsync(done)));
        await aws.LoggedAsync(requestId, "Runtime.ExitError", "Runtime exited");
        Assert.Equal(2, _function.Processes.Count);
    }

    [Fact]
    public async Task A_function_that_always_exits_at_once_is_started_with_growing_delays_and_after_a_while_left_to_a_person()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var aws = await StartAsync(time);
        _function.ServeFor(aws);
        _function.Script = "exit 1";
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 0 });
        time.Advance(TimeSpan.FromSeconds(10));
        foreach (
            var (delay, index) in new[] { 1, 2, 4, 8, 16, 32, 60 }
                .Select(seconds => TimeSpan.FromSeconds(seconds))
                .Select((delay, index) => (delay, index)))
        {
            var attempt = index + 1;
            var pending = await StateAsync(state => state is { Status: FunctionStatus.Pending, NextAttemptAt: not null });
            Assert.Equal((attempt, time.GetUtcNow() + TimeSpan.FromSeconds(10) + delay), (pending.Attempts, pending.NextAttemptAt));
            Assert.Equal(attempt, _function.Processes.Count);

            time.Advance(TimeSpan.FromSeconds(10));
            var failed = await StateAsync(state => state.Status == FunctionStatus.Failed);
            Assert.Equal((attempt, time.GetUtcNow() + delay), (failed.Attempts, failed.NextAttemptAt));
            Assert.Contains("within 10 s", failed.Reason, StringComparison.Ordinal);
            await aws.LoggedAsync("resize", $"started {attempt} times in vain", "within 10 s");
            time.Advance(delay);
        }

        // Of the last attempt no state tells that it has been made; its ten seconds begin then.
        FunctionState? last = null;
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                while (last is null && _states.Reader.TryRead(out var state))
                {
                    last = state.Status == FunctionStatus.Failed ? state : null;
                }

                return Task.FromResult(last is not null);
            },
            "the end of the last attempt");
        Assert.True(last is { Attempts: 8, IsGivenUp: true, Waiting: 1, NextAttemptAt: null }, last.ToString());
        await aws.LoggedAsync("resize", "8 times in vain and is not started again", "1 invocations wait", "restart it");
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        await StateAsync(state => state is { IsGivenUp: true, Waiting: 2 });
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(8, _function.Processes.Count);

        // A process that comes at last, by a person's hand, gets the invocations, and the delays begin anew.
        await aws.Runtime("resize").ServeAsync("\"done\"");
        await aws.Runtime("resize").ServeAsync("\"done\"");
        await StateAsync(state => state is { Status: FunctionStatus.Active, Attempts: 0 });
    }

    [Fact]
    public async Task A_start_that_the_host_refuses_counts_as_failed_and_its_reason_is_in_the_state()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var refusals = 0;
        await using var aws = await StartAsync(time, _ => throw new InvalidOperationException($"refusal {++refusals}"));
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 0 });
        time.Advance(TimeSpan.FromSeconds(10));
        var first = await StateAsync(state => state.Status == FunctionStatus.Failed);
        Assert.Equal(new FunctionState(FunctionStatus.Failed, 1, time.GetUtcNow() + TimeSpan.FromSeconds(1), "refusal 1"), first);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = await StateAsync(state => state.Status == FunctionStatus.Failed);
        Assert.Equal(new FunctionState(FunctionStatus.Failed, 2, time.GetUtcNow() + TimeSpan.FromSeconds(2), "refusal 2"), second);
    }

    [Fact]
    public async Task A_process_that_cannot_initialize_is_started_again_with_a_delay_and_its_error_type_is_in_the_state()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var aws = await StartAsync(time, _ => Task.CompletedTask);
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 0 });
        time.Advance(TimeSpan.FromSeconds(10));
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 1, NextAttemptAt: not null });
        await aws.Runtime("resize").FailInitializationAsync("Runtime.BadConfiguration", "no key");
        var failed = await StateAsync(state => state is { Status: FunctionStatus.Failed, NextAttemptAt: not null });
        Assert.Equal((1, time.GetUtcNow() + TimeSpan.FromSeconds(1)), (failed.Attempts, failed.NextAttemptAt));
        Assert.Contains("Runtime.BadConfiguration", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_a_person_stopped_stays_so_and_its_state_says_what_waits()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        StartHindrance? hindrance = StartHindrance.Stopped;
        await using var aws = await StartAsync(time, hindrance: () => hindrance);
        _function.ServeFor(aws);
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 0 });
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await StateAsync(state => state.Status == FunctionStatus.Stopped)).Waiting);
        await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "Event"));
        await StateAsync(state => state is { Status: FunctionStatus.Stopped, Waiting: 2 });
        await aws.LoggedAsync("resize", "stopped", "2 invocations wait");
        Assert.Empty(_function.Processes);

        // As while it waits for its database: not stopped, but not to be started either.
        hindrance = StartHindrance.OnItsWay;
        time.Advance(TimeSpan.FromSeconds(1));
        await StateAsync(state => state is { Status: FunctionStatus.Pending, Attempts: 0 });
        Assert.Empty(_function.Processes);
        hindrance = null;
        time.Advance(TimeSpan.FromSeconds(1));
        await StateAsync(state => state.Status == FunctionStatus.Active);
        Assert.Single(_function.Processes);
    }

    [Fact]
    public async Task Nothing_is_started_while_no_invocation_waits()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var aws = await StartAsync(time);
        await StateAsync(state => state.Status == FunctionStatus.Pending);
        time.Advance(TimeSpan.FromSeconds(10));
        await StateAsync(state => state.Status == FunctionStatus.Inactive);
        Assert.Empty(_function.Processes);
    }

    private static (string? Condition, int Attempts) Outcome(Amazon.SQS.Model.Message message)
    {
        var context = JsonNode.Parse(message.Body)!["requestContext"]!;
        return ((string?)context["condition"], (int)context["approximateInvokeCount"]!);
    }

    private static async Task<string> WithDestinationAsync(LocalAwsInstance aws)
    {
        var done = await aws.CreateQueueAsync("done", ("lambda.amazonaws.com", aws.FunctionArn("resize")));
        var configuration = new JsonObject
        {
            ["DestinationConfig"] = new JsonObject { ["OnSuccess"] = new JsonObject { ["Destination"] = aws.QueueArn("done") } },
        };
        var (response, body) = await aws.LambdaAsync(
            HttpMethod.Put,
            "/2019-09-25/functions/resize/event-invoke-config",
            configuration.ToJsonString());
        Assert.True(response.IsSuccessStatusCode, body);
        return done;
    }

    /// <summary>Waits for a state, past those before it.</summary>
    private async Task<FunctionState> StateAsync(Func<FunctionState, bool> isWanted)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var state = await _states.Reader.ReadAsync(deadline.Token);
            if (isWanted(state))
            {
                return state;
            }
        }
    }

    private Task<LocalAwsInstance> StartAsync(
        TimeProvider? time = null,
        Func<CancellationToken, Task>? restart = null,
        Func<StartHindrance?>? hindrance = null) =>
        LocalAwsInstance.StartAsync(
            options =>
                options.Functions.Add(
                    new FunctionRegistration("resize")
                    {
                        StartupTime = TimeSpan.FromSeconds(10),
                        Hindrance = hindrance,
                        RestartAsync = restart ?? _function.RestartAsync,
                        StateChanged = state => _states.Writer.TryWrite(state),
                    }),
            time: time);
}
