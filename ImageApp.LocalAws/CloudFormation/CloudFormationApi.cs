using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImageApp.LocalAws.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>CloudFormation's Query API, version 2010-05-15.</summary>
internal sealed partial class CloudFormationApi(StackStore stacks, StackEngine engine, LocalAwsOptions options, ILogger<CloudFormationApi> logger) : IQueryService
{
    private const string NoChanges = "No updates are to be performed.";
    private const string NoChangesInSet = "The submitted information didn't contain changes. Submit different information to create a change set.";
    private static readonly string[] Updatable = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"];

    /// <inheritdoc/>
    public string SigningName => "cloudformation";

    /// <inheritdoc/>
    public XNamespace Namespace => "http://cloudformation.amazonaws.com/doc/2010-05-15/";

    /// <inheritdoc/>
    public Task<IEnumerable<XElement>?> ExecuteAsync(QueryRequest request, CancellationToken cancellationToken) => request.Action switch
    {
        "CreateStack" => CreateStackAsync(request, cancellationToken),
        "UpdateStack" => UpdateStackAsync(request, cancellationToken),
        "DeleteStack" => DeleteStackAsync(request, cancellationToken),
        "CreateChangeSet" => CreateChangeSetAsync(request, cancellationToken),
        "DescribeChangeSet" => Answer(Describe(FindChangeSet(request))),
        "ListChangeSets" => Answer(new XElement("Summaries", stacks.Get(request.Get("StackName")).ChangeSets.Select(set => Member(Summary(set))))),
        "ExecuteChangeSet" => ExecuteChangeSetAsync(request, cancellationToken),
        "DeleteChangeSet" => DeleteChangeSetAsync(request, cancellationToken),
        "DescribeStacks" => Answer(new XElement("Stacks", (request.Find("StackName") is { Length: > 0 } name ? [stacks.Get(name)] : stacks.All.Where(stack => stack.DeletedAt is null)).Select(stack => Member(Describe(stack))))),
        "ListStacks" => Answer(new XElement("StackSummaries", Filtered(request).Select(stack => Member(Summary(stack))))),
        "DescribeStackEvents" => Answer(new XElement("StackEvents", Enumerable.Reverse(stacks.Get(request.Get("StackName")).Events).Select(item => Member(Describe(stacks.Get(request.Get("StackName")), item))))),
        "DescribeStackResources" => Answer(new XElement("StackResources", stacks.Get(request.Get("StackName")).Resources.Select(resource => Member(Describe(stacks.Get(request.Get("StackName")), resource))))),
        "DescribeStackResource" => Answer(new XElement("StackResourceDetail", Describe(stacks.Get(request.Get("StackName")), Resource(request)))),
        "ListStackResources" => Answer(new XElement("StackResourceSummaries", stacks.Get(request.Get("StackName")).Resources.Select(resource => Member(Describe(stacks.Get(request.Get("StackName")), resource))))),
        "GetTemplate" => Answer(new XElement("TemplateBody", stacks.Get(request.Get("StackName")).TemplateBody)),
        "GetTemplateSummary" or "ValidateTemplate" => Answer(SummaryOfTemplate(request)),
        "ListExports" => Answer(new XElement("Exports", stacks.All.Where(stack => stack.DeletedAt is null).SelectMany(stack => stack.Outputs.Where(output => output.ExportName is not null).Select(output =>
            Member(new XElement("ExportingStackId", stack.Id), new XElement("Name", output.ExportName), new XElement("Value", output.Value)))))),
        _ => throw new AwsServiceException("InvalidAction", $"Local CloudFormation does not implement the action '{request.Action}'."),
    };

    private async Task<IEnumerable<XElement>?> CreateStackAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var stack = NewStack(request) with { DisableRollback = request.Find("DisableRollback") == "true" || request.Find("OnFailure") == "DO_NOTHING" };
        engine.Read(stack);
        await stacks.SaveAsync(stack with { Status = "CREATE_IN_PROGRESS" }, cancellationToken);
        Start(engine.CreateAsync, stack);
        return [new XElement("StackId", stack.Id)];
    }

    private async Task<IEnumerable<XElement>?> UpdateStackAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var stack = Updated(stacks.Get(request.Get("StackName")), request);
        if (engine.Plan(stack).Count == 0 && stack.Previous!.Tags.OrderBy(tag => tag.Key).SequenceEqual(stack.Tags.OrderBy(tag => tag.Key)))
        {
            throw Template.Invalid(NoChanges);
        }

        await stacks.SaveAsync(stack with { Status = "UPDATE_IN_PROGRESS" }, cancellationToken);
        Start(engine.UpdateAsync, stack);
        return [new XElement("StackId", stack.Id)];
    }

    private async Task<IEnumerable<XElement>?> DeleteStackAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        if (stacks.Find(request.Get("StackName")) is { DeletedAt: null } stack)
        {
            if (stack.IsInProgress)
            {
                throw Template.Invalid($"Stack [{stack.Name}] cannot be deleted while in status {stack.Status}");
            }

            if (stack.Status == "REVIEW_IN_PROGRESS")
            {
                stacks.Forget(stack);
            }
            else
            {
                await stacks.SaveAsync(stack with { Status = "DELETE_IN_PROGRESS" }, cancellationToken);
                Start(engine.DeleteAsync, stack);
            }
        }

        return null;
    }

    private async Task<IEnumerable<XElement>?> CreateChangeSetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.Get("ChangeSetName");
        var existing = stacks.Find(request.Get("StackName"));
        if (existing?.ChangeSets.Any(set => set.Name == name) == true)
        {
            throw new AwsServiceException("AlreadyExistsException", $"ChangeSet {name} already exists");
        }

        var creating = request.Find("ChangeSetType") is "CREATE" || (existing is null or { Status: "REVIEW_IN_PROGRESS" } && request.Find("ChangeSetType") is "IMPORT");
        var target = creating && existing is null or { Status: "REVIEW_IN_PROGRESS" } ? NewStack(request, existing) : Updated(stacks.Get(request.Get("StackName")), request);
        var changes = engine.Plan(target);
        var set = new ChangeSet(
            name, $"arn:aws:cloudformation:{options.Region}:{options.AccountId}:changeSet/{name}/{Guid.NewGuid()}", DateTimeOffset.UtcNow, target.TemplateBody, target.Parameters)
        {
            Tags = target.Tags,
            Capabilities = target.Capabilities,
            Changes = changes,
            Status = changes.Count > 0 ? "CREATE_COMPLETE" : "FAILED",
            StatusReason = changes.Count > 0 ? null : NoChangesInSet,
            ExecutionStatus = changes.Count > 0 ? "AVAILABLE" : "UNAVAILABLE",
        };
        var holder = existing ?? target with { TemplateBody = "", Parameters = [], Tags = [], Capabilities = [] };
        await stacks.SaveAsync(holder with { ChangeSets = [.. holder.ChangeSets, set] }, cancellationToken);
        return [new XElement("Id", set.Id), new XElement("StackId", holder.Id)];
    }

    private async Task<IEnumerable<XElement>?> ExecuteChangeSetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var (stack, set) = FindChangeSet(request);
        if (set.ExecutionStatus != "AVAILABLE")
        {
            throw new AwsServiceException("InvalidChangeSetStatus", $"ChangeSet [{set.Id}] cannot be executed in its current status of [{set.Status}]: {set.StatusReason}");
        }

        var creating = stack.Status == "REVIEW_IN_PROGRESS";
        if (!creating && !Updatable.Contains(stack.Status))
        {
            throw Template.Invalid($"Stack:{stack.Id} is in {stack.Status} state and can not be updated.");
        }

        var target = stack with
        {
            Previous = creating ? null : Snapshot(stack),
            TemplateBody = set.TemplateBody,
            Parameters = set.Parameters,
            Tags = set.Tags,
            Capabilities = set.Capabilities,
            ChangeSets = [.. stack.ChangeSets.Select(other => other.Id == set.Id ? set with { ExecutionStatus = "EXECUTE_COMPLETE" } : other)],
        };
        await stacks.SaveAsync(target with { Status = creating ? "CREATE_IN_PROGRESS" : "UPDATE_IN_PROGRESS" }, cancellationToken);
        Start(creating ? engine.CreateAsync : engine.UpdateAsync, target);
        return [];
    }

    private async Task<IEnumerable<XElement>?> DeleteChangeSetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var (stack, set) = FindChangeSet(request);
        await stacks.SaveAsync(stack with { ChangeSets = [.. stack.ChangeSets.Where(other => other.Id != set.Id)] }, cancellationToken);
        return [];
    }

    // The caller has its answer; what happens is in the stack's events.
    private void Start(Func<Stack, CancellationToken, Task> operation, Stack stack) => _ = Task.Run(async () =>
    {
        try
        {
            await operation(stack, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The outermost place of a stack's operation: it stays in progress, and the next start takes it back.
            LogBroken(logger, e, stack.Name);
        }
    });

    private Stack NewStack(QueryRequest request, Stack? reviewed = null)
    {
        var name = request.Get("StackName");
        if (!ValidName().IsMatch(name))
        {
            throw Template.Invalid($"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*");
        }

        if (reviewed is null && stacks.Find(name) is not null)
        {
            throw new AwsServiceException("AlreadyExistsException", $"Stack [{name}] already exists");
        }

        return (reviewed ?? new Stack(name, $"arn:aws:cloudformation:{options.Region}:{options.AccountId}:stack/{name}/{Guid.NewGuid()}", DateTimeOffset.UtcNow)) with
        {
            TemplateBody = TemplateBody(request),
            Parameters = Parameters(request, []),
            Tags = Tags(request),
            Capabilities = [.. request.List("Capabilities").Select(capability => capability[""])],
        };
    }

    private static Stack Updated(Stack stack, QueryRequest request)
    {
        if (!Updatable.Contains(stack.Status))
        {
            throw Template.Invalid($"Stack:{stack.Id} is in {stack.Status} state and can not be updated.");
        }

        return stack with
        {
            Previous = Snapshot(stack),
            TemplateBody = request.Find("UsePreviousTemplate") == "true" ? stack.TemplateBody : TemplateBody(request),
            Parameters = Parameters(request, stack.Parameters),
            Tags = request.List("Tags").Count > 0 ? Tags(request) : stack.Tags,
        };
    }

    private static StackSnapshot Snapshot(Stack stack) => new(stack.TemplateBody, stack.Parameters, stack.Tags, stack.Resources, stack.Outputs);

    private static string TemplateBody(QueryRequest request) => request.Find("TemplateBody")
        ?? throw Template.Invalid(request.Find("TemplateURL") is null ? "Either Template URL or Template Body must be specified." : "TemplateURL is not supported by local CloudFormation; send TemplateBody.");

    private static Dictionary<string, string> Parameters(QueryRequest request, Dictionary<string, string> previous) => request.List("Parameters").ToDictionary(
        parameter => parameter["ParameterKey"],
        parameter => parameter.GetValueOrDefault("UsePreviousValue") == "true"
            ? previous.GetValueOrDefault(parameter["ParameterKey"]) ?? throw Template.Invalid($"Invalid input for parameter key {parameter["ParameterKey"]}. Cannot specify usePreviousValue as true for a parameter key not in the previous template")
            : parameter.GetValueOrDefault("ParameterValue", ""));

    private static Dictionary<string, string> Tags(QueryRequest request) => request.List("Tags").ToDictionary(tag => tag["Key"], tag => tag.GetValueOrDefault("Value", ""));

    private (Stack Stack, ChangeSet Set) FindChangeSet(QueryRequest request)
    {
        var name = request.Get("ChangeSetName");
        foreach (var stack in request.Find("StackName") is { Length: > 0 } stackName ? [stacks.Get(stackName)] : stacks.All)
        {
            if (stack.ChangeSets.Find(set => set.Name == name || set.Id == name) is { } found)
            {
                return (stack, found);
            }
        }

        throw new AwsServiceException("ChangeSetNotFound", $"ChangeSet [{name}] does not exist", System.Net.HttpStatusCode.NotFound);
    }

    private StackResource Resource(QueryRequest request) =>
        stacks.Get(request.Get("StackName")).Resources.Find(resource => resource.LogicalId == request.Get("LogicalResourceId"))
        ?? throw Template.Invalid($"Resource {request.Get("LogicalResourceId")} does not exist for stack {request.Get("StackName")}");

    private IEnumerable<Stack> Filtered(QueryRequest request)
    {
        var statuses = request.List("StackStatusFilter").ConvertAll(status => status[""]);
        return stacks.All.Where(stack => statuses.Count == 0 || statuses.Contains(stack.Status));
    }

    private XElement[] SummaryOfTemplate(QueryRequest request)
    {
        var body = request.Find("StackName") is { Length: > 0 } name ? stacks.Get(name).TemplateBody : TemplateBody(request);
        var template = Template.Parse(body, engine.Types);
        return
        [
            new XElement("Parameters", template.Parameters.Select(parameter => Member(
                new XElement("ParameterKey", parameter.Key), new XElement("ParameterType", parameter.Value.Text("Type")), new XElement("NoEcho", parameter.Value.Text("NoEcho") ?? "false"),
                Optional("DefaultValue", parameter.Value.Text("Default")), Optional("Description", parameter.Value.Text("Description"))))),
            new XElement("Description", template.Description),
            new XElement("ResourceTypes", template.Resources.Select(resource => resource.Value.Text("Type")).Distinct().Select(type => Member(type!))),
        ];
    }

    private object[] Describe(Stack stack) =>
    [
        .. Summary(stack),
        new XElement("DisableRollback", stack.DisableRollback),
        new XElement("Parameters", AllParameters(stack).Select(parameter => Member(new XElement("ParameterKey", parameter.Key), new XElement("ParameterValue", parameter.Value)))),
        new XElement("Tags", stack.Tags.Select(tag => Member(new XElement("Key", tag.Key), new XElement("Value", tag.Value)))),
        new XElement("Capabilities", stack.Capabilities.Select(capability => Member(capability))),
        new XElement("Outputs", stack.Outputs.Select(output => Member(
            new XElement("OutputKey", output.Key), new XElement("OutputValue", output.Value), Optional("Description", output.Description)!, Optional("ExportName", output.ExportName)!))),
    ];

    private Dictionary<string, string> AllParameters(Stack stack)
    {
        if (stack.TemplateBody.Length == 0)
        {
            return [];
        }

        return Template.Parse(stack.TemplateBody, engine.Types).Parameters.ToDictionary(
            parameter => parameter.Key,
            parameter => parameter.Value.Text("NoEcho") == "true" ? "****" : stack.Parameters.GetValueOrDefault(parameter.Key) ?? parameter.Value.Text("Default") ?? "");
    }

    private static XElement[] Summary(Stack stack) =>
    [
        new XElement("StackName", stack.Name), new XElement("StackId", stack.Id), new XElement("CreationTime", Iso(stack.CreatedAt)),
        .. stack.UpdatedAt is { } updated ? [new XElement("LastUpdatedTime", Iso(updated))] : Array.Empty<XElement>(),
        .. stack.DeletedAt is { } deleted ? [new XElement("DeletionTime", Iso(deleted))] : Array.Empty<XElement>(),
        new XElement("StackStatus", stack.Status), new XElement("StackStatusReason", stack.StatusReason),
    ];

    private static XElement[] Summary(ChangeSet set) =>
    [
        new XElement("ChangeSetName", set.Name), new XElement("ChangeSetId", set.Id), new XElement("CreationTime", Iso(set.CreatedAt)),
        new XElement("Status", set.Status), new XElement("StatusReason", set.StatusReason), new XElement("ExecutionStatus", set.ExecutionStatus),
    ];

    private static XElement[] Describe((Stack Stack, ChangeSet Set) found) =>
    [
        .. Summary(found.Set), new XElement("StackName", found.Stack.Name), new XElement("StackId", found.Stack.Id),
        new XElement("Changes", found.Set.Changes.Select(change => Member(
            new XElement("Type", "Resource"),
            new XElement("ResourceChange",
                new XElement("Action", change.Action), new XElement("LogicalResourceId", change.LogicalId), new XElement("ResourceType", change.Type),
                Optional("PhysicalResourceId", change.PhysicalId), Optional("Replacement", change.Replacement))))),
    ];

    private static object[] Describe(Stack stack, StackEvent item) =>
    [
        new XElement("EventId", item.EventId), new XElement("StackId", stack.Id), new XElement("StackName", stack.Name), new XElement("LogicalResourceId", item.LogicalId),
        new XElement("PhysicalResourceId", item.PhysicalId), new XElement("ResourceType", item.Type), new XElement("Timestamp", Iso(item.Timestamp)),
        new XElement("ResourceStatus", item.Status), Optional("ResourceStatusReason", item.Reason)!,
    ];

    private static object[] Describe(Stack stack, StackResource resource) =>
    [
        new XElement("StackName", stack.Name), new XElement("StackId", stack.Id), new XElement("LogicalResourceId", resource.LogicalId), new XElement("PhysicalResourceId", resource.PhysicalId),
        new XElement("ResourceType", resource.Type), new XElement("Timestamp", Iso(resource.UpdatedAt)), new XElement("LastUpdatedTimestamp", Iso(resource.UpdatedAt)),
        new XElement("ResourceStatus", resource.Status),
    ];

    private static XElement? Optional(string name, string? value) => value is null ? null : new XElement(name, value);

    private static XElement Member(params object?[] content) => new("member", content);

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Task<IEnumerable<XElement>?> Answer(params XElement[] elements) => Task.FromResult<IEnumerable<XElement>?>(elements);

    [GeneratedRegex("^[a-zA-Z][-a-zA-Z0-9]{0,127}$")]
    private static partial Regex ValidName();

    [LoggerMessage(Level = LogLevel.Critical, Message = "The operation on stack {Stack} broke")]
    private static partial void LogBroken(ILogger logger, Exception exception, string stack);
}
