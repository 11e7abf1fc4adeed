using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Operations;

/// <summary>
/// Looks into dead-letter queues and has what is in them handled again: each picture's object is copied onto itself, so that its event
/// takes the way of every other, and steps that are done do nothing.
/// </summary>
internal sealed partial class DeadLetters(
    IAmazonSQS sqs,
    DeadLetterOptions options,
    ImageBucket bucket,
    OriginalRemoval removal,
    StepResults rows,
    UpkeepCatalogue upkeep,
    ILogger<DeadLetters> logger)
{
    /// <summary>The most messages of a queue that are shown, or handled by one request.</summary>
    public const int MaxLetters = 100;

    // As many as SQS hands out, deletes or changes at once.
    private const int BatchSize = 10;

    // Hidden from others while this instance has them; back at once when it is done with them, or after this time if it dies.
    private const int HiddenSeconds = 60;
    private const string Depth = "ApproximateNumberOfMessages";
    private const string Hidden = "ApproximateNumberOfMessagesNotVisible";

    /// <summary>Whether an exception means that SQS refuses or does not answer.</summary>
    public static bool IsAway(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException;

    /// <summary>The queue of a name; null where there is none.</summary>
    public DeadLetterQueue? Find(string name) => options.Queues.FirstOrDefault(queue => queue.Name == name);

    /// <summary>All queues with what is in them.</summary>
    public async Task<IReadOnlyList<QueueContents>> LookAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(options.Queues.Select(queue => LookAsync(queue, cancellationToken)));

    /// <summary>Has messages handled again; those of which that is known leave the queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="id">The one message; null for all of them, up to <see cref="MaxLetters"/>.</param>
    /// <param name="cancellationToken">Ends it; what is not done stays in the queue.</param>
    public async Task<RedriveResult> RedriveAsync(DeadLetterQueue queue, string? id, CancellationToken cancellationToken)
    {
        var result = new RedriveResult(0, 0, 0);
        await WithMessagesAsync(
            queue,
            async message =>
            {
                if (id is not null && message.MessageId != id)
                {
                    return false;
                }

                var letter = DeadLetter.Read(message);
                if (letter.Objects.Count == 0)
                {
                    result = result with { Unreadable = result.Unreadable + 1 };
                    return false;
                }

                var isSent = false;
                foreach (var item in letter.Objects)
                {
                    isSent |= await HandleAgainAsync(item.Key, cancellationToken);
                }

                LogRedriven(logger, queue.Name, message.MessageId, isSent);
                result = isSent ? result with { Sent = result.Sent + 1 } : result with { Gone = result.Gone + 1 };
                return true;
            },
            cancellationToken);
        return result;
    }

    /// <summary>Takes a message out of its queue for good.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> DiscardAsync(DeadLetterQueue queue, string id, CancellationToken cancellationToken)
    {
        var isThere = false;
        await WithMessagesAsync(
            queue,
            message =>
            {
                isThere |= message.MessageId == id;
                return Task.FromResult(message.MessageId == id);
            },
            cancellationToken);
        if (isThere)
        {
            LogDiscarded(logger, queue.Name, id);
        }

        return isThere;
    }

    private async Task<QueueContents> LookAsync(DeadLetterQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            var letters = new List<DeadLetter>();
            var depth = await WithMessagesAsync(
                queue,
                message =>
                {
                    letters.Add(DeadLetter.Read(message));
                    return Task.FromResult(false);
                },
                cancellationToken);
            return new QueueContents(queue, Math.Max(depth, letters.Count), [.. letters.OrderBy(letter => letter.SentAt)], null);
        }
        catch (Exception e) when (IsAway(e))
        {
            LogUnreadable(logger, e, queue.Name);
            return new QueueContents(queue, 0, [], $"The queue cannot be read: {e.Message}");
        }
    }

    /// <summary>Takes messages, hands each to a handler that says whether it is done with, and puts the others back.</summary>
    /// <returns>How many the queue held before.</returns>
    private async Task<int> WithMessagesAsync(
        DeadLetterQueue queue, Func<Message, Task<bool>> isDoneAsync, CancellationToken cancellationToken)
    {
        var attributes = await sqs.GetQueueAttributesAsync(queue.Url, [Depth, Hidden], cancellationToken);
        var expected = Math.Min(attributes.ApproximateNumberOfMessages, MaxLetters);
        var kept = new List<Message>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            while (seen.Count < expected && await ReceiveAsync(queue, cancellationToken) is { Count: > 0 } messages)
            {
                kept.AddRange(messages);
                foreach (var message in messages.Where(message => seen.Add(message.MessageId)))
                {
                    if (await isDoneAsync(message))
                    {
                        await sqs.DeleteMessageAsync(queue.Url, message.ReceiptHandle, cancellationToken);
                        kept.Remove(message);
                    }
                }
            }
        }
        finally
        {
            // Also where the request was given up: others shall not have to wait for them.
            await PutBackAsync(queue, kept, CancellationToken.None);
        }

        return attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible;
    }

    private async Task<List<Message>?> ReceiveAsync(DeadLetterQueue queue, CancellationToken cancellationToken)
    {
        var received = await sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest
            {
                QueueUrl = queue.Url,
                MaxNumberOfMessages = BatchSize,
                VisibilityTimeout = HiddenSeconds,

                // Asks every server of SQS, not some of them.
                WaitTimeSeconds = 1,
                MessageAttributeNames = ["All"],
                MessageSystemAttributeNames = ["SentTimestamp"],
            },
            cancellationToken);
        return received.Messages;
    }

    private async Task PutBackAsync(DeadLetterQueue queue, List<Message> messages, CancellationToken cancellationToken)
    {
        foreach (var batch in messages.Chunk(BatchSize))
        {
            await sqs.ChangeMessageVisibilityBatchAsync(
                queue.Url,
                [
                    .. batch.Select((message, index) => new ChangeMessageVisibilityBatchRequestEntry
                    {
                        Id = index.ToString(CultureInfo.InvariantCulture),
                        ReceiptHandle = message.ReceiptHandle,
                        VisibilityTimeout = 0,
                    }),
                ],
                cancellationToken);
        }
    }

    /// <summary>Sends a picture through the pipeline again, or lets it leave the gallery where its object is gone.</summary>
    /// <returns>Whether it was sent.</returns>
    private async Task<bool> HandleAgainAsync(string key, CancellationToken cancellationToken)
    {
        var row = await rows.FindAsync(key, cancellationToken);
        if (await bucket.FindOriginalAsync(key, cancellationToken) is { } original)
        {
            if (row is not null)
            {
                await upkeep.ExpectSameContentAsync(row.Id, original.ETag, cancellationToken);
                await upkeep.MarkSentAsync(row.Id, isFailure: false, cancellationToken);
            }

            var name = row?.FileName ?? original.FileName ?? Path.GetFileName(key);
            return await bucket.TouchOriginalAsync(key, row?.ContentType ?? original.ContentType, name, cancellationToken);
        }

        if (await removal.MarkAsync(key, cancellationToken))
        {
            await bucket.DeleteRenditionsAsync(key, row, cancellationToken);
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dead letter {Id} of queue {Queue} left it; sent again: {IsSent}")]
    private static partial void LogRedriven(ILogger logger, string queue, string id, bool isSent);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dead letter {Id} of queue {Queue} was discarded")]
    private static partial void LogDiscarded(ILogger logger, string queue, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Queue {Queue} cannot be read")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string queue);
}
