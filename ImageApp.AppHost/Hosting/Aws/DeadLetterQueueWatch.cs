using System.Globalization;
using Amazon.Runtime;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Keeps a queue's state in the dashboard: how many events wait in it.</summary>
internal sealed class DeadLetterQueueWatch(
    DeadLetterQueueResource queue,
    string stack,
    DeveloperAccount? account,
    ResourceNotificationService notifications
) : BackgroundService
{
    // Requests to an account cost money.
    private readonly TimeSpan _period = account is null ? TimeSpan.FromSeconds(2) : TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var made = await notifications.WaitForResourceAsync(
                stack,
                change => change.Snapshot.State?.Text == KnownResourceStates.Running,
                stoppingToken
            );
            queue.Url =
                made.Snapshot.Properties.FirstOrDefault(property => property.Name == $"aws.cloudformation.output.{queue.Output}")?.Value
                as string;
            await notifications.PublishUpdateAsync(
                queue,
                state =>
                    state with
                    {
                        StartTimeStamp = DateTime.UtcNow,

                        // The orchestrator's own say whose child it is.
                        Properties =
                        [
                            .. state.Properties,
                            new ResourcePropertySnapshot("aws.sqs.url", queue.Url),
                            new ResourcePropertySnapshot("aws.lambda.function", queue.Function),
                        ],
                    }
            );

            using var sqs = AwsClients.Sqs(account);
            using var timer = new PeriodicTimer(_period);
            var shown = -1;
            do
            {
                try
                {
                    var depth = (
                        await sqs.GetQueueAttributesAsync(queue.Url, ["ApproximateNumberOfMessages"], stoppingToken)
                    ).ApproximateNumberOfMessages;
                    if (depth != shown)
                    {
                        await notifications.PublishUpdateAsync(queue, state => state with { State = State(depth) });
                        shown = depth;
                    }
                }
                catch (AmazonServiceException e)
                {
                    await notifications.PublishUpdateAsync(
                        queue,
                        state => state with { State = new ResourceStateSnapshot(e.Message, KnownResourceStateStyles.Error) }
                    );
                    shown = -1;
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private static ResourceStateSnapshot State(int depth) =>
        depth == 0
            ? new ResourceStateSnapshot("Empty", KnownResourceStateStyles.Success)
            : new ResourceStateSnapshot(string.Create(CultureInfo.InvariantCulture, $"{depth} waiting"), KnownResourceStateStyles.Warn);
}
