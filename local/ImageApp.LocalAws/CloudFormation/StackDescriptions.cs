using System.Xml.Linq;
using ImageApp.LocalAws.CloudFormation.Templates;
using static ImageApp.LocalAws.CloudFormation.QueryXml;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// Stacks, their parts and change sets as CloudFormation's answers tell them (CloudFormation API Reference, "Data types").
/// </summary>
internal static class StackDescriptions
{
    public static IEnumerable<object?> Describe(Stack stack) =>
        [
            .. Summary(stack, "Description"),
            Text("ChangeSetId", stack.ChangeSetId),
            Text("RoleARN", stack.RoleArn),
            Number("TimeoutInMinutes", stack.TimeoutInMinutes),
            Flag("DisableRollback", stack.Operation?.OnFailure == "DO_NOTHING"),
            Flag("EnableTerminationProtection", stack.EnableTerminationProtection),
            Flag("RetainExceptOnCreate", stack.Operation?.RetainExceptOnCreate == true),
            Text("DeletionMode", stack.Operation is { Kind: StackOperation.Delete, IsForced: true } ? "FORCE_DELETE_STACK" : null),
            new XElement("RollbackConfiguration", new XElement("RollbackTriggers")),
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

    public static IEnumerable<object?> Summary(Stack stack) => Summary(stack, "TemplateDescription");

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
        new XElement(
            "DriftInformation",
            Text("StackDriftStatus", stack.LastDrift?.StackDriftStatus ?? "NOT_CHECKED"),
            Time("LastCheckTimestamp", stack.LastDrift?.Timestamp)),
    ];

    private static XElement Parameters(StackDefinition definition) =>
        Members("Parameters", definition.Parameters, parameter => new object?[]
        {
            Text("ParameterKey", parameter.Key),
            Text("ParameterValue", definition.HiddenParameters.Contains(parameter.Key) ? "****" : parameter.Value),
        });

    private static XElement Tags(StackDefinition definition) =>
        Members("Tags", definition.Tags, tag => new object?[] { Text("Key", tag.Key), Text("Value", tag.Value) });

    public static IEnumerable<XElement?> Describe(ChangeSet changeSet) =>
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
                        Text("Attribute", detail.Path == PropertyChange.Tags ? "Tags" : "Properties"),
                        Text("Name", detail.Path == PropertyChange.Tags ? null : detail.Path.Split('.')[0]),
                        Text("Path", detail.Path == PropertyChange.Tags ? null : "/Properties/" + detail.Path.Replace('.', '/')),
                        Text("RequiresRecreation", detail.RequiresRecreation)),
                    Text("Evaluation", detail.IsDynamic ? "Dynamic" : "Static"),
                    Text("ChangeSource", detail.IsDynamic ? "ResourceReference" : "DirectModification"),
                })),
        }),
    ];

    public static IEnumerable<XElement?> Summary(ChangeSet changeSet) =>
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

    public static IEnumerable<object?> Resource(Stack stack, StackResource resource, string timestampName, bool withStack) =>
    [
        withStack ? Text("StackId", stack.StackId) : null,
        withStack ? Text("StackName", stack.StackName) : null,
        Text("LogicalResourceId", resource.LogicalId),
        Text("PhysicalResourceId", resource.PhysicalId),
        Text("ResourceType", resource.Type),
        Time(timestampName, resource.Timestamp),
        Text("ResourceStatus", resource.Status),
        Text("ResourceStatusReason", resource.StatusReason),
        new XElement(
            "DriftInformation",
            Text("StackResourceDriftStatus", resource.Drift?.Status ?? "NOT_CHECKED"),
            Time("LastCheckTimestamp", resource.Drift?.Timestamp)),
    ];

    public static IEnumerable<XElement?> Summary(Template template, ResourceTypes types) =>
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
            Members(
                "ResourceIdentifierSummaries",
                template.Resources.Values.GroupBy(resource => resource.Type).Where(type => types.ImportIdentifierOf(type.Key) is not null),
                type =>
                    new object?[]
                    {
                        Text("ResourceType", type.Key),
                        Members("LogicalResourceIds", type, resource => resource.LogicalId),
                        Members("ResourceIdentifiers", [types.ImportIdentifierOf(type.Key)!], name => name),
                    }),
        ];

    public static IEnumerable<XElement?> Validated(Template template) =>
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

    public static IEnumerable<object?> Event(Stack stack, StackEvent e) =>
    [
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
    ];

    public static IEnumerable<object?> Export(Stack stack, StackOutput output) =>
    [
        Text("ExportingStackId", stack.StackId),
        Text("Name", output.ExportName),
        Text("Value", output.Value),
    ];

    public static IEnumerable<object?> Detection(Stack stack, StackDrift drift) =>
    [
        Text("StackId", stack.StackId),
        Text("StackDriftDetectionId", drift.DetectionId),
        Text("StackDriftStatus", drift.StackDriftStatus),
        Text("DetectionStatus", drift.DetectionStatus),
        Text("DetectionStatusReason", drift.Reason),
        Number("DriftedStackResourceCount", drift.DriftedResources),
        Time("Timestamp", drift.Timestamp),
    ];

    public static IEnumerable<object?> Drift(Stack stack, StackResource resource, ResourceDrift drift) =>
    [
        Text("StackId", stack.StackId),
        Text("LogicalResourceId", resource.LogicalId),
        Text("PhysicalResourceId", resource.PhysicalId),
        Text("ResourceType", resource.Type),
        Text("ExpectedProperties", drift.Expected),
        Text("ActualProperties", drift.Actual),
        Members("PropertyDifferences", drift.Differences, difference => new object?[]
        {
            Text("PropertyPath", difference.Path),
            Text("ExpectedValue", difference.Expected),
            Text("ActualValue", difference.Actual),
            Text("DifferenceType", difference.Type),
        }),
        Text("StackResourceDriftStatus", drift.Status),
        Text("DriftStatusReason", drift.Reason),
        Time("Timestamp", drift.Timestamp),
    ];
}
