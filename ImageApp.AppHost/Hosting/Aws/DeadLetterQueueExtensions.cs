using Amazon.SQS.Model;
using Aspire.Hosting.AWS.CloudFormation;
using Aspire.Hosting.AWS.Lambda;
using ImageApp.AppHost.Hosting.Aws.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Shows dead-letter queues, and sends what is in them round again.</summary>
internal static class DeadLetterQueueExtensions
{
    /// <summary>Adds a stack's queue as a resource below the stack, with its depth as state and a command that redrives it.</summary>
    public static void AddDeadLetterQueue(
        this IResourceBuilder<ICloudFormationTemplateResource> stack,
        string name,
        string output,
        IResourceBuilder<LambdaProjectResource> function,
        DeveloperAccount? account
    )
    {
        var builder = stack.ApplicationBuilder;
        var queue = new DeadLetterQueueResource(name, output, function.Resource.Name);
        builder
            .AddResource(queue)
            .WithInitialState(
                new CustomResourceSnapshot
                {
                    ResourceType = "Queue",
                    Properties = [],
                    State = KnownResourceStates.Waiting,
                }
            )
            .WithParentRelationship(stack)
            .WithIconName("MailInbox")
            .WithCommand(
                "redrive",
                "Redrive",
                context => RedriveAsync(queue, builder, account, context.CancellationToken),
                new CommandOptions
                {
                    Description = $"Has {function.Resource.Name} handle every event in the queue again; what succeeds leaves it.",
                    IconName = "ArrowRepeatAll",
                    IsHighlighted = true,
                    UpdateState = context =>
                        context.ResourceSnapshot.State?.Style == KnownResourceStateStyles.Warn
                            ? ResourceCommandState.Enabled
                            : ResourceCommandState.Disabled,
                }
            );
        builder.Services.AddSingleton<IHostedService>(services => new DeadLetterQueueWatch(
            queue,
            stack.Resource.Name,
            account,
            services.GetRequiredService<ResourceNotificationService>()
        ));
    }

    private static async Task<ExecuteCommandResult> RedriveAsync(
        DeadLetterQueueResource queue,
        IDistributedApplicationBuilder builder,
        DeveloperAccount? account,
        CancellationToken cancellationToken
    )
    {
        var functions = builder.Resources.OfType<LocalAwsResource>().Single();
        using var sqs = AwsClients.Sqs(account);
        var (handled, failures) = (0, new List<string>());
        while (
            await sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue.Url, MaxNumberOfMessages = 10 }, cancellationToken)
                is { Messages: { Count: > 0 } messages }
        )
        {
            foreach (var message in messages)
            {
                if (await functions.InvokeAsync(queue.Function, FailedEvent.PayloadOf(message.Body), cancellationToken) is { } error)
                {
                    failures.Add(error);
                    continue;
                }

                await sqs.DeleteMessageAsync(queue.Url, message.ReceiptHandle, cancellationToken);
                handled++;
            }
        }

        return failures.Count == 0
            ? CommandResults.Success($"{handled} handled.")
            : CommandResults.Failure($"{handled} handled; {failures.Count} failed again and stay in the queue: {failures[0]}");
    }
}
