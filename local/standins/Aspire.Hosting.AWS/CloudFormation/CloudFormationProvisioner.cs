using System.Xml.Linq;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.AWS.CloudFormation;

/// <summary>Makes or updates stacks by change sets when the application starts.</summary>
internal sealed partial class CloudFormationProvisioner(ResourceNotificationService notifications, ResourceLoggerService logs)
    : IDistributedApplicationEventingSubscriber
{
    private const string NotChanged = "didn't contain changes";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Unusable =
    [
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "DELETE_FAILED",
        "CREATE_FAILED",
        "REVIEW_IN_PROGRESS",
    ];

    public Task SubscribeAsync(
        IDistributedApplicationEventing eventing,
        DistributedApplicationExecutionContext executionContext,
        CancellationToken cancellationToken
    )
    {
        eventing.Subscribe<BeforeStartEvent>(
            (@event, stopping) =>
            {
                foreach (var stack in @event.Model.Resources.OfType<CloudFormationTemplateResource>())
                {
                    _ = Task.Run(() => ProvisionGuardedAsync(stack, stopping), stopping);
                }

                return Task.CompletedTask;
            }
        );
        return Task.CompletedTask;
    }

    private async Task ProvisionGuardedAsync(CloudFormationTemplateResource stack, CancellationToken cancellationToken)
    {
        var log = logs.GetLogger(stack);
        await MoveAsync(stack, new ResourceStateSnapshot(KnownResourceStates.Starting, KnownResourceStateStyles.Info));
        LogProvisioning(log, stack.StackName, stack.TemplatePath);
        try
        {
            var outputs = await ProvisionAsync(stack, log, cancellationToken);
            stack.Outputs = outputs;
            await notifications.PublishUpdateAsync(
                stack,
                state =>
                    state with
                    {
                        StartTimeStamp = DateTime.UtcNow,
                        Properties =
                        [
                            .. outputs.Select(output => new ResourcePropertySnapshot(
                                "aws.cloudformation.output." + output.Key,
                                output.Value
                            )),
                        ],
                    }
            );
            await MoveAsync(stack, new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success));
        }
        catch (Exception e)
        {
            // Whoever waits for the stack sees the state, and people its log.
            LogFailed(log, stack.StackName, e.Message);
            await MoveAsync(stack, new ResourceStateSnapshot("Failed to Provision", KnownResourceStateStyles.Error));
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> ProvisionAsync(
        CloudFormationTemplateResource stack,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        using var client = new CloudFormationClient(stack.AWSSDKConfig);
        var template = await File.ReadAllTextAsync(stack.TemplatePath, cancellationToken);
        var status = await StatusAsync(client, stack.StackName, cancellationToken);
        if (status is not null && Unusable.Contains(status))
        {
            LogStartingOver(log, stack.StackName, status);
            await client.CallAsync("DeleteStack", new() { ["StackName"] = stack.StackName }, cancellationToken);
            await WaitAsync(client, stack.StackName, status => status is null, cancellationToken);
            status = null;
        }

        var name = $"aspire-{Guid.NewGuid():N}";
        var parameters = new Dictionary<string, string>
        {
            ["StackName"] = stack.StackName,
            ["ChangeSetName"] = name,
            ["ChangeSetType"] = status is null ? "CREATE" : "UPDATE",
            ["TemplateBody"] = template,
            ["Capabilities.member.1"] = "CAPABILITY_IAM",
            ["Capabilities.member.2"] = "CAPABILITY_NAMED_IAM",
            ["Capabilities.member.3"] = "CAPABILITY_AUTO_EXPAND",
        };
        foreach (var (i, (key, value)) in stack.Parameters.Index())
        {
            parameters[$"Parameters.member.{i + 1}.ParameterKey"] = key;
            parameters[$"Parameters.member.{i + 1}.ParameterValue"] = value;
        }

        var set = new Dictionary<string, string> { ["StackName"] = stack.StackName, ["ChangeSetName"] = name };
        await client.CallAsync("CreateChangeSet", parameters, cancellationToken);
        var described = await client.CallAsync("DescribeChangeSet", set, cancellationToken);
        while (Text(described, "Status") is "CREATE_PENDING" or "CREATE_IN_PROGRESS")
        {
            await Task.Delay(Poll, cancellationToken);
            described = await client.CallAsync("DescribeChangeSet", set, cancellationToken);
        }

        if (Text(described, "Status") == "FAILED")
        {
            await client.CallAsync("DeleteChangeSet", set, cancellationToken);
            var reason = Text(described, "StatusReason") ?? "";
            if (
                !reason.Contains(NotChanged, StringComparison.Ordinal)
                && !reason.Contains("No updates are to be performed", StringComparison.Ordinal)
            )
            {
                throw new DistributedApplicationException($"The change set of stack '{stack.StackName}' failed: {reason}");
            }

            LogUpToDate(log, stack.StackName);
        }
        else
        {
            await client.CallAsync("ExecuteChangeSet", set, cancellationToken);
            await WaitAsync(
                client,
                stack.StackName,
                status => status?.EndsWith("_IN_PROGRESS", StringComparison.Ordinal) != true,
                cancellationToken
            );
        }

        return await OutputsAsync(client, stack.StackName, cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<string, string>> OutputsAsync(
        CloudFormationClient client,
        string stackName,
        CancellationToken cancellationToken
    )
    {
        var description = await client.CallAsync("DescribeStacks", new() { ["StackName"] = stackName }, cancellationToken);
        var status = Text(description, "StackStatus")!;
        if (status is not ("CREATE_COMPLETE" or "UPDATE_COMPLETE"))
        {
            var events = await client.CallAsync("DescribeStackEvents", new() { ["StackName"] = stackName }, cancellationToken);
            var failures = events
                .Descendants()
                .Where(element => element.Name.LocalName == "ResourceStatus" && element.Value.EndsWith("_FAILED", StringComparison.Ordinal))
                .Select(element => element.Parent!)
                .Select(item => $"{Text(item, "LogicalResourceId")}: {Text(item, "ResourceStatusReason")}")
                .Distinct();
            throw new DistributedApplicationException($"Stack '{stackName}' is {status}. {string.Join("; ", failures)}");
        }

        return description
            .Descendants()
            .Where(element => element.Name.LocalName == "OutputKey")
            .ToDictionary(key => key.Value, key => Text(key.Parent!, "OutputValue") ?? "");
    }

    private static async Task<string?> StatusAsync(CloudFormationClient client, string stackName, CancellationToken cancellationToken)
    {
        try
        {
            return Text(await client.CallAsync("DescribeStacks", new() { ["StackName"] = stackName }, cancellationToken), "StackStatus");
        }
        catch (DistributedApplicationException e) when (e.Message.Contains("does not exist", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static async Task WaitAsync(
        CloudFormationClient client,
        string stackName,
        Func<string?, bool> until,
        CancellationToken cancellationToken
    )
    {
        while (!until(await StatusAsync(client, stackName, cancellationToken)))
        {
            await Task.Delay(Poll, cancellationToken);
        }
    }

    private Task MoveAsync(CloudFormationTemplateResource stack, ResourceStateSnapshot state) =>
        notifications.PublishUpdateAsync(stack, snapshot => snapshot with { State = state });

    private static string? Text(XElement element, string name) =>
        element.Descendants().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    [LoggerMessage(Level = LogLevel.Information, Message = "Provisioning stack {Stack} from {Template}")]
    private static partial void LogProvisioning(ILogger logger, string stack, string template);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stack {Stack} is up to date")]
    private static partial void LogUpToDate(ILogger logger, string stack);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stack {Stack} is {Status}; it is deleted and made anew")]
    private static partial void LogStartingOver(ILogger logger, string stack, string status);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stack {Stack} could not be provisioned: {Reason}")]
    private static partial void LogFailed(ILogger logger, string stack, string reason);
}
