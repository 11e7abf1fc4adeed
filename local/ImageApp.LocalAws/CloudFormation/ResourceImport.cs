using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What a change set that imports resources must be (CloudFormation User Guide, "Import AWS resources into a stack").</summary>
internal static class ResourceImport
{
    /// <summary>Checks that the template adds what is imported, and nothing else, and that it is there to be imported.</summary>
    /// <returns>The physical ids by logical id.</returns>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>, naming the resource.</exception>
    public static async Task<Dictionary<string, string>> CheckAsync(
        IReadOnlyList<ResourceToImport> wanted,
        Stack stack,
        BoundTemplate template,
        ChangePlan plan,
        CloudFormationStore store,
        ResourceTypes types,
        CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            throw TemplateErrors.Validation("A change set of the type IMPORT needs ResourcesToImport");
        }

        if (plan.StackChanges)
        {
            throw TemplateErrors.Validation("As part of the import operation, you cannot modify or add [Outputs, Tags]");
        }

        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var import in wanted)
        {
            var resource =
                template.Resources.FirstOrDefault(item => item.LogicalId == import.LogicalId)
                ?? throw TemplateErrors.Validation($"Resource {import.LogicalId} of ResourcesToImport is not in the template");
            var physicalId = Identify(import, resource, stack, types);
            RequireFree(physicalId, import, store);
            if (!ids.TryAdd(import.LogicalId, physicalId))
            {
                throw TemplateErrors.Validation($"ResourcesToImport has {import.LogicalId} twice");
            }

            if (await types.Readable(import.Type)!.ReadAsync(physicalId, resource.Properties, cancellationToken) is null)
            {
                throw TemplateErrors.Validation(
                    $"The resource {physicalId} of type {import.Type} (logical id {import.LogicalId}) does not exist");
            }
        }

        if (plan.Changes.Where(change => change.Action == "Add" && !ids.ContainsKey(change.LogicalId)).ToList() is { Count: > 0 } missing)
        {
            throw TemplateErrors.Validation(
                $"Resources [{string.Join(", ", missing.Select(change => change.LogicalId))}] is missing from ResourceToImport list");
        }

        if (plan.Changes.Where(change => change.Action != "Add").ToList() is { Count: > 0 } others)
        {
            throw TemplateErrors.Validation(
                "You have modified resources "
                + $"[{string.Join(", ", others.Select(change => change.LogicalId))}] in your template that are not being imported. Update, "
                + "create or delete operations cannot be executed during import operations.");
        }

        return ids;
    }

    /// <summary>The plan's additions, as imports.</summary>
    public static IReadOnlyList<ResourceChange> Changes(ChangePlan plan, IReadOnlyDictionary<string, string> imported) =>
        [.. plan.Changes.Select(change => change with { Action = "Import", PhysicalId = imported[change.LogicalId] })];

    private static string Identify(ResourceToImport import, TemplateResource resource, Stack stack, ResourceTypes types)
    {
        if (resource.Type != import.Type)
        {
            throw TemplateErrors.Validation(
                $"ResourcesToImport says that {import.LogicalId} is {import.Type}, but in the template it is {resource.Type}");
        }

        if (stack.Find(import.LogicalId) is not null)
        {
            throw TemplateErrors.Validation($"Resource {import.LogicalId} is already in the stack {stack.StackName}");
        }

        if (!resource.HasDeletionPolicy)
        {
            throw TemplateErrors.Validation(
                $"Resources [{import.LogicalId}] must have DeletionPolicy attribute specified in the template to be imported");
        }

        var name =
            types.ImportIdentifierOf(import.Type)
            ?? throw TemplateErrors.Validation($"ResourceTypes [{import.Type}] are not supported for Import");
        return import.Identifier.Count == 1 && import.Identifier.TryGetValue(name, out var value) && value.Length > 0
            ? value
            : throw TemplateErrors.Validation(
                $"The ResourceIdentifier of {import.LogicalId} must have the one property {name}, but has "
                + $"[{string.Join(", ", import.Identifier.Keys)}]");
    }

    private static void RequireFree(string physicalId, ResourceToImport import, CloudFormationStore store)
    {
        if (
            store.Stacks.FirstOrDefault(other =>
                !other.IsDeleted && other.Resources.Any(resource => resource.Type == import.Type && resource.PhysicalId == physicalId)) is
            { } owner)
        {
            throw TemplateErrors.Validation($"Resource {physicalId} already exists in stack {owner.StackId}");
        }
    }
}
