using System.Globalization;
using System.Xml.Linq;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>CloudFormation's Query protocol (CloudFormation API Reference, version 2010-05-15).</summary>
internal sealed class CloudFormationApi(StackOperations stacks, CloudFormationStore store) : IAwsService
{
    private const string Version = "2010-05-15";

    /// <summary>As many as AWS gives at once; the other lists of a stack are shorter.</summary>
    private const int EventsPerPage = 100;

    /// <summary>What would change the meaning of a request if it were passed over.</summary>
    private static readonly string[] Unsupported =
    [
        "StackPolicy",
        "ResourceTypes.",
        "RollbackConfiguration.RollbackTriggers.",
        "ResourcesToImport.",
        "ImportExistingResources",
        "IncludeNestedStacks",
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
                return [Text("StackId", (await stacks.CreateAsync(StackOf(query), cancellationToken)).StackId)];
            case "UpdateStack":
                return [Text("StackId", (await stacks.UpdateAsync(StackOf(query), cancellationToken)).StackId)];
            case "DeleteStack":
                await stacks.DeleteAsync(query["StackName"], query.List("RetainResources"), query["ClientRequestToken"], cancellationToken);
                return null;
            case "UpdateTerminationProtection":
                var isProtected = query["EnableTerminationProtection"] is null
                    ? throw TemplateErrors.Validation("EnableTerminationProtection must be true or false")
                    : query.Flag("EnableTerminationProtection");
                var changed = await stacks.SetTerminationProtectionAsync(query["StackName"], isProtected, cancellationToken);
                return [Text("StackId", changed.StackId)];
            case "ContinueUpdateRollback":
                await stacks.ContinueUpdateRollbackAsync(query["StackName"], cancellationToken);
                return [];
            case "CreateChangeSet":
                var changeSet = await stacks.CreateChangeSetAsync(ChangeSetOf(query), cancellationToken);
                return [Text("Id", changeSet.Id), Text("StackId", changeSet.StackId)];
            case "ExecuteChangeSet":
                await stacks.ExecuteChangeSetAsync(
                    query["ChangeSetName"],
                    query["StackName"],
                    query["ClientRequestToken"],
                    query.Flag("DisableRollback"),
                    cancellationToken);
                return [];
            case "DeleteChangeSet":
                await stacks.DeleteChangeSetAsync(query["ChangeSetName"], query["StackName"], cancellationToken);
                return [];
            case "DescribeChangeSet":
                return Describe(stacks.GetChangeSet(query["ChangeSetName"], query["StackName"]));
            case "ListChangeSets":
                return [Members("Summaries", stacks.ChangeSetsOf(stacks.Get(query["StackName"])), Summary)];
            case "DescribeStacks":
                return
                [
                    Members(
                        "Stacks",
                        query["StackName"] is { Length: > 0 } name
                            ? [stacks.Get(name)]
                            : store.Stacks.Where(stack => !stack.IsDeleted).Reverse(),
                        Describe),
                ];
            case "ListStacks":
                var statuses = query.List("StackStatusFilter");
                return
                [
                    Members(
                        "StackSummaries",
                        store.Stacks.Where(stack => statuses.Count == 0 || statuses.Contains(stack.Status)).Reverse(),
                        Summary),
                ];
            case "DescribeStackEvents":
                return Events(query);
            case "DescribeStackResource":
                var owner = stacks.Get(query["StackName"]);
                return
                [
                    new XElement(
                        "StackResourceDetail",
                        Resource(owner, Resource(owner, query["LogicalResourceId"]), "LastUpdatedTimestamp", withStack: true)),
                ];
            case "DescribeStackResources":
                return
                [
                    Members(
                        "StackResources",
                        ResourcesOf(query),
                        found => Resource(found.Stack, found.Resource, "Timestamp", withStack: true)),
                ];
            case "ListStackResources":
                var listed = stacks.Get(query["StackName"]);
                return
                [
                    Members(
                        "StackResourceSummaries",
                        listed.Resources,
                        resource => Resource(listed, resource, "LastUpdatedTimestamp", withStack: false)),
                ];
            case "GetTemplate":
                var body = query["ChangeSetName"] is { Length: > 0 } changeSetName
                    ? stacks.GetChangeSet(changeSetName, query["StackName"]).Definition.TemplateBody
                    : stacks.Get(query["StackName"]).Definition.TemplateBody;
                return [Text("TemplateBody", body), Members("StagesAvailable", ["Original", "Processed"], stage => stage)];
            case "GetTemplateSummary":
                return Summary(stacks.Parse(query["StackName"] is { Length: > 0 } summarized
                    ? stacks.Get(summarized).Definition.TemplateBody
                    : Body(query)));
            case "ValidateTemplate":
                return Validated(stacks.Parse(Body(query)));
            case "ListExports":
                return
                [
                    Members(
                        "Exports",
                        from stack in store.Stacks
                        where !stack.IsDeleted
                        from output in stack.Outputs
                        where output.ExportName is not null
                        select (stack, output),
                        export =>
                            new object?[]
                            {
                                Text("ExportingStackId", export.stack.StackId),
                                Text("Name", export.output.ExportName),
                                Text("Value", export.output.Value),
                            }),
                ];
            case "ListImports":
                var export = StackOperations.Required(query["ExportName"], "exportName");
                return
                [
                    Members(
                        "Imports",
                        store.Stacks.Where(stack => !stack.IsDeleted && stack.Imports.Contains(export)),
                        stack => stack.StackName),
                ];
            default:
                throw new AwsServiceException("InvalidAction", $"Local CloudFormation has no action {action}.");
        }
    }

    private static StackRequest StackOf(QueryRequest query)
    {
        if (
            query.Names.FirstOrDefault(name =>
                Unsupported.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && query[name] != "false") is
            { } unsupported)
        {
            throw TemplateErrors.Validation($"{unsupported} is not supported by local AWS");
        }

        var parameters = query.Records("Parameters").Select(parameter => (
            Key: StackOperations.Required(parameter["ParameterKey"], "parameterKey"),
            Value: parameter["ParameterValue"],
            UsePrevious: parameter.Flag("UsePreviousValue"))).ToList();
        return new StackRequest
        {
            StackName = query["StackName"],
            TemplateBody = query["TemplateBody"] ?? (query.Flag("UsePreviousTemplate") ? null : Body(query)),
            UsePreviousTemplate = query.Flag("UsePreviousTemplate"),
            Parameters = Map(
                parameters.Where(parameter => !parameter.UsePrevious),
                parameter => parameter.Key,
                parameter => parameter.Value ?? "",
                "parameter"),
            PreviousParameters = [.. parameters.Where(parameter => parameter.UsePrevious).Select(parameter => parameter.Key)],
            Tags = query.Records("Tags") is { Count: > 0 } tags
                ? Map(tags, tag => StackOperations.Required(tag["Key"], "tags.key"), tag => tag["Value"] ?? "", "tag")
                : null,
            Capabilities = Allowed(
                query.List("Capabilities"),
                "capabilities",
                "CAPABILITY_IAM",
                "CAPABILITY_NAMED_IAM",
                "CAPABILITY_AUTO_EXPAND"),
            NotificationArns = query.List("NotificationARNs") is { Count: > 0 } arns ? arns : null,
            RoleArn = query["RoleARN"],
            TimeoutInMinutes = query["TimeoutInMinutes"] is not { } minutes ? null
                : int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var timeout) && timeout > 0 ? timeout
                : throw TemplateErrors.Validation($"TimeoutInMinutes must be a number greater than 0, but is '{minutes}'"),
            EnableTerminationProtection = query.Flag("EnableTerminationProtection"),
            OnFailure = OnFailure(query),
            ClientRequestToken = query["ClientRequestToken"],
        };
    }

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

    private static ChangeSetRequest ChangeSetOf(QueryRequest query) => new(
        query["ChangeSetName"],
        Allowed([query["ChangeSetType"] ?? "UPDATE"], "changeSetType", "CREATE", "UPDATE")[0],
        query["Description"],
        query["ClientToken"],
        StackOf(query));

    private static string Body(QueryRequest query) =>
        query["TemplateBody"] is { Length: > 0 } body ? body
        : query["TemplateURL"] is null ? throw TemplateErrors.Validation("Either Template URL or Template Body must be specified.")
        : throw TemplateErrors.Validation("TemplateURL is not supported by local AWS; send the template itself as TemplateBody");

    private static IEnumerable<object?> Describe(Stack stack) =>
        [
            .. Summary(stack, "Description"),
            Text("ChangeSetId", stack.ChangeSetId),
            Text("RoleARN", stack.RoleArn),
            Text("TimeoutInMinutes", stack.TimeoutInMinutes?.ToString(CultureInfo.InvariantCulture)),
            Flag("DisableRollback", stack.Operation?.OnFailure == "DO_NOTHING"),
            Flag("EnableTerminationProtection", stack.EnableTerminationProtection),
            Members("NotificationARNs", stack.Definition.NotificationArns, arn => arn),
            Members("Capabilities", stack.Definition.Capabilities, capability => capability),
            Parameters(stack.Definition),
            Tags(stack.Definition),
            Members(
                "Outputs",
                stack.Outputs,
                output =>
                    new object?[]
                    {
                        Text("OutputKey", output.Key),
                        Text("OutputValue", output.Value),
                        Text("Description", output.Description),
                        Text("ExportName", output.ExportName),
                    }),
        ];

    private static IEnumerable<object?> Summary(Stack stack) => Summary(stack, "TemplateDescription");

    private static IEnumerable<object?> Summary(Stack stack, string descriptionName) =>
    [
        Text("StackId", stack.StackId),
        Text("StackName", stack.StackName),
        Text(descriptionName, stack.Definition.Description),
        Time("CreationTime", stack.CreationTime),
        Time("LastUpdatedTime", stack.LastUpdatedTime),
        Time("DeletionTime", stack.DeletionTime),
        Text("StackStatus", stack.Status),
        Text("StackStatusReason", stack.StatusReason),
        new XElement("DriftInformation", Text("StackDriftStatus", "NOT_CHECKED")),
    ];

    private static XElement Parameters(StackDefinition definition) =>
        Members("Parameters", definition.Parameters, parameter => new object?[]
        {
            Text("ParameterKey", parameter.Key),
            Text("ParameterValue", definition.HiddenParameters.Contains(parameter.Key) ? "****" : parameter.Value),
        });

    private static XElement Tags(StackDefinition definition) =>
        Members("Tags", definition.Tags, tag => new object?[] { Text("Key", tag.Key), Text("Value", tag.Value) });

    private static IEnumerable<XElement?> Describe(ChangeSet changeSet) =>
    [
        .. Summary(changeSet),
        Parameters(changeSet.Definition),
        Tags(changeSet.Definition),
        Members("Capabilities", changeSet.Definition.Capabilities, capability => capability),
        Members("NotificationARNs", changeSet.Definition.NotificationArns, arn => arn),
        Text("OnStackFailure", changeSet.OnStackFailure),
        Members("Changes", changeSet.Changes, change => new object?[]
        {
            Text("Type", "Resource"),
            new XElement(
                "ResourceChange",
                Text("Action", change.Action),
                Text("LogicalResourceId", change.LogicalId),
                Text("PhysicalResourceId", change.PhysicalId),
                Text("ResourceType", change.Type),
                Text("Replacement", change.Replacement),
                Text("PolicyAction", change.PolicyAction switch
                {
                    null => null,
                    var action when change.Action == "Remove" => action,
                    "Delete" => "ReplaceAndDelete",
                    _ => "ReplaceAndRetain",
                }),
                Members("Scope", change.Scope, scope => scope),
                Members("Details", change.Details, detail => new object?[]
                {
                    new XElement(
                        "Target",
                        Text("Attribute", "Properties"),
                        Text("Name", detail.Path.Split('.')[0]),
                        Text("Path", "/Properties/" + detail.Path.Replace('.', '/')),
                        Text("RequiresRecreation", detail.RequiresRecreation)),
                    Text("Evaluation", detail.IsDynamic ? "Dynamic" : "Static"),
                    Text("ChangeSource", detail.IsDynamic ? "ResourceReference" : "DirectModification"),
                })),
        }),
    ];

    private static IEnumerable<XElement?> Summary(ChangeSet changeSet) =>
    [
        Text("ChangeSetId", changeSet.Id),
        Text("ChangeSetName", changeSet.Name),
        Text("StackId", changeSet.StackId),
        Text("StackName", changeSet.StackName),
        Text("Description", changeSet.Description),
        Time("CreationTime", changeSet.CreationTime),
        Text("Status", changeSet.Status),
        Text("StatusReason", changeSet.StatusReason),
        Text("ExecutionStatus", changeSet.ExecutionStatus),
    ];

    private XElement?[] Events(QueryRequest query)
    {
        var stack = stacks.Get(query["StackName"]);
        // Newest first; a page goes on below the event it is named after, whatever has happened since.
        var events = stack.Events.Reverse();
        if (query["NextToken"] is { Length: > 0 } last)
        {
            events = stack.Events.Any(e => e.EventId == last)
                ? events.SkipWhile(e => e.EventId != last).Skip(1)
                : throw TemplateErrors.Validation($"NextToken {last} is not one that this stack's events gave");
        }

        var page = events.Take(EventsPerPage + 1).ToList();
        return
        [
            Members("StackEvents", page.Take(EventsPerPage), e => new object?[]
            {
                Text("EventId", e.EventId),
                Text("StackId", stack.StackId),
                Text("StackName", stack.StackName),
                Text("LogicalResourceId", e.LogicalResourceId),
                Text("PhysicalResourceId", e.PhysicalResourceId ?? ""),
                Text("ResourceType", e.ResourceType),
                Time("Timestamp", e.Timestamp),
                Text("ResourceStatus", e.ResourceStatus),
                Text("ResourceStatusReason", e.ResourceStatusReason),
                Text("ClientRequestToken", e.ClientRequestToken),
            }),
            Text("NextToken", page.Count > EventsPerPage ? page[EventsPerPage - 1].EventId : null),
        ];
    }

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

    private static IEnumerable<object?> Resource(Stack stack, StackResource resource, string timestampName, bool withStack) =>
    [
        withStack ? Text("StackId", stack.StackId) : null,
        withStack ? Text("StackName", stack.StackName) : null,
        Text("LogicalResourceId", resource.LogicalId),
        Text("PhysicalResourceId", resource.PhysicalId),
        Text("ResourceType", resource.Type),
        Time(timestampName, resource.Timestamp),
        Text("ResourceStatus", resource.Status),
        Text("ResourceStatusReason", resource.StatusReason),
        new XElement("DriftInformation", Text("StackResourceDriftStatus", "NOT_CHECKED")),
    ];

    private static IEnumerable<XElement?> Summary(Template template) =>
        [
            Text("Description", template.Description),
            Text("Version", "2010-09-09"),
            Text("Metadata", template.Metadata?.ToJsonString()),
            Members(
                "Parameters",
                template.Parameters.Values,
                parameter =>
                    new object?[]
                    {
                        Text("ParameterKey", parameter.Name),
                        Text("DefaultValue", parameter.NoEcho && parameter.Default is not null ? "****" : parameter.Default),
                        Text("ParameterType", parameter.Type),
                        Flag("NoEcho", parameter.NoEcho),
                        Text("Description", parameter.Description),
                        new XElement(
                            "ParameterConstraints",
                            parameter.AllowedValues is { } values ? Members("AllowedValues", values, value => value) : null),
                    }),
            Members("ResourceTypes", template.Resources.Values.Select(resource => resource.Type).Distinct(), type => type),
        ];

    private static IEnumerable<XElement?> Validated(Template template) =>
    [
        Text("Description", template.Description),
        Members("Parameters", template.Parameters.Values, parameter => new object?[]
        {
            Text("ParameterKey", parameter.Name),
            Text("DefaultValue", parameter.NoEcho && parameter.Default is not null ? "****" : parameter.Default),
            Flag("NoEcho", parameter.NoEcho),
            Text("Description", parameter.Description),
        }),
    ];

    private static XElement? Text(string name, string? value) => value is null ? null : new XElement(name, value);

    private static XElement Flag(string name, bool value) => new(name, value ? "true" : "false");

    private static XElement? Time(string name, DateTimeOffset? value) =>
        Text(name, value?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));

    private static XElement Members<T>(string name, IEnumerable<T> items, Func<T, object?> content) =>
        new(name, items.Select(item => new XElement("member", content(item))));
}
