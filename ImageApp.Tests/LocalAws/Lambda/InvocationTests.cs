using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.Tests.LocalAws.Lambda;

public sealed partial class InvocationTests
{
    private const string Invocations = "/2015-03-31/functions/resize/invocations";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a%2Fb")]
    [InlineData("a.b")]
    [InlineData("a%20b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_function_of_an_impossible_name_is_refused_at_the_runtime_api(string name)
    {
        await using var aws = await StartAsync();
        using var response = await aws.Http.GetAsync(new Uri($"/{name}/2018-06-01/runtime/invocation/next", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!;
        Assert.Equal("ValidationException", (string?)error["errorType"]);
        Assert.DoesNotContain(aws.Logs.Errors, _ => true);
    }

    [Fact]
    public async Task A_synchronous_invocation_carries_payload_deadline_trace_and_log()
    {
        await using var aws = await StartAsync();
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var invoking = aws.LambdaAsync(
            HttpMethod.Post,
            Invocations,
            """{"n":1}""",
            ("X-Amz-Log-Type", "Tail"),
            ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"));
        var invocation = await aws.Runtime("resize").ServeAsync("""{"ok":true}""");
        var (response, body) = await invoking;

        Assert.Equal("""{"n":1}""", invocation.Payload);
        Assert.Equal(aws.FunctionArn("resize"), invocation.FunctionArn);
        Assert.InRange(invocation.DeadlineMilliseconds, before + 60_000, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 60_000);
        Assert.Matches($"^Root=1-{TraceId[..8]}-{TraceId[8..]};Parent=[0-9a-f]{{16}};Sampled=1$", invocation.TraceId);
        Assert.Equal((HttpStatusCode.OK, """{"ok":true}"""), (response.StatusCode, body));
        Assert.Equal(invocation.RequestId, response.Headers.GetValues("x-amzn-RequestId").Single());
        Assert.False(response.Headers.Contains("X-Amz-Function-Error"));
        var log = Encoding.UTF8.GetString(Convert.FromBase64String(response.Headers.GetValues("X-Amz-Log-Result").Single()));
        Assert.Matches(ReportLine(), log);
        await aws.LoggedAsync("resize", $"START RequestId: {invocation.RequestId} Version: $LATEST");
        await aws.LoggedAsync("resize", $"END RequestId: {invocation.RequestId}");
        await aws.LoggedAsync("resize", $"REPORT RequestId: {invocation.RequestId}", "Memory Size: 128 MB");
    }

    [Fact]
    public async Task An_error_of_the_function_is_handed_on()
    {
        await using var aws = await StartAsync();
        var invoking = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        var invocation = await aws.Runtime("resize").NextAsync();
        Assert.Equal(HttpStatusCode.Accepted, await aws.Runtime("resize").FailAsync(invocation.RequestId, "DatabaseAway", "no route"));
        var (response, body) = await invoking;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Unhandled", response.Headers.GetValues("X-Amz-Function-Error").Single());
        Assert.Equal("DatabaseAway", (string?)JsonNode.Parse(body)!["errorType"]);
    }

    [Fact]
    public async Task An_answer_for_an_unknown_or_ended_invocation_is_refused()
    {
        await using var aws = await StartAsync();
        var runtime = aws.Runtime("resize");
        Assert.Equal(HttpStatusCode.BadRequest, await runtime.RespondAsync(Guid.NewGuid().ToString(), "{}"));
        var invoking = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        var invocation = await runtime.ServeAsync("1");
        Assert.Equal("1", (await invoking).Body);
        Assert.Equal(HttpStatusCode.Forbidden, await runtime.RespondAsync(invocation.RequestId, "2"));
        Assert.Equal(HttpStatusCode.Forbidden, await runtime.FailAsync(invocation.RequestId, "Late", "late"));
    }

    [Fact]
    public async Task A_function_that_takes_too_long_times_out_and_is_started_anew()
    {
        var restarted = new TaskCompletionSource();
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")
        {
            Timeout = TimeSpan.FromSeconds(1),
            RestartAsync = _ =>
            {
                restarted.TrySetResult();
                return Task.CompletedTask;
            },
        }));
        var invoking = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Log-Type", "Tail"));
        var invocation = await aws.Runtime("resize").NextAsync();
        var (response, body) = await invoking;
        Assert.Equal("Unhandled", response.Headers.GetValues("X-Amz-Function-Error").Single());
        var error = JsonNode.Parse(body)!;
        Assert.Equal("Sandbox.Timedout", (string?)error["errorType"]);
        Assert.Equal($"RequestId: {invocation.RequestId} Error: Task timed out after 1.00 seconds", (string?)error["errorMessage"]);
        Assert.Contains(
            "Status: timeout",
            Encoding.UTF8.GetString(Convert.FromBase64String(response.Headers.GetValues("X-Amz-Log-Result").Single())),
            StringComparison.Ordinal);
        await restarted.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, await aws.Runtime("resize").RespondAsync(invocation.RequestId, "{}"));
    }

    [Fact]
    public async Task Without_any_poller_a_synchronous_invocation_ends_at_the_timeout_and_says_so()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options =>
            options.Functions.Add(new FunctionRegistration("resize") { Timeout = TimeSpan.FromSeconds(1) }));
        var (_, body) = await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        Assert.Contains("no process of the function asked", body, StringComparison.Ordinal);
        await aws.LoggedAsync("resize", "no process has asked", "/resize/2018-06-01/runtime/invocation/next");
    }

    [Fact]
    public async Task Two_pollers_run_two_invocations_at_once()
    {
        await using var aws = await StartAsync();
        var runtime = aws.Runtime("resize");
        var invoking = new[] { aws.LambdaAsync(HttpMethod.Post, Invocations, "1"), aws.LambdaAsync(HttpMethod.Post, Invocations, "2") };
        var first = await runtime.NextAsync();
        var second = await runtime.NextAsync();
        await runtime.RespondAsync(second.RequestId, second.Payload);
        await runtime.RespondAsync(first.RequestId, first.Payload);
        Assert.Equal(["1", "2"], (await Task.WhenAll(invoking)).Select(result => result.Body));
    }

    [Fact]
    public async Task A_poller_that_goes_away_in_the_middle_fails_the_invocation()
    {
        await using var aws = await StartAsync();
        var invoking = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        using (var leaving = new HttpClient { BaseAddress = aws.Server.Endpoint })
        {
            await new RuntimeClient(leaving, aws.RuntimePathOf("resize")).NextAsync();
        }

        Assert.Contains("Runtime.ExitError", (await invoking).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poll_that_is_given_up_does_not_swallow_an_invocation()
    {
        await using var aws = await StartAsync();
        using (var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancelled))
        {
            var poll = aws.Http.GetAsync("/resize/2018-06-01/runtime/invocation/next", impatient.Token);
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        }

        var invoking = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        await aws.Runtime("resize").ServeAsync("\"served\"");
        Assert.Equal("\"served\"", (await invoking).Body);
    }

    [Fact]
    public async Task A_failed_initialization_fails_the_invocation_that_waits()
    {
        await using var aws = await StartAsync();
        var invoking = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.Equal(
                    HttpStatusCode.Accepted,
                    await aws.Runtime("resize").FailInitializationAsync("Runtime.NoConfig", "DB_HOST is missing"));
                return invoking.IsCompleted;
            },
            "the failed invocation");
        var (response, body) = await invoking;
        Assert.Equal("Unhandled", response.Headers.GetValues("X-Amz-Function-Error").Single());
        Assert.Contains("DB_HOST is missing", body, StringComparison.Ordinal);
        await aws.LoggedAsync("could not initialize", "Runtime.NoConfig");
    }

    [Fact]
    public async Task Functions_are_described_and_unknown_ones_are_not_found()
    {
        await using var aws = await StartAsync();
        var (_, described) = await aws.LambdaAsync(HttpMethod.Get, "/2015-03-31/functions/resize");
        Assert.Equal(aws.FunctionArn("resize"), (string?)JsonNode.Parse(described)!["Configuration"]!["FunctionArn"]);
        var (_, byArn) = await aws.LambdaAsync(
            HttpMethod.Get,
            $"/2015-03-31/functions/{Uri.EscapeDataString(aws.FunctionArn("resize"))}/configuration");
        Assert.Equal((128, 60), ((int)JsonNode.Parse(byArn)!["MemorySize"]!, (int)JsonNode.Parse(byArn)!["Timeout"]!));
        var (_, list) = await aws.LambdaAsync(HttpMethod.Get, "/2015-03-31/functions/");
        Assert.Equal("resize", (string?)JsonNode.Parse(list)!["Functions"]!.AsArray().Single()!["FunctionName"]);
        var (missing, message) = await aws.LambdaAsync(HttpMethod.Post, "/2015-03-31/functions/nobody/invocations", "{}");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.StartsWith("ResourceNotFoundException", missing.Headers.GetValues("x-amzn-ErrorType").Single(), StringComparison.Ordinal);
        Assert.Contains(aws.FunctionArn("nobody"), message, StringComparison.Ordinal);
        var (dryRun, _) = await aws.LambdaAsync(HttpMethod.Post, Invocations, "{}", ("X-Amz-Invocation-Type", "DryRun"));
        Assert.Equal(HttpStatusCode.NoContent, dryRun.StatusCode);
        var (noJson, _) = await aws.LambdaAsync(HttpMethod.Post, Invocations, "{");
        Assert.Equal(HttpStatusCode.BadRequest, noJson.StatusCode);
    }

    [Fact]
    public async Task A_function_that_nobody_registered_cannot_be_polled_and_does_not_come_to_be_by_that()
    {
        await using var aws = await StartAsync();
        foreach (var path in new[] { "found", "found/secret" })
        {
            using var refused = await aws.Http.GetAsync($"/{path}/2018-06-01/runtime/invocation/next", Cancelled);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
            Assert.Contains("ResourceNotFoundException", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }

        var (missing, _) = await aws.LambdaAsync(HttpMethod.Get, "/2015-03-31/functions/found");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Invocations_are_given_and_answers_taken_at_the_address_with_the_functions_secret_only()
    {
        await using var aws = await StartAsync();
        var answer = aws.LambdaAsync(HttpMethod.Post, Invocations, "{}");
        var secret = aws.RuntimePathOf("resize").Split('/')[1];
        foreach (var path in new[] { "resize", "resize/", "resize/wrong", $"resize/{secret}0", $"resize/{secret[1..]}" })
        {
            using var refused = await aws.Http.GetAsync($"/{path}/2018-06-01/runtime/invocation/next", Cancelled);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        var invocation = await aws.Runtime("resize").NextAsync();
        using (var content = new StringContent("\"forged\""))
        {
            using var forged = await aws.Http.PostAsync(
                $"/resize/2018-06-01/runtime/invocation/{invocation.RequestId}/response",
                content,
                Cancelled);
            Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        }

        await aws.Runtime("resize").RespondAsync(invocation.RequestId, "\"true\"");
        Assert.Equal("\"true\"", (await answer).Body);
        Assert.EndsWith($"/resize/{secret}", aws.Server.RuntimeApiOf("resize"), StringComparison.Ordinal);
        Assert.DoesNotContain(aws.Logs.All, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Permissions_are_added_shown_and_removed()
    {
        await using var aws = await StartAsync();
        const string Path = "/2015-03-31/functions/resize/policy";
        Assert.Equal(HttpStatusCode.NotFound, (await aws.LambdaAsync(HttpMethod.Get, Path)).Response.StatusCode);
        await aws.AddPermissionAsync("resize", aws.TopicArn("images"));
        var permission = new JsonObject
        {
            ["StatementId"] = "sns",
            ["Action"] = "lambda:InvokeFunction",
            ["Principal"] = "sns.amazonaws.com",
        }.ToJsonString();
        Assert.Equal(HttpStatusCode.Conflict, (await aws.LambdaAsync(HttpMethod.Post, Path, permission)).Response.StatusCode);
        var (bad, badBody) = await aws.LambdaAsync(
            HttpMethod.Post,
            Path,
            permission
                .Replace("lambda:InvokeFunction", "InvokeFunction", StringComparison.Ordinal)
                .Replace("\"sns\"", "\"sns2\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Contains(
            "'InvokeFunction'",
            JsonNode
                .Parse(badBody)!
                .ToJsonString(
                    new System.Text.Json.JsonSerializerOptions
                    {
                        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                    }),
            StringComparison.Ordinal);
        var (_, body) = await aws.LambdaAsync(HttpMethod.Get, Path);
        var statement = JsonNode.Parse((string)JsonNode.Parse(body)!["Policy"]!)!["Statement"]!.AsArray().Single()!;
        Assert.Equal(aws.TopicArn("images"), (string?)statement["Condition"]!["ArnLike"]!["AWS:SourceArn"]);
        Assert.Equal(HttpStatusCode.NoContent, (await aws.LambdaAsync(HttpMethod.Delete, Path + "/sns")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await aws.LambdaAsync(HttpMethod.Delete, Path + "/sns")).Response.StatusCode);
    }

    private static Task<LocalAwsInstance> StartAsync() =>
        LocalAwsInstance.StartAsync(options =>
            options.Functions.Add(new FunctionRegistration("resize") { MemorySize = 128, Timeout = TimeSpan.FromSeconds(60) }));

    [GeneratedRegex(
        @"REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms"
        + @"\tMemory Size: 128 MB\tMax Memory Used: [0-9]+ MB")]
    private static partial Regex ReportLine();
}
