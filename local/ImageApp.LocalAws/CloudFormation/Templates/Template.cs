using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A template whose structure and references are known to be sound; its parameters have no values yet.</summary>
internal sealed record Template
{
    public string? Description { get; init; }

    public JsonNode? Metadata { get; init; }

    public required OrderedDictionary<string, TemplateParameter> Parameters { get; init; }

    public required JsonObject Mappings { get; init; }

    public required OrderedDictionary<string, JsonNode> Conditions { get; init; }

    public required OrderedDictionary<string, TemplateResource> Resources { get; init; }

    public required OrderedDictionary<string, TemplateOutput> Outputs { get; init; }
}

/// <summary>A declared resource; nothing in it is resolved.</summary>
/// <param name="LogicalId">Its name in the template.</param>
/// <param name="Type">For example <c>AWS::S3::Bucket</c>.</param>
internal sealed record TemplateResource(string LogicalId, string Type)
{
    public JsonObject Properties { get; init; } = [];

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public string? Condition { get; init; }

    public string DeletionPolicy { get; init; } = ResourcePolicies.Delete;

    /// <summary>Whether the template says what becomes of it, as an import needs.</summary>
    public bool HasDeletionPolicy { get; init; }

    public string UpdateReplacePolicy { get; init; } = ResourcePolicies.Delete;
}

/// <summary>
/// What becomes of a resource that the stack no longer needs (the attributes <c>DeletionPolicy</c> and <c>UpdateReplacePolicy</c>).
/// </summary>
internal static class ResourcePolicies
{
    public const string Delete = "Delete";

    public const string Retain = "Retain";

    /// <summary>As <see cref="Retain"/>, except where the operation that created the resource is rolled back.</summary>
    public const string RetainExceptOnCreate = "RetainExceptOnCreate";
}

/// <summary>A declared output; nothing in it is resolved.</summary>
internal sealed record TemplateOutput(string Name, JsonNode Value, string? Description, string? Condition, JsonNode? ExportName);
