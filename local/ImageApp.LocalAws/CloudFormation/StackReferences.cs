using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>References to resources that exist.</summary>
internal sealed class StackReferences(CloudFormationStore store, Func<Stack> stack) : IResourceReferences
{
    /// <summary>The exports that were asked for.</summary>
    public HashSet<string> Imports { get; } = new(StringComparer.Ordinal);

    public string Ref(string logicalId) => Find(logicalId).PhysicalId!;

    public string GetAtt(string logicalId, string attribute) =>
        Find(logicalId).Attributes.TryGetValue(attribute, out var value)
            ? value
            : throw TemplateParser.UnknownAttribute(logicalId, attribute);

    public string Import(string exportName)
    {
        Imports.Add(exportName);
        return store.Stacks.Where(other => !other.IsDeleted && other.StackId != stack().StackId)
            .SelectMany(other => other.Outputs)
            .FirstOrDefault(output => output.ExportName == exportName)?.Value
            ?? throw TemplateErrors.Validation($"No export named {exportName} found.");
    }

    private StackResource Find(string logicalId) =>
        stack().Find(logicalId) is { PhysicalId: not null } resource
            ? resource
            : throw TemplateErrors.Format($"Unresolved resource dependencies [{logicalId}] in the Resources block of the template");
}
