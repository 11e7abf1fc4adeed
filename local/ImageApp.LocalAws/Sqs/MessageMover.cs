using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sqs;

/// <summary>
/// Redrives dead-letter queues (SQS API, <c>StartMessageMoveTask</c>). Tasks are kept in memory: one that a stop ends is started again by
/// whoever wants it, and each message is in one of the two queues at any time, or for a moment in both.
/// </summary>
internal sealed class MessageMover(
    SqsStore queues,
    LambdaStore functions,
    LocalAwsOptions options,
    TimeProvider time,
    ILogger<MessageMover> logger) : IAsyncDisposable
{
    /// <summary>The fastest that may be asked for.</summary>
    public const int MaximumRate = 500;

    /// <summary>The most tasks of a queue that are remembered.</summary>
    public const int MaximumResults = 10;

    // A message that is being moved is in flight; where the move fails it comes back by itself.
    private static readonly TimeSpan s_inFlight = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<(MessageMoveTask Task, Task Run)> _tasks = [];

    /// <summary>Starts a task.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>: the source is no dead-letter queue of a queue,
    /// the destination is one of another type, or a task runs already.</exception>
    public MessageMoveTask Start(Queue source, Queue? destination, int? maximumPerSecond)
    {
        if (!IsDeadLetterQueue(source) && !(destination is null && RedrivesToFunctions(source)))
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                $"Source queue must be configured as a Dead Letter Queue. {source.Name} is that of no other queue; those of Lambda "
                + "functions and SNS subscriptions cannot be redriven so.");
        }

        if (destination is not null && destination.IsFifo != source.IsFifo)
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                $"Source and destination queue must be of the same type, but one of {source.Name} and {destination.Name} is a FIFO queue, "
                + "the other is not.");
        }

        lock (_lock)
        {
            if (_tasks.Any(entry => entry.Task.Source == source && entry.Task.Status == MessageMoveStatus.Running))
            {
                throw new AwsServiceException(
                    "InvalidParameterValue",
                    "There is already a task running. Only one active task is allowed for a source queue arn at a given time.");
            }

            var handle = new JsonObject { ["taskId"] = Guid.NewGuid().ToString(), ["sourceArn"] = source.Arn }.ToJsonString();
            var task = new MessageMoveTask(
                Convert.ToBase64String(Encoding.UTF8.GetBytes(handle)),
                source,
                destination,
                maximumPerSecond,
                source.Count().Visible,
                time.GetUtcNow());
            _tasks.Add((task, Task.Run(() => RunAsync(task))));
            Forget(source);
            return task;
        }
    }

    /// <summary>The latest tasks of a queue, the latest first.</summary>
    public IReadOnlyList<MessageMoveTask> List(Queue source, int maximum)
    {
        lock (_lock)
        {
            return [.. _tasks.Select(entry => entry.Task).Where(task => task.Source == source).Reverse().Take(maximum)];
        }
    }

    /// <summary>Cancels a task; what it has moved stays moved.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>: it is no handle; <c>ResourceNotFoundException</c>: there is no
    /// such task; <c>UnsupportedOperation</c>: it is over.</exception>
    public async Task<MessageMoveTask> CancelAsync(string handle)
    {
        if (!IsHandle(handle))
        {
            throw new AwsServiceException("InvalidParameterValue", "Value for parameter TaskHandle is invalid.");
        }

        (MessageMoveTask? Task, Task Run) found;
        lock (_lock)
        {
            found = _tasks.FirstOrDefault(entry => entry.Task.Handle == handle);
        }

        if (found.Task is not { } task)
        {
            throw new AwsServiceException("ResourceNotFoundException", "Task does not exist.", HttpStatusCode.NotFound);
        }

        if (task.Status != MessageMoveStatus.Running)
        {
            throw new AwsServiceException("UnsupportedOperation", $"Only active tasks can be cancelled; this one is {task.Status}.");
        }

        task.Cancel();
        await found.Run;
        return task;
    }

    public async ValueTask DisposeAsync()
    {
        List<(MessageMoveTask Task, Task Run)> tasks;
        lock (_lock)
        {
            tasks = [.. _tasks];
        }

        foreach (var (task, run) in tasks)
        {
            task.Cancel();
            await run;
            task.Dispose();
        }
    }

    private static bool IsHandle(string handle)
    {
        try
        {
            return JsonNode.Parse(Convert.FromBase64String(handle)) is JsonObject json && json["taskId"] is not null;
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return false;
        }
    }

    private bool IsDeadLetterQueue(Queue queue) => queues.Queues.Any(other => queues.DeadLettersOf(other)?.Queue == queue);

    private bool RedrivesToFunctions(Queue queue) => options.RedrivesToFunctions && FunctionOf(queue) is not null;

    private Function? FunctionOf(Queue queue) =>
        functions.Functions.FirstOrDefault(function =>
            function.Settings.EventInvokeConfig?.OnFailure == queue.Arn || function.Settings.DeadLetterTargetArn == queue.Arn);

    private void Forget(Queue source)
    {
        var old = _tasks
            .Where(entry => entry.Task.Source == source && entry.Task.Status != MessageMoveStatus.Running)
            .SkipLast(MaximumResults - 1)
            .ToList();
        foreach (var entry in old)
        {
            _tasks.Remove(entry);
            entry.Task.Dispose();
        }
    }

    private async Task RunAsync(MessageMoveTask task)
    {
        var reason = (string?)null;
        try
        {
            while (reason is null && task.Moved < task.ToMove)
            {
                // One after the other: what is cancelled is then nowhere in between.
                if (await task.Source.ReceiveAsync(1, s_inFlight, TimeSpan.Zero, null, null, task.Cancelled) is not [var message])
                {
                    break;
                }

                reason = await MoveAsync(task, message);
                if (reason is null && task.MaximumPerSecond is { } rate)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1.0 / rate), time, task.Cancelled);
                }
            }

            task.End(reason is null ? MessageMoveStatus.Completed : MessageMoveStatus.Failed, reason);
        }
        catch (OperationCanceledException) when (task.Cancelled.IsCancellationRequested)
        {
            task.End(MessageMoveStatus.Cancelled, null);
        }
        catch (Exception failure) when (failure is IOException or AwsServiceException or ObjectDisposedException)
        {
            task.End(MessageMoveStatus.Failed, failure.Message);
        }

        logger.Redriven(task.Source.Name, task.Moved, task.ToMove, task.Status, task.FailureReason);
    }

    /// <summary>Moves a message; where that is not possible it is to be received again.</summary>
    /// <returns>Why not; null where it was moved.</returns>
    private async Task<string?> MoveAsync(MessageMoveTask task, QueuedMessage message)
    {
        var origin = message.DeadLetterSourceArn is { } arn ? queues.FindByArn(arn) : null;
        if ((task.Destination ?? origin) is { } target)
        {
            // A message of its own, as in AWS: another id, another age.
            await target.AddAsync(
                new OutgoingMessage
                {
                    Body = message.Body,
                    Attributes = message.Attributes,
                    TraceHeader = message.TraceHeader,
                    SenderId = message.SenderId,
                    DelaySeconds = 0,
                    GroupId = message.GroupId,
                    DeduplicationId = message.DeduplicationId,
                },
                isRedriven: true);
        }
        else if (RedrivesToFunctions(task.Source) && FailedInvocation.Parse(message.Body) is { } invocation)
        {
            var function = invocation.FunctionName is { } name ? functions.Find(name) : FunctionOf(task.Source);
            if (function is null)
            {
                return await PutBackAsync(task, message, $"Function {invocation.FunctionName} does not exist.");
            }

            await functions.EnqueueAsync(function, Encoding.UTF8.GetBytes(invocation.Payload), default);
        }
        else
        {
            return await PutBackAsync(task, message, "CouldNotDetermineMessageSource");
        }

        await task.Source.DeleteAsync(message.ReceiptHandle!);
        task.Count();
        return null;
    }

    private static async Task<string> PutBackAsync(MessageMoveTask task, QueuedMessage message, string reason)
    {
        await task.Source.ChangeVisibilityAsync(message.ReceiptHandle!, TimeSpan.Zero);
        return reason;
    }
}
