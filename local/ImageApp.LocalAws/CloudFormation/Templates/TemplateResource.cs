using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A declared resource; nothing in it is resolved.</summary>
/// <param name="LogicalId">Its name in the template.</param>
/// <param name="Type">For example <c>AWS::S3::Bucket</c>.</param>
internal sealed record TemplateResource(string LogicalId, string Type)
{
    public JsonObject Properties { get; init; } = [];

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public string? Condition { get; init; }

    public string DeletionPolicy { get; init; } = ResourcePolicies.Delete;

    public string UpdateReplacePolicy { get; init; } = ResourcePolicies.Delete;
}
