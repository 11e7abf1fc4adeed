using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Protocols;
using static ImageApp.LocalAws.CloudFormation.QueryXml;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>CloudFormation's Query protocol (CloudFormation API Reference, version 2010-05-15).</summary>
internal sealed partial class CloudFormationApi(
    StackOperations stacks,
    CloudFormationStore store,
    ResourceTypes types,
    TemplateSource templates) : IAwsService
{
    private const string Version = "2010-05-15";

    /// <summary>What would change the meaning of a request if it were passed over.</summary>
    private static readonly string[] Unsupported =
    [
        "ResourceTypes.",
        "RollbackConfiguration.RollbackTriggers.",
        "ImportExistingResources",
        "IncludeNestedStacks",
        "DeploymentMode",
    ];

    private static readonly XNamespace Namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

    public string SigningName => "cloudformation";

    public string DisplayName => "CloudFormation";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Query;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var query = QueryRequest.Read(request, TemplateErrors.Code);
        var action = query.Action;
        if (query["Version"] is not (null or Version))
        {
            throw new AwsServiceException("NoSuchVersion", $"CloudFormation has the version {Version}, not {query["Version"]}.");
        }

        request.Operation = action;
        var result = await ExecuteAsync(action, query, cancellationToken);
        await QueryResponse.WriteAsync(request.HttpContext.Response, Namespace, action, result, request.RequestId, cancellationToken);
    }

    private async Task<IEnumerable<XElement?>?> ExecuteAsync(string action, QueryRequest query, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case "CreateStack":
                var created = await stacks.CreateAsync(await StackOfAsync(query, cancellationToken), cancellationToken);
                return [Text("StackId", created.StackId)];
            case "UpdateStack":
                var updated = await stacks.UpdateAsync(await StackOfAsync(query, cancellationToken), cancellationToken);
                return [Text("StackId", updated.StackId)];
            case "DeleteStack":
                await stacks.DeleteAsync(
                    query["StackName"],
                    query.List("RetainResources"),
                    Allowed([query["DeletionMode"] ?? "STANDARD"], "deletionMode", "STANDARD", "FORCE_DELETE_STACK")[0] != "STANDARD",
                    Role(query),
                    query["ClientRequestToken"],
                    cancellationToken);
                return null;
            case "UpdateTerminationProtection":
                var isProtected = query["EnableTerminationProtection"] is null
                    ? throw TemplateErrors.Validation("EnableTerminationProtection must be true or false")
                    : query.Flag("EnableTerminationProtection");
                var changed = await stacks.SetTerminationProtectionAsync(query["StackName"], isProtected, cancellationToken);
                return [Text("StackId", changed.StackId)];
            case "ContinueUpdateRollback":
                await stacks.ContinueUpdateRollbackAsync(
                    query["StackName"],
                    query.List("ResourcesToSkip"),
                    query["ClientRequestToken"],
                    Role(query),
                    cancellationToken);
                return [];
            case "RollbackStack":
                var rolledBack = await stacks.RollbackAsync(
                    query["StackName"],
                    query["ClientRequestToken"],
                    Role(query),
                    query.Flag("RetainExceptOnCreate"),
                    cancellationToken);
                return [Text("StackId", rolledBack.StackId)];
            case "CancelUpdateStack":
                await stacks.CancelUpdateAsync(query["StackName"], cancellationToken);
                return null;
            case "CreateChangeSet":
                var changeSet = await stacks.CreateChangeSetAsync(await ChangeSetOfAsync(query, cancellationToken), cancellationToken);
                return [Text("Id", changeSet.Id), Text("StackId", changeSet.StackId)];
            case "ExecuteChangeSet":
                await stacks.ExecuteChangeSetAsync(
                    query["ChangeSetName"],
                    query["StackName"],
                    query["ClientRequestToken"],
                    query.Flag("DisableRollback"),
                    query.Flag("RetainExceptOnCreate"),
                    cancellationToken);
                return [];
            case "DeleteChangeSet":
                await stacks.DeleteChangeSetAsync(query["ChangeSetName"], query["StackName"], cancellationToken);
                return [];
            case "SetStackPolicy":
                await stacks.SetPolicyAsync(query["StackName"], await RequiredPolicyAsync(query, cancellationToken), cancellationToken);
                return null;
            case "DetectStackDrift":
                var checkedStack = await stacks.DetectDriftAsync(query["StackName"], query.List("LogicalResourceIds"), cancellationToken);
                return [Text("StackDriftDetectionId", checkedStack.LastDrift!.DetectionId)];
            case "DetectStackResourceDrift":
                return await DetectResourceDriftAsync(query, cancellationToken);
            case "EstimateTemplateCost":
                throw new AwsServiceException(
                    "NotImplemented",
                    "EstimateTemplateCost is not implemented by local AWS: what runs on this machine costs nothing.",
                    HttpStatusCode.NotImplemented);
            case "GetTemplateSummary":
                var summarized = query["StackName"] is { Length: > 0 } stackName
                    ? stacks.Get(stackName).Definition.TemplateBody
                    : await TemplateAsync(query, cancellationToken);
                return StackDescriptions.Summary(stacks.Parse(summarized), types);
            case "ValidateTemplate":
                return StackDescriptions.Validated(stacks.Parse(await TemplateAsync(query, cancellationToken)));
            default:
                return Read(action, query);
        }
    }

    private IEnumerable<XElement?> Read(string action, QueryRequest query)
    {
        var next = query["NextToken"];
        switch (action)
        {
            case "DescribeChangeSet":
                return StackDescriptions.Describe(stacks.GetChangeSet(query["ChangeSetName"], query["StackName"]));
            case "ListChangeSets":
                var changeSets = stacks.ChangeSetsOf(stacks.Get(query["StackName"]));
                return Page("Summaries", ResultPage<ChangeSet>.Of(changeSets, set => set.Id, next), StackDescriptions.Summary);
            case "DescribeStacks":
                var described = query["StackName"] is { Length: > 0 } name
                    ? [stacks.Get(name)]
                    : store.Stacks.Where(stack => !stack.IsDeleted).Reverse();
                return Page("Stacks", ResultPage<Stack>.Of(described, stack => stack.StackId, next), StackDescriptions.Describe);
            case "ListStacks":
                var statuses = Allowed(query.List("StackStatusFilter"), "stackStatusFilter", StackStatus.All);
                var listed = store.Stacks.Where(stack => statuses.Count == 0 || statuses.Contains(stack.Status)).Reverse();
                return Page("StackSummaries", ResultPage<Stack>.Of(listed, stack => stack.StackId, next), StackDescriptions.Summary);
            case "DescribeStackEvents":
                var stack = stacks.Get(query["StackName"]);
                return Page(
                    "StackEvents",
                    ResultPage<StackEvent>.Of(stack.Events.Reverse(), happened => happened.EventId, next),
                    happened => StackDescriptions.Event(stack, happened));
            case "DescribeStackResource":
                var owner = stacks.Get(query["StackName"]);
                var wanted = Resource(owner, query["LogicalResourceId"]);
                return
                [
                    new XElement(
                        "StackResourceDetail",
                        StackDescriptions.Resource(owner, wanted, "LastUpdatedTimestamp", withStack: true)),
                ];
            case "DescribeStackResources":
                return
                [
                    Members(
                        "StackResources",
                        ResourcesOf(query),
                        found => StackDescriptions.Resource(found.Stack, found.Resource, "Timestamp", withStack: true)),
                ];
            case "ListStackResources":
                var holder = stacks.Get(query["StackName"]);
                return Page(
                    "StackResourceSummaries",
                    ResultPage<StackResource>.Of(holder.Resources, resource => resource.LogicalId, next),
                    resource => StackDescriptions.Resource(holder, resource, "LastUpdatedTimestamp", withStack: false));
            case "DescribeStackDriftDetectionStatus":
                var id = StackOperations.Required(query["StackDriftDetectionId"], "stackDriftDetectionId");
                return store.Stacks.SelectMany(item => item.DriftDetections.Select(drift => (Stack: item, Drift: drift)))
                    .FirstOrDefault(found => found.Drift.DetectionId == id) is ({ } driftOwner, { } detection)
                    ? StackDescriptions.Detection(driftOwner, detection).Cast<XElement?>()
                    : throw TemplateErrors.Validation($"Stack drift detection with id {id} does not exist");
            case "DescribeStackResourceDrifts":
                return Drifts(query, next);
            case "GetStackPolicy":
                return [Text("StackPolicyBody", stacks.Get(query["StackName"]).StackPolicy)];
            case "GetTemplate":
                // There are no transforms, so both stages are the same text.
                Allowed([query["TemplateStage"] ?? "Original"], "templateStage", "Original", "Processed");
                var body = query["ChangeSetName"] is { Length: > 0 } changeSetName
                    ? stacks.GetChangeSet(changeSetName, query["StackName"]).Definition.TemplateBody
                    : stacks.Get(query["StackName"]).Definition.TemplateBody;
                return [Text("TemplateBody", body), Members("StagesAvailable", ["Original", "Processed"], stage => stage)];
            case "ListExports":
                var exports =
                    from exporter in store.Stacks
                    where !exporter.IsDeleted
                    from output in exporter.Outputs
                    where output.ExportName is not null
                    select (Stack: exporter, Output: output);
                return Page(
                    "Exports",
                    ResultPage<(Stack Stack, StackOutput Output)>.Of(exports, found => found.Output.ExportName!, next),
                    found => StackDescriptions.Export(found.Stack, found.Output));
            case "ListImports":
                var export = StackOperations.Required(query["ExportName"], "exportName");
                var importers = store.Stacks.Where(user => !user.IsDeleted && user.Imports.Contains(export)).ToList();
                return importers.Count > 0
                    ? Page("Imports", ResultPage<Stack>.Of(importers, user => user.StackName, next), user => user.StackName)
                    : throw TemplateErrors.Validation($"Export '{export}' is not imported by any stack.");
            default:
                throw new AwsServiceException("InvalidAction", $"Local CloudFormation has no action {action}.");
        }
    }

    private async Task<XElement[]> DetectResourceDriftAsync(QueryRequest query, CancellationToken cancellationToken)
    {
        var id = StackOperations.Required(query["LogicalResourceId"], "logicalResourceId");
        var stack = await stacks.DetectDriftAsync(query["StackName"], [id], cancellationToken);
        var resource = Resource(stack, id);
        return resource.Drift is { } drift
            ? [new XElement("StackResourceDrift", StackDescriptions.Drift(stack, resource, drift))]
            : throw TemplateErrors.Validation($"Resource type {resource.Type} is not supported for drift detection");
    }

    private XElement?[] Drifts(QueryRequest query, string? next)
    {
        const int Most = 100;
        var stack = stacks.Get(query["StackName"]);
        var filters = Allowed(
            query.List("StackResourceDriftStatusFilters"),
            "stackResourceDriftStatusFilters",
            ResourceDrift.InSync,
            ResourceDrift.Modified,
            ResourceDrift.Deleted,
            ResourceDrift.NotChecked);
        var size = query["MaxResults"] is not { } text ? Most
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most ? number
            : throw TemplateErrors.Validation($"MaxResults is '{text}'; allowed are 1 to {Most}");
        var drifts = stack.Resources.Where(resource =>
            resource.Drift is { } drift && (filters.Count == 0 || filters.Contains(drift.Status)));
        return Page(
            "StackResourceDrifts",
            ResultPage<StackResource>.Of(drifts, resource => resource.LogicalId, next, size),
            resource => StackDescriptions.Drift(stack, resource, resource.Drift!));
    }

    private async Task<StackRequest> StackOfAsync(QueryRequest query, CancellationToken cancellationToken)
    {
        if (
            query.Names.FirstOrDefault(name =>
                Unsupported.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && query[name] is not ("false" or "")) is
            { } unsupported)
        {
            throw TemplateErrors.Validation($"{unsupported} is not supported by local AWS");
        }

        var parameters = query.Records("Parameters").Select(parameter => (
            Key: StackOperations.Required(parameter["ParameterKey"], "parameterKey"),
            Value: parameter["ParameterValue"],
            UsePrevious: parameter.Flag("UsePreviousValue"))).ToList();
        var usesPrevious = query.Flag("UsePreviousTemplate");
        return new StackRequest
        {
            StackName = query["StackName"],
            TemplateBody = usesPrevious
                ? await templates.TemplateAsync(query["TemplateBody"], query["TemplateURL"], cancellationToken)
                : await TemplateAsync(query, cancellationToken),
            UsePreviousTemplate = usesPrevious,
            Parameters = Map(
                parameters.Where(parameter => !parameter.UsePrevious),
                parameter => parameter.Key,
                parameter => parameter.Value ?? "",
                "parameter"),
            PreviousParameters = [.. parameters.Where(parameter => parameter.UsePrevious).Select(parameter => parameter.Key)],
            Tags = query.Records("Tags") is { Count: > 0 } tags ? TagsOf(tags)
                : Cleared(query, "Tags") ? new Dictionary<string, string>()
                : null,
            Capabilities = Allowed(
                query.List("Capabilities"),
                "capabilities",
                "CAPABILITY_IAM",
                "CAPABILITY_NAMED_IAM",
                "CAPABILITY_AUTO_EXPAND"),
            NotificationArns = query.List("NotificationARNs") is { Count: > 0 } arns ? arns
                : Cleared(query, "NotificationARNs") ? []
                : null,
            RoleArn = Role(query),
            TimeoutInMinutes = query["TimeoutInMinutes"] is not { } minutes ? null
                : int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var timeout) && timeout > 0 ? timeout
                : throw TemplateErrors.Validation($"TimeoutInMinutes must be a number greater than 0, but is '{minutes}'"),
            EnableTerminationProtection = query.Flag("EnableTerminationProtection"),
            OnFailure = OnFailure(query),
            ClientRequestToken = query["ClientRequestToken"],
            RetainExceptOnCreate = query.Flag("RetainExceptOnCreate"),
            StackPolicy = await PolicyAsync(query, "StackPolicy", cancellationToken),
            StackPolicyDuringUpdate = await PolicyAsync(query, "StackPolicyDuringUpdate", cancellationToken),
            Imports =
            [
                .. query.Records("ResourcesToImport").Select(resource => new ResourceToImport(
                    StackOperations.Required(resource["LogicalResourceId"], "logicalResourceId"),
                    StackOperations.Required(resource["ResourceType"], "resourceType"),
                    resource.Map("ResourceIdentifier"))),
            ],
        };
    }

    /// <summary>A list that is given and empty: clients write it as one empty parameter.</summary>
    private static bool Cleared(QueryRequest query, string name) => query[name] is "";

    private static Dictionary<string, string> TagsOf(IReadOnlyList<QueryRequest> records)
    {
        const int MaximumTags = 50;
        var tags = Map(records, tag => StackOperations.Required(tag["Key"], "tags.key"), tag => tag["Value"] ?? "", "tag");
        return tags.Count > MaximumTags ? throw TemplateErrors.Validation($"A stack has at most {MaximumTags} tags, not {tags.Count}")
            : tags.Keys.FirstOrDefault(key => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) is { } reserved
                ? throw TemplateErrors.Validation($"The tag key {reserved} begins with aws:, which AWS keeps for itself")
            : tags.FirstOrDefault(tag => tag.Key.Length > 128 || tag.Value.Length > 256) is { Key: { } tooLong }
                ? throw TemplateErrors.Validation($"The tag {tooLong} is too long: a key has at most 128 characters, a value 256")
            : tags;
    }

    private static string? Role(QueryRequest query) =>
        query["RoleARN"] is not { Length: > 0 } role ? null
        : RoleArn().IsMatch(role) ? role
        : throw TemplateErrors.Validation(
            $"Role {role} is invalid or cannot be assumed; a role is arn:aws:iam::, an account's 12 digits and :role/ with its name");

    private async Task<string> TemplateAsync(QueryRequest query, CancellationToken cancellationToken) =>
        await templates.TemplateAsync(query["TemplateBody"], query["TemplateURL"], cancellationToken)
        ?? throw TemplateErrors.Validation("Either Template URL or Template Body must be specified.");

    private async Task<string?> PolicyAsync(QueryRequest query, string name, CancellationToken cancellationToken)
    {
        var policy = await templates.PolicyAsync(query[name + "Body"], query[name + "URL"], cancellationToken);
        if (policy is not null)
        {
            StackPolicy.Parse(policy);
        }

        return policy;
    }

    private async Task<string> RequiredPolicyAsync(QueryRequest query, CancellationToken cancellationToken) =>
        await PolicyAsync(query, "StackPolicy", cancellationToken)
        ?? throw TemplateErrors.Validation("Either Stack Policy URL or Stack Policy Body must be specified.");

    private static string OnFailure(QueryRequest query)
    {
        var onFailure = query["OnFailure"] ?? query["OnStackFailure"];
        if (onFailure is not null && query["DisableRollback"] is not null)
        {
            throw TemplateErrors.Validation("You can specify either DisableRollback or OnFailure, but not both.");
        }

        return query.Flag("DisableRollback")
            ? "DO_NOTHING"
            : Allowed([onFailure ?? "ROLLBACK"], "onFailure", "ROLLBACK", "DO_NOTHING", "DELETE")[0];
    }

    private static IReadOnlyList<string> Allowed(IReadOnlyList<string> values, string member, params string[] allowed) =>
        values.FirstOrDefault(value => !allowed.Contains(value)) is { } unknown
            ? throw TemplateErrors.Validation(
                $"1 validation error detected: Value '{unknown}' at '{member}' failed to satisfy constraint: Member must satisfy enum "
                + $"value set: [{string.Join(", ", allowed)}]")
            : values;

    private static Dictionary<string, string> Map<T>(IEnumerable<T> items, Func<T, string> key, Func<T, string> value, string what)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!map.TryAdd(key(item), value(item)))
            {
                throw TemplateErrors.Validation($"Duplicate {what} key {key(item)}");
            }
        }

        return map;
    }

    private async Task<ChangeSetRequest> ChangeSetOfAsync(QueryRequest query, CancellationToken cancellationToken) => new(
        query["ChangeSetName"],
        Allowed([query["ChangeSetType"] ?? "UPDATE"], "changeSetType", "CREATE", "UPDATE", "IMPORT")[0],
        query["Description"],
        query["ClientToken"],
        await StackOfAsync(query, cancellationToken));

    private IEnumerable<(Stack Stack, StackResource Resource)> ResourcesOf(QueryRequest query)
    {
        if (query["PhysicalResourceId"] is { Length: > 0 } physicalId)
        {
            var found = (from stack in store.Stacks
                         where !stack.IsDeleted
                         from resource in stack.Resources
                         where resource.PhysicalId == physicalId
                         select (Stack: stack, Resource: resource)).ToList();
            return found.Count > 0
                ? from resource in found[0].Stack.Resources select (found[0].Stack, resource)
                : throw TemplateErrors.Validation($"Stack for {physicalId} does not exist");
        }

        var owner = stacks.Get(query["StackName"]);
        return query["LogicalResourceId"] is { Length: > 0 } logicalId
            ? [(owner, Resource(owner, logicalId))]
            : owner.Resources.Select(resource => (owner, resource));
    }

    private static StackResource Resource(Stack stack, string? logicalId) =>
        stack.Find(StackOperations.Required(logicalId, "logicalResourceId"))
        ?? throw TemplateErrors.Validation($"Resource {logicalId} does not exist for stack {stack.StackName}");

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+\z")]
    private static partial Regex RoleArn();
}
