using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;
using ImageApp.LocalAws.Lambda;
using Microsoft.Extensions.Time.Testing;

namespace ImageApp.Tests.LocalAws.Sqs;

/// <summary>Redriving dead-letter queues, by AWS's own SDK.</summary>
public sealed class MessageMoveTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_go_back_to_the_queues_they_failed_in()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var (dead, first) = await WithSourceAsync(aws, "first");
        var second = await SourceAsync(aws, "second");
        await FailAsync(aws, first, "of the first", "also of the first");
        await FailAsync(aws, second, "of the second");
        var started = await aws.Sqs.StartMessageMoveTaskAsync(
            new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead") },
            Cancelled);
        Assert.NotEmpty(started.TaskHandle);
        var task = await EndedAsync(aws);
        Assert.Equal(("COMPLETED", 3, 3), (task.Status, task.ApproximateNumberOfMessagesMoved, task.ApproximateNumberOfMessagesToMove));
        Assert.Equal((aws.QueueArn("dead"), null, null), (task.SourceArn, task.DestinationArn, task.TaskHandle));
        Assert.True(task.StartedTimestamp > 1_700_000_000_000);
        Assert.Equal(["also of the first", "of the first"], await BodiesAsync(aws, first, 2));
        Assert.Equal(["of the second"], await BodiesAsync(aws, second, 1));
        Assert.Equal(0, await DepthAsync(aws, dead));
    }

    [Fact]
    public async Task Messages_go_to_the_queue_that_is_asked_for_and_are_new_ones_there()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var (_, source) = await WithSourceAsync(aws, "source");
        var other = await aws.CreateQueueAsync("other");
        var sent = await aws.Sqs.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = source,
                MessageBody = "body",
                MessageAttributes = new() { ["colour"] = new MessageAttributeValue { DataType = "String", StringValue = "green" } },
            },
            Cancelled);
        await DieAsync(aws, source, 1);
        await aws.Sqs.StartMessageMoveTaskAsync(
            new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead"), DestinationArn = aws.QueueArn("other") },
            Cancelled);
        var message = await aws.ReceiveAsync(other);
        Assert.Equal(("body", "green"), (message.Body, message.MessageAttributes["colour"].StringValue));
        Assert.NotEqual(sent.MessageId, message.MessageId);
        Assert.Equal(aws.QueueArn("other"), (await EndedAsync(aws)).DestinationArn);
    }

    [Fact]
    public async Task A_task_keeps_to_its_rate_is_the_only_one_of_its_queue_and_is_cancelled()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var aws = await LocalAwsInstance.StartAsync(time: time);
        var (dead, source) = await WithSourceAsync(aws, "source");
        await FailAsync(aws, source, "1", "2", "3", "4");
        var request = new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead"), MaxNumberOfMessagesPerSecond = 1 };
        var handle = (await aws.Sqs.StartMessageMoveTaskAsync(request, Cancelled)).TaskHandle;
        await MovedAsync(1);
        var running = await aws.Sqs.StartMessageMoveTaskAsync(request, Cancelled).FailsAsync();
        Assert.Contains("already a task running", running.Message, StringComparison.Ordinal);
        Assert.Equal("InvalidParameterValue", running.ErrorCode);

        // Whenever the clock stands still, so does the task.
        await Eventually.HoldsAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return (await LatestAsync(aws)).ApproximateNumberOfMessagesMoved >= 2;
            },
            "the second message");
        var shown = await LatestAsync(aws);
        Assert.Equal(("RUNNING", handle, 1), (shown.Status, shown.TaskHandle, shown.MaxNumberOfMessagesPerSecond));
        var cancelled = await aws.Sqs.CancelMessageMoveTaskAsync(
            new CancelMessageMoveTaskRequest { TaskHandle = handle },
            Cancelled);
        var ended = await EndedAsync(aws);
        Assert.Equal(("CANCELLED", cancelled.ApproximateNumberOfMessagesMoved), (ended.Status, ended.ApproximateNumberOfMessagesMoved));
        Assert.Null(ended.TaskHandle);
        Assert.Equal(4 - cancelled.ApproximateNumberOfMessagesMoved, await DepthAsync(aws, dead));
        var again = await aws.Sqs
            .CancelMessageMoveTaskAsync(new CancelMessageMoveTaskRequest { TaskHandle = handle }, Cancelled)
            .FailsAsync();
        Assert.EndsWith("UnsupportedOperation", again.ErrorCode, StringComparison.Ordinal);

        Task MovedAsync(int count) =>
            Eventually.HoldsAsync(async () => (await LatestAsync(aws)).ApproximateNumberOfMessagesMoved >= count, $"{count} moved");
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_with_the_codes_of_AWS()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")));
        await WithSourceAsync(aws, "source");
        await aws.CreateQueueAsync("plain", ("lambda.amazonaws.com", aws.FunctionArn("resize")));
        await DestinationAsync(aws, "plain");
        Task<StartMessageMoveTaskResponse> StartAsync(string source, string? destination = null, int? rate = null) =>
            aws.Sqs.StartMessageMoveTaskAsync(
                new StartMessageMoveTaskRequest
                {
                    SourceArn = source,
                    DestinationArn = destination,
                    MaxNumberOfMessagesPerSecond = rate,
                },
                Cancelled);

        var missing = await StartAsync(aws.QueueArn("missing")).FailsAsync();
        Assert.Equal(("ResourceNotFoundException", 404), (missing.ErrorCode, (int)missing.StatusCode));
        Assert.Contains(aws.QueueArn("missing"), missing.Message, StringComparison.Ordinal);
        Assert.Equal(
            "ResourceNotFoundException",
            (await StartAsync(aws.QueueArn("dead"), aws.QueueArn("missing")).FailsAsync()).ErrorCode);

        // A function's, not a queue's: AWS does not redrive those, with a destination neither.
        foreach (var destination in new[] { null, aws.QueueArn("source") })
        {
            var refused = await StartAsync(aws.QueueArn("plain"), destination).FailsAsync();
            Assert.Equal("InvalidParameterValue", refused.ErrorCode);
            Assert.StartsWith("Source queue must be configured as a Dead Letter Queue", refused.Message, StringComparison.Ordinal);
        }

        Assert.Contains("between 1 and 500", (await StartAsync(aws.QueueArn("dead"), rate: 501).FailsAsync()).Message);
        Assert.Contains("between 1 and 500", (await StartAsync(aws.QueueArn("dead"), rate: 0).FailsAsync()).Message);
        Assert.Equal(
            "InvalidParameterValue",
            (await aws.Sqs
                .CancelMessageMoveTaskAsync(new CancelMessageMoveTaskRequest { TaskHandle = "none" }, Cancelled)
                .FailsAsync()).ErrorCode);
        var unknown = Convert.ToBase64String("""{"taskId":"1","sourceArn":"x"}"""u8);
        Assert.Equal(
            "ResourceNotFoundException",
            (await aws.Sqs
                .CancelMessageMoveTaskAsync(new CancelMessageMoveTaskRequest { TaskHandle = unknown }, Cancelled)
                .FailsAsync()).ErrorCode);
    }

    [Fact]
    public async Task A_message_of_which_nobody_knows_where_it_came_from_stops_the_task_and_stays()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var (dead, _) = await WithSourceAsync(aws, "source");
        await aws.Sqs.SendMessageAsync(dead, "put here by hand", Cancelled);
        await aws.Sqs.StartMessageMoveTaskAsync(
            new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead") },
            Cancelled);
        var task = await EndedAsync(aws);
        Assert.Equal(
            ("FAILED", "CouldNotDetermineMessageSource", 0),
            (task.Status, task.FailureReason, task.ApproximateNumberOfMessagesMoved));
        Assert.Equal(1, await DepthAsync(aws, dead));
    }

    [Fact]
    public async Task A_FIFO_queue_gets_its_messages_back_in_order_and_only_from_a_FIFO_queue()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.CreateQueueAsync("standard");
        await aws.CreateFifoQueueAsync("dead.fifo");
        var source = await aws.CreateFifoQueueAsync(
            "source.fifo",
            ("VisibilityTimeout", "0"),
            ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead.fifo")}}","maxReceiveCount":1}"""));
        foreach (var body in new[] { "1", "2", "3" })
        {
            await aws.SendFifoAsync(source, "group", body, body);
        }

        await DieAsync(aws, source, 3);
        var mixed = await aws.Sqs
            .StartMessageMoveTaskAsync(
                new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead.fifo"), DestinationArn = aws.QueueArn("standard") },
                Cancelled)
            .FailsAsync();
        Assert.Contains("same type", mixed.Message, StringComparison.Ordinal);
        await aws.Sqs.SetQueueAttributesAsync(source, new Dictionary<string, string> { ["VisibilityTimeout"] = "30" }, Cancelled);

        // Within five minutes of being sent; they are not taken for repetitions of themselves.
        await aws.Sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead.fifo") }, Cancelled);
        await Eventually.HoldsAsync(async () => await DepthAsync(aws, source) == 3, "three messages back");
        foreach (var body in new[] { "1", "2", "3" })
        {
            var message = await aws.ReceiveAsync(source);
            Assert.Equal((body, "group"), (message.Body, message.Attributes["MessageGroupId"]));
        }
    }

    [Fact]
    public async Task Where_it_is_wished_what_failed_in_a_function_goes_to_the_function_again()
    {
        await using var aws = await LocalAwsInstance.StartAsync(options =>
        {
            options.RedrivesToFunctions = true;
            options.Functions.Add(new FunctionRegistration("resize"));
        });
        var dead = await aws.CreateQueueAsync("dead", ("lambda.amazonaws.com", aws.FunctionArn("resize")));
        await DestinationAsync(aws, "dead");
        await aws.LambdaAsync(
            HttpMethod.Put,
            "/2019-09-25/functions/resize/event-invoke-config",
            new JsonObject
            {
                ["MaximumRetryAttempts"] = 0,
                ["DestinationConfig"] = new JsonObject { ["OnFailure"] = new JsonObject { ["Destination"] = aws.QueueArn("dead") } },
            }.ToJsonString());
        await aws.LambdaAsync(
            HttpMethod.Post,
            "/2015-03-31/functions/resize/invocations",
            """{"picture":1}""",
            ("X-Amz-Invocation-Type", "Event"));
        var failed = await aws.Runtime("resize").NextAsync();
        await aws.Runtime("resize").FailAsync(failed.RequestId, "Broken", "not today");
        await Eventually.HoldsAsync(async () => await DepthAsync(aws, dead) == 1, "the dead letter");

        await aws.Sqs.StartMessageMoveTaskAsync(
            new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead") },
            Cancelled);
        Assert.Equal("""{"picture":1}""", (await aws.Runtime("resize").ServeAsync("null")).Payload);
        Assert.Equal("COMPLETED", (await EndedAsync(aws)).Status);
        Assert.Equal(0, await DepthAsync(aws, dead));

        // What SNS could not deliver becomes what the function would have got.
        await aws.Sqs.SendMessageAsync(dead, """{"Type":"Notification","Message":"m","TopicArn":"t","SigningCertURL":"u"}""", Cancelled);
        await aws.Sqs.StartMessageMoveTaskAsync(
            new StartMessageMoveTaskRequest { SourceArn = aws.QueueArn("dead") },
            Cancelled);
        var payload = JsonNode.Parse((await aws.Runtime("resize").ServeAsync("null")).Payload)!["Records"]![0]!;
        Assert.Equal(
            ("aws:sns", "m", "u"),
            ((string?)payload["EventSource"], (string?)payload["Sns"]!["Message"], (string?)payload["Sns"]!["SigningCertUrl"]));
    }

    [Fact]
    public async Task The_command_line_of_AWS_redrives_and_shows_the_task()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var (dead, source) = await WithSourceAsync(aws, "source");
        await FailAsync(aws, source, "by the command line");
        var started = await new AwsCli(aws).ObjectAsync("sqs", "start-message-move-task", "--source-arn", aws.QueueArn("dead"));
        Assert.NotNull((string?)started["TaskHandle"]);
        await EndedAsync(aws);
        var listed = await new AwsCli(aws).ObjectAsync(
            "sqs",
            "list-message-move-tasks",
            "--source-arn",
            aws.QueueArn("dead"),
            "--max-results",
            "10");
        Assert.Equal("COMPLETED", (string?)Assert.Single(listed["Results"]!.AsArray())!["Status"]);
        var (exitCode, _, errors) = await new AwsCli(aws).TryAsync(
            "sqs",
            "cancel-message-move-task",
            "--task-handle",
            (string)started["TaskHandle"]!);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Only active tasks can be cancelled", errors, StringComparison.Ordinal);
        Assert.Equal(["by the command line"], await BodiesAsync(aws, source, 1));
        Assert.Equal(0, await DepthAsync(aws, dead));
    }

    private static async Task DestinationAsync(LocalAwsInstance aws, string queue)
    {
        var (answer, body) = await aws.LambdaAsync(
            HttpMethod.Put,
            "/2019-09-25/functions/resize/event-invoke-config",
            new JsonObject
            {
                ["DestinationConfig"] = new JsonObject { ["OnFailure"] = new JsonObject { ["Destination"] = aws.QueueArn(queue) } },
            }.ToJsonString());
        Assert.True(answer.IsSuccessStatusCode, body);
    }

    private static async Task<(string Dead, string Source)> WithSourceAsync(LocalAwsInstance aws, string source) =>
        (await aws.CreateQueueAsync("dead"), await SourceAsync(aws, source));

    private static async Task<string> SourceAsync(LocalAwsInstance aws, string name) =>
        (
            await aws.Sqs.CreateQueueAsync(
                new CreateQueueRequest
                {
                    QueueName = name,
                    Attributes = new()
                    {
                        ["VisibilityTimeout"] = "0",
                        ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{aws.QueueArn("dead")}}","maxReceiveCount":1}""",
                    },
                },
                Cancelled)
        ).QueueUrl;

    private static async Task FailAsync(LocalAwsInstance aws, string queue, params string[] bodies)
    {
        foreach (var body in bodies)
        {
            await aws.Sqs.SendMessageAsync(queue, body, Cancelled);
        }

        await DieAsync(aws, queue, bodies.Length);
    }

    private static async Task DieAsync(LocalAwsInstance aws, string queue, int count)
    {
        // Received once each, and then received too often.
        await Eventually.HoldsAsync(
            async () =>
            {
                await aws.Sqs.ReceiveMessageAsync(
                    new ReceiveMessageRequest { QueueUrl = queue, MaxNumberOfMessages = 10 },
                    Cancelled);
                return await DepthAsync(aws, queue) == 0;
            },
            $"{count} dead letters");
    }

    private static async Task<int> DepthAsync(LocalAwsInstance aws, string queue) =>
        (await aws.Sqs.GetQueueAttributesAsync(queue, ["ApproximateNumberOfMessages"], Cancelled)).ApproximateNumberOfMessages;

    private static async Task<List<string>> BodiesAsync(LocalAwsInstance aws, string queue, int count)
    {
        var bodies = new List<string>();
        for (var i = 0; i < count; i++)
        {
            bodies.Add((await aws.ReceiveAsync(queue)).Body);
        }

        bodies.Sort(StringComparer.Ordinal);
        return bodies;
    }

    private static async Task<ListMessageMoveTasksResultEntry> LatestAsync(LocalAwsInstance aws) =>
        (
            await aws.Sqs.ListMessageMoveTasksAsync(
                new ListMessageMoveTasksRequest { SourceArn = aws.QueueArn("dead") },
                Cancelled)
        ).Results.Single();

    private static async Task<ListMessageMoveTasksResultEntry> EndedAsync(LocalAwsInstance aws)
    {
        ListMessageMoveTasksResultEntry? task = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                task = await LatestAsync(aws);
                return task.Status != "RUNNING";
            },
            "the task's end");
        return task!;
    }
}

/// <summary>What SQS says of a request that it refuses.</summary>
internal static class SqsRefusal
{
    /// <summary>Waits for the refusal.</summary>
    public static Task<AmazonSQSException> FailsAsync<T>(this Task<T> request) => Assert.ThrowsAnyAsync<AmazonSQSException>(() => request);
}
