namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What an update would do to one resource (CloudFormation API Reference, data type ResourceChange).</summary>
/// <param name="Action"><c>Add</c>, <c>Modify</c> or <c>Remove</c>.</param>
/// <param name="LogicalId">Its name in the template.</param>
/// <param name="PhysicalId">Null for one that is added.</param>
/// <param name="Type">The resource's type.</param>
internal sealed record ResourceChange(string Action, string LogicalId, string? PhysicalId, string Type)
{
    /// <summary><c>True</c>, <c>False</c> or <c>Conditional</c>; only with <c>Modify</c>.</summary>
    public string? Replacement { get; init; }

    /// <summary>What becomes of a resource that is removed or replaced: <c>Delete</c> or <c>Retain</c>.</summary>
    public string? PolicyAction { get; init; }

    /// <summary>The parts that change: <c>Properties</c>, <c>DeletionPolicy</c>, <c>UpdateReplacePolicy</c>.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    public IReadOnlyList<PropertyChange> Details { get; init; } = [];
}
