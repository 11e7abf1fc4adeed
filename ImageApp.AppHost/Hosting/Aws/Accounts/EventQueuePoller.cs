using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Aws.Accounts;

/// <summary>
/// Takes a topic's events from the queue in the developer's account to the functions on this machine. A message is deleted when every
/// function has succeeded; else it comes again when
/// its visibility timeout is over, and after three times goes to the dead-letter queue.
/// </summary>
internal sealed partial class EventQueuePoller(
    DeveloperAccount account,
    string stack,
    ResourceNotificationService notifications,
    LocalAwsResource functions,
    ILogger logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var state = await notifications.WaitForResourceAsync(
                stack,
                change => change.Snapshot.State?.Text == KnownResourceStates.Running,
                stoppingToken
            );
            var url =
                state.Snapshot.Properties.FirstOrDefault(property => property.Name == "aws.cloudformation.output.EventQueueUrl")?.Value
                    as string
                ?? throw new DistributedApplicationException($"Stack {account.StackName} has no output EventQueueUrl.");
            LogBegins(logger, url);
            using var sqs = AwsClients.Sqs(account);
            while (!stoppingToken.IsCancellationRequested)
            {
                await PollAsync(sqs, url, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops; what is under way comes again.
        }
    }

    private async Task PollAsync(AmazonSQSClient sqs, string url, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest
                {
                    QueueUrl = url,
                    MaxNumberOfMessages = 10,
                    WaitTimeSeconds = 20,
                },
                cancellationToken
            );
            await Task.WhenAll((answer.Messages ?? []).Select(message => HandleAsync(sqs, url, message, cancellationToken)));
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException)
        {
            // The account may be out of reach for a while, as when a laptop sleeps.
            LogNotPolled(logger, e.Message);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task HandleAsync(AmazonSQSClient sqs, string url, Message message, CancellationToken cancellationToken)
    {
        string payload;
        try
        {
            payload = SnsLambdaEvent.FromQueue(message.Body);
        }
        catch (FormatException e)
        {
            LogNotDelivered(logger, message.MessageId, e.Message);
            return;
        }

        foreach (
            var outcome in await Task.WhenAll(functions.Functions.Select(name => functions.InvokeAsync(name, payload, cancellationToken)))
        )
        {
            if (outcome is { } error)
            {
                LogNotDelivered(logger, message.MessageId, error);
                return;
            }
        }

        await sqs.DeleteMessageAsync(url, message.ReceiptHandle, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Events of the account reach the functions on this machine through {Queue}")]
    private static partial void LogBegins(ILogger logger, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} was not handled and comes again: {Reason}")]
    private static partial void LogNotDelivered(ILogger logger, string id, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue could not be polled: {Reason}")]
    private static partial void LogNotPolled(ILogger logger, string reason);
}
