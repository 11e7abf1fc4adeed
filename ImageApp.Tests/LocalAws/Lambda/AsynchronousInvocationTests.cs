using System.Net;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.Tests.LocalAws.Lambda;

public sealed class AsynchronousInvocationTests
{
    private const string Configuration = "/2019-09-25/functions/resize/event-invoke-config";

    [Fact]
    public async Task A_failing_invocation_is_retried_twice_and_then_recorded_at_the_destination()
    {
        await using var aws = await StartAsync();
        var dead = await aws.CreateQueueAsync("dead", ("lambda.amazonaws.com", aws.FunctionArn("resize")));
        await PutConfigurationAsync(aws, new JsonObject { ["DestinationConfig"] = OnFailure(aws.QueueArn("dead")) });
        var requestId = await InvokeAsync(aws, """{"n":1}""");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var invocation = await aws.Runtime("resize").NextAsync();
            Assert.Equal((requestId, """{"n":1}"""), (invocation.RequestId, invocation.Payload));
            await aws.Runtime("resize").FailAsync(requestId, "DatabaseAway", $"attempt {attempt}");
        }

        var record = JsonNode.Parse((await aws.ReceiveAsync(dead)).Body)!;
        Assert.Equal("1.0", (string?)record["version"]);
        Assert.True(DateTimeOffset.TryParse((string?)record["timestamp"], out _));
        var context = record["requestContext"]!;
        Assert.Equal((requestId, aws.FunctionArn("resize") + ":$LATEST"), ((string?)context["requestId"], (string?)context["functionArn"]));
        Assert.Equal(("RetriesExhausted", 3), ((string?)context["condition"], (int)context["approximateInvokeCount"]!));
        Assert.Equal(1, (int)record["requestPayload"]!["n"]!);
        Assert.Equal("Unhandled", (string?)record["responseContext"]!["functionError"]);
        Assert.Equal("attempt 3", (string?)record["responsePayload"]!["errorMessage"]);
    }

    [Fact]
    public async Task A_success_needs_no_retry_and_goes_to_the_destination_for_successes()
    {
        await using var aws = await StartAsync();
        var done = await aws.CreateQueueAsync("done", ("lambda.amazonaws.com", aws.FunctionArn("resize")));
        await PutConfigurationAsync(
            aws,
            new JsonObject
            {
                ["DestinationConfig"] = new JsonObject { ["OnSuccess"] = new JsonObject { ["Destination"] = aws.QueueArn("done") } },
            });
        await InvokeAsync(aws, "{}");
        await aws.Runtime("resize").ServeAsync("\"fine\"");
        var record = JsonNode.Parse((await aws.ReceiveAsync(done)).Body)!;
        Assert.Equal(("Success", "fine"), ((string?)record["requestContext"]!["condition"], (string?)record["responsePayload"]));
    }

    [Fact]
    public async Task The_dead_letter_queue_gets_the_payload_itself()
    {
        await using var aws = await StartAsync();
        var dead = await aws.CreateQueueAsync("dead", ("lambda.amazonaws.com", aws.FunctionArn("resize")));
        await PutConfigurationAsync(aws, new JsonObject { ["MaximumRetryAttempts"] = 0 });
        var (response, body) = await aws.LambdaAsync(
            HttpMethod.Put,
            "/2015-03-31/functions/resize/configuration",
            new JsonObject { ["DeadLetterConfig"] = new JsonObject { ["TargetArn"] = aws.QueueArn("dead") } }.ToJsonString());
        Assert.True(response.IsSuccessStatusCode, body);
        var requestId = await InvokeAsync(aws, """{"n":2}""");
        var invocation = await aws.Runtime("resize").NextAsync();
        await aws.Runtime("resize").FailAsync(invocation.RequestId, "Broken", "cannot");
        var message = await aws.ReceiveAsync(dead);
        Assert.Equal("""{"n":2}""", message.Body);
        Assert.Equal(
            (requestId, "200", "cannot"),
            (
                message.MessageAttributes["RequestID"].StringValue,
                message.MessageAttributes["ErrorCode"].StringValue,
                message.MessageAttributes["ErrorMessage"].StringValue));
    }

    [Fact]
    public async Task A_destination_in_the_account_needs_no_policy()
    {
        // The function's execution role decides in AWS, not the queue.
        await using var aws = await StartAsync();
        var dead = await aws.CreateQueueAsync("dead");
        var others = await aws.CreateQueueAsync("others", ("lambda.amazonaws.com", aws.FunctionArn("another")));
        await PutConfigurationAsync(
            aws,
            new JsonObject { ["MaximumRetryAttempts"] = 0, ["DestinationConfig"] = OnFailure(aws.QueueArn("dead")) });
        var (response, body) = await aws.LambdaAsync(
            HttpMethod.Put,
            "/2015-03-31/functions/resize/configuration",
            new JsonObject { ["DeadLetterConfig"] = new JsonObject { ["TargetArn"] = aws.QueueArn("others") } }.ToJsonString());
        Assert.True(response.IsSuccessStatusCode, body);
        var requestId = await InvokeAsync(aws, "{}");
        await aws.Runtime("resize").NextAsync();
        await aws.Runtime("resize").FailAsync(requestId, "Broken", "cannot");
        Assert.Equal(requestId, (string?)JsonNode.Parse((await aws.ReceiveAsync(dead)).Body)!["requestContext"]!["requestId"]);
        Assert.Equal("{}", (await aws.ReceiveAsync(others)).Body);
    }

    [Fact]
    public async Task A_destination_may_be_a_topic_or_another_function()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options =>
        {
            options.Functions.Add(new FunctionRegistration("resize"));
            options.Functions.Add(new FunctionRegistration("mourner"));
        });
        var topic = await aws.CreateTopicAsync("done");
        var queue = await aws.CreateQueueAsync("listener", ("sns.amazonaws.com", topic));
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("listener"), ("RawMessageDelivery", "true"));
        await PutConfigurationAsync(
            aws,
            new JsonObject
            {
                ["MaximumRetryAttempts"] = 0,
                ["DestinationConfig"] = new JsonObject
                {
                    ["OnSuccess"] = new JsonObject { ["Destination"] = topic },
                    ["OnFailure"] = new JsonObject { ["Destination"] = aws.FunctionArn("mourner") },
                },
            });
        await InvokeAsync(aws, """{"n":1}""");
        await aws.Runtime("resize").ServeAsync("\"fine\"");
        var success = JsonNode.Parse((await aws.ReceiveAsync(queue)).Body)!;
        Assert.Equal(("Success", "fine"), ((string?)success["requestContext"]!["condition"], (string?)success["responsePayload"]));

        var failing = await InvokeAsync(aws, """{"n":2}""");
        await aws.Runtime("resize").NextAsync();
        await aws.Runtime("resize").FailAsync(failing, "Broken", "cannot");
        var record = JsonNode.Parse((await aws.Runtime("mourner").ServeAsync("1")).Payload)!;
        Assert.Equal(
            (failing, "RetriesExhausted", 2),
            (
                (string?)record["requestContext"]!["requestId"],
                (string?)record["requestContext"]!["condition"],
                (int)record["requestPayload"]!["n"]!));
    }

    [Fact]
    public async Task A_destination_that_denies_is_named_with_action_and_arns()
    {
        await using var aws = await StartAsync();
        var dead = await aws.CreateQueueAsync("dead");
        await aws.Sqs.SetQueueAttributesAsync(
            dead,
            new Dictionary<string, string>
            {
                ["Policy"] = """
                    { "Version": "2012-10-17", "Statement": [
                      { "Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*" } ] }
                    """,
            },
            TestContext.Current.CancellationToken);
        await PutConfigurationAsync(
            aws,
            new JsonObject { ["MaximumRetryAttempts"] = 0, ["DestinationConfig"] = OnFailure(aws.QueueArn("dead")) });
        var requestId = await InvokeAsync(aws, "{}");
        await aws.Runtime("resize").NextAsync();
        await aws.Runtime("resize").FailAsync(requestId, "Broken", "cannot");
        await aws.LoggedAsync(
            requestId,
            "is lost",
            "explicitly denies sqs:SendMessage",
            aws.FunctionArn("resize"),
            aws.QueueArn("dead"));
    }

    [Fact]
    public async Task Without_any_destination_the_loss_is_logged()
    {
        await using var aws = await StartAsync();
        await PutConfigurationAsync(aws, new JsonObject { ["MaximumRetryAttempts"] = 0 });
        var requestId = await InvokeAsync(aws, "{}");
        await aws.Runtime("resize").NextAsync();
        await aws.Runtime("resize").FailAsync(requestId, "Broken", "cannot");
        await aws.LoggedAsync(requestId, "is lost", "neither an OnFailure destination nor a dead-letter queue");
    }

    [Fact]
    public async Task An_accepted_invocation_outlives_a_restart_with_its_attempts()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            string requestId;
            await using (var first = await StartAsync(folder))
            {
                await PutConfigurationAsync(first, new JsonObject { ["MaximumRetryAttempts"] = 1 });
                requestId = await InvokeAsync(first, """{"n":3}""");
                await first.Runtime("resize").NextAsync();
                await first.Runtime("resize").FailAsync(requestId, "Broken", "first");
                await first.LoggedAsync(requestId, "next attempt in");
            }

            await using var second = await StartAsync(folder);
            var invocation = await second.Runtime("resize").NextAsync();
            Assert.Equal((requestId, """{"n":3}"""), (invocation.RequestId, invocation.Payload));
            await second.Runtime("resize").FailAsync(requestId, "Broken", "second");
            await second.LoggedAsync(requestId, "RetriesExhausted", "after 2 attempts");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_invocation_that_got_too_old_is_given_up()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            string requestId;
            await using (var first = await StartAsync(folder))
            {
                await first.CreateQueueAsync("dead", ("lambda.amazonaws.com", first.FunctionArn("resize")));
                await PutConfigurationAsync(
                    first,
                    new JsonObject { ["MaximumEventAgeInSeconds"] = 60, ["DestinationConfig"] = OnFailure(first.QueueArn("dead")) });
                requestId = await InvokeAsync(first, "{}");
            }

            await using var second = await StartAsync(folder, new ShiftedTime { Shift = TimeSpan.FromSeconds(61) });
            var record = JsonNode.Parse(
                (await second.ReceiveAsync(new Uri(second.Server.Endpoint, $"/{second.Options.AccountId}/dead").ToString())).Body)!;
            Assert.Equal(
                (requestId, "EventAgeExceeded"),
                ((string?)record["requestContext"]!["requestId"], (string?)record["requestContext"]!["condition"]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_configuration_is_checked_shown_and_deleted()
    {
        await using var aws = await StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await aws.LambdaAsync(HttpMethod.Get, Configuration)).Response.StatusCode);
        foreach (var (name, value) in new[] { ("MaximumRetryAttempts", 3), ("MaximumEventAgeInSeconds", 59) })
        {
            var (bad, body) = await aws.LambdaAsync(HttpMethod.Put, Configuration, new JsonObject { [name] = value }.ToJsonString());
            Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
            Assert.Contains(name, body, StringComparison.Ordinal);
        }

        await PutConfigurationAsync(aws, new JsonObject { ["MaximumRetryAttempts"] = 1 });
        var (_, shown) = await aws.LambdaAsync(HttpMethod.Get, Configuration);
        Assert.Equal(1, (int)JsonNode.Parse(shown)!["MaximumRetryAttempts"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await aws.LambdaAsync(HttpMethod.Delete, Configuration)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await aws.LambdaAsync(HttpMethod.Delete, Configuration)).Response.StatusCode);
    }

    private static JsonObject OnFailure(string target) => new() { ["OnFailure"] = new JsonObject { ["Destination"] = target } };

    private static async Task PutConfigurationAsync(LocalAwsInstance aws, JsonObject configuration)
    {
        var (response, body) = await aws.LambdaAsync(HttpMethod.Put, Configuration, configuration.ToJsonString());
        Assert.True(response.IsSuccessStatusCode, body);
    }

    private static async Task<string> InvokeAsync(LocalAwsInstance aws, string payload)
    {
        var (response, body) = await aws.LambdaAsync(
            HttpMethod.Post,
            "/2015-03-31/functions/resize/invocations",
            payload,
            ("X-Amz-Invocation-Type", "Event"));
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, body);
        return response.Headers.GetValues("x-amzn-RequestId").Single();
    }

    private static Task<LocalAwsInstance> StartAsync(string? folder = null, TimeProvider? time = null) =>
        LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")), folder, time);
}
