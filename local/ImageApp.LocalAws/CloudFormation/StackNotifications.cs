using System.Globalization;
using System.Text;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Publishes the events of stacks to their topics (CloudFormation API Reference, CreateStack, NotificationARNs).</summary>
internal sealed class StackNotifications(SnsStore topics, LocalAwsOptions options, ILogger<StackNotifications> logger)
{
    private const int MaximumTopics = 5;
    private const string Subject = "AWS CloudFormation Notification";

    /// <summary>Checks the topics of a new or changed stack.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: there are too many, or one does not exist.</exception>
    public void Validate(IReadOnlyList<string> arns)
    {
        if (arns.Count > MaximumTopics)
        {
            throw TemplateErrors.Validation(
                "1 validation error detected: Value at 'notificationARNs' failed to satisfy constraint: Member must have length less than "
                + FormattableString.Invariant($"or equal to {MaximumTopics}, but has {arns.Count}"));
        }

        if (arns.FirstOrDefault(arn => topics.Topics.All(topic => topic.Arn != arn)) is { } unknown)
        {
            throw TemplateErrors.Validation($"NotificationARNs has {unknown}, which is not the ARN of a topic of this account");
        }
    }

    /// <summary>Publishes what happened since the last call; done when it is on disk in every topic.</summary>
    /// <returns>The stack, which knows that they have been told.</returns>
    public async Task<Stack> PublishAsync(Stack stack, CancellationToken cancellationToken)
    {
        if (stack.Definition.NotificationArns.Count == 0)
        {
            return stack with { NotifiedEventId = null };
        }

        var last = stack.Events.Count == 0 ? null : stack.Events[^1].EventId;
        if (last == stack.NotifiedEventId)
        {
            return stack;
        }

        // A stack that has told nobody yet begins with what happened just now.
        var news = stack.NotifiedEventId is { } told && stack.Events.Any(happened => happened.EventId == told)
            ? stack.Events.SkipWhile(happened => happened.EventId != told).Skip(1)
            : stack.Events.TakeLast(1);
        foreach (var happened in news)
        {
            foreach (var arn in stack.Definition.NotificationArns)
            {
                await PublishAsync(stack, happened, arn, cancellationToken);
            }
        }

        return stack with { NotifiedEventId = last };
    }

    private async Task PublishAsync(Stack stack, StackEvent happened, string arn, CancellationToken cancellationToken)
    {
        try
        {
            await topics.PublishAsync(
                new PublishRequest(arn, Text(stack, happened), Subject, IsStructured: false, new Dictionary<string, MessageAttribute>()),
                cancellationToken);
        }
        catch (AwsServiceException e)
        {
            // A stack's operation does not depend on who listens.
            logger.NotNotified(stack.StackName, arn, e.Message);
        }
    }

    private string Text(Stack stack, StackEvent happened)
    {
        var text = new StringBuilder();
        void Line(string name, string? value) => text.Append(CultureInfo.InvariantCulture, $"{name}='{value}'\n");
        Line("StackId", stack.StackId);
        Line("Timestamp", happened.Timestamp.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        Line("EventId", happened.EventId);
        Line("LogicalResourceId", happened.LogicalResourceId);
        Line("Namespace", options.AccountId);
        Line("PhysicalResourceId", happened.PhysicalResourceId);
        Line("ResourceProperties", stack.Find(happened.LogicalResourceId)?.Properties.ToJsonString() ?? "null");
        Line("ResourceStatus", happened.ResourceStatus);
        Line("ResourceStatusReason", happened.ResourceStatusReason);
        Line("ResourceType", happened.ResourceType);
        Line("StackName", stack.StackName);
        Line("ClientRequestToken", happened.ClientRequestToken ?? "null");
        return text.ToString();
    }
}
