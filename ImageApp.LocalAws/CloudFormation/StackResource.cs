using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A resource of a stack.</summary>
internal sealed record StackResource(string LogicalId, string Type, string PhysicalId)
{
    /// <summary>For example <c>CREATE_COMPLETE</c>.</summary>
    public string Status { get; init; } = "CREATE_COMPLETE";

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The properties it was made with, resolved.</summary>
    public JsonObject Properties { get; init; } = [];

    public Dictionary<string, string> Attributes { get; init; } = [];

    /// <summary>Whether it stays when the stack no longer has it.</summary>
    public bool Retain { get; init; }
}
