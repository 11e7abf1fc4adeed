using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Foresees what an update would do, without doing it.</summary>
internal sealed class ChangePlan : IResourceReferences
{
    /// <summary>Stands in resolved properties for what is known only once a resource has been made.</summary>
    private const string Unknown = "{{changeSet:KNOWN_AFTER_APPLY}}";

    private readonly Stack _stack;
    private readonly StackReferences _current;
    private readonly HashSet<string> _new = new(StringComparer.Ordinal);

    private ChangePlan(Stack stack, CloudFormationStore store)
    {
        _stack = stack;
        _current = new StackReferences(store, () => stack);
    }

    /// <summary>What happens to each resource.</summary>
    public required IReadOnlyList<ResourceChange> Changes { get; init; }

    /// <summary>Whether the stack itself would become another: its outputs or tags.</summary>
    public required bool StackChanges { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Changes.Count == 0 && !StackChanges;

    public static ChangePlan Of(
        Stack stack, StackDefinition definition, BoundTemplate template, CloudFormationStore store, ResourceTypes types)
    {
        var draft = new ChangePlan(stack, store) { Changes = [], StackChanges = false };
        var changes = template
            .Resources.Select(resource => draft.Change(resource, template, definition.Tags, types))
            .OfType<ResourceChange>()
            .ToList();
        var kept = template.Resources.Select(resource => resource.LogicalId).ToHashSet(StringComparer.Ordinal);
        changes.AddRange(
            from resource in stack.Resources
            where !kept.Contains(resource.LogicalId)
            select new ResourceChange("Remove", resource.LogicalId, resource.PhysicalId, resource.Type)
            {
                PolicyAction = Policy(resource.DeletionPolicy),
            });
        return new ChangePlan(stack, store) { Changes = changes, StackChanges = draft.StackDiffers(definition, template) };
    }

    public string Ref(string logicalId) => _new.Contains(logicalId) ? Unknown : _current.Ref(logicalId);

    public string GetAtt(string logicalId, string attribute) => _new.Contains(logicalId) ? Unknown : _current.GetAtt(logicalId, attribute);

    public string Import(string exportName) => _current.Import(exportName);

    private ResourceChange? Change(
        TemplateResource resource,
        BoundTemplate template,
        IReadOnlyDictionary<string, string> stackTags,
        ResourceTypes types)
    {
        var handler = types[resource.Type];
        if (_stack.Find(resource.LogicalId) is not { PhysicalId: not null } existing)
        {
            _new.Add(resource.LogicalId);
            return new ResourceChange("Add", resource.LogicalId, null, resource.Type);
        }

        if (existing.Type != resource.Type)
        {
            throw TypeChange(existing, resource);
        }

        var properties = (JsonObject)template.Resolve(resource.Properties, this)!;
        var details = ResourceProperties.Differences(existing.Properties, properties).Select(path =>
        {
            var isDynamic = MentionsUnknown(At(properties, path.Split('.')[0]));
            var recreation = !ResourceProperties.NeedsReplacement(handler, path) ? "Never" : isDynamic ? "Conditionally" : "Always";
            return new PropertyChange(path, recreation, isDynamic);
        }).ToList();
        List<string> scope = [];
        if (details.Count > 0)
        {
            scope.Add("Properties");
        }

        if (types.HasTags(resource.Type) && !SameTags(existing.StackTags, stackTags))
        {
            scope.Add("Tags");
            details.Add(new PropertyChange(PropertyChange.Tags, "Never", IsDynamic: false));
        }

        if (existing.DeletionPolicy != resource.DeletionPolicy)
        {
            scope.Add("DeletionPolicy");
        }

        if (existing.UpdateReplacePolicy != resource.UpdateReplacePolicy)
        {
            scope.Add("UpdateReplacePolicy");
        }

        if (scope.Count == 0)
        {
            return null;
        }

        var replacement = details.Any(detail => detail.RequiresRecreation == "Always") ? "True"
            : details.Any(detail => detail.RequiresRecreation == "Conditionally") ? "Conditional"
            : "False";
        if (replacement != "False")
        {
            _new.Add(resource.LogicalId);
        }

        return new ResourceChange("Modify", resource.LogicalId, existing.PhysicalId, resource.Type)
        {
            Replacement = replacement,
            PolicyAction = replacement == "False" ? null : Policy(resource.UpdateReplacePolicy),
            Scope = scope,
            Details = details,
        };
    }

    public static AwsServiceException TypeChange(StackResource existing, TemplateResource resource) =>
        TemplateErrors.Validation(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: "
            + $"[{resource.LogicalId}] ({existing.Type} to {resource.Type})");

    private bool StackDiffers(StackDefinition definition, BoundTemplate template)
    {
        var outputs = template.Outputs.Select(output => (
            output.Name,
            ResolveOutput(output.Value, template),
            output.Description,
            output.ExportName is null ? null : ResolveOutput(output.ExportName, template)));
        return !outputs.SequenceEqual(_stack.Outputs.Select(output => (output.Key, output.Value, output.Description, output.ExportName)))
            || !SameTags(definition.Tags, _stack.Definition.Tags);
    }

    public static bool SameTags(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(tag => right.TryGetValue(tag.Key, out var value) && value == tag.Value);

    private string ResolveOutput(JsonNode node, BoundTemplate template) =>
        template.ResolveText(node, this, "an output");

    private static string Policy(string policy) => policy == ResourcePolicies.Delete ? "Delete" : "Retain";

    private static JsonNode? At(JsonObject properties, string name) => properties[name];

    private static bool MentionsUnknown(JsonNode? node) => node switch
    {
        JsonObject members => members.Any(member => MentionsUnknown(member.Value)),
        JsonArray items => items.Any(MentionsUnknown),
        _ => ScalarText.TryText(node, out var text) && text.Contains(Unknown, StringComparison.Ordinal),
    };
}
