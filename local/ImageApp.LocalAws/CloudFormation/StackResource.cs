using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A resource of a stack.</summary>
/// <param name="LogicalId">Its name in the template.</param>
/// <param name="Type">For example <c>AWS::SQS::Queue</c>.</param>
internal sealed record StackResource(string LogicalId, string Type)
{
    /// <summary>The name offered to its handler; kept, so that a creation which was interrupted is repeated under the same name.</summary>
    public required string GeneratedName { get; init; }

    /// <summary>Null until it is created.</summary>
    public string? PhysicalId { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The resolved properties that were last asked for. Never changed in place.</summary>
    public JsonObject Properties { get; init; } = [];

    /// <summary>The logical ids that were there before it, and so are deleted after it.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    public string DeletionPolicy { get; init; } = ResourcePolicies.Delete;

    public string UpdateReplacePolicy { get; init; } = ResourcePolicies.Delete;

    public required string Status { get; init; }

    public string? StatusReason { get; init; }

    public DateTimeOffset Timestamp { get; init; }
}
