namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What a change set would do to a resource.</summary>
/// <param name="Action"><c>Add</c>, <c>Modify</c> or <c>Remove</c>.</param>
/// <param name="LogicalId">The resource.</param>
/// <param name="Type">Its type.</param>
/// <param name="PhysicalId">What exists of it; null for an addition.</param>
/// <param name="Replacement"><c>True</c> where a modification needs a new resource.</param>
internal sealed record ResourceChange(string Action, string LogicalId, string Type, string? PhysicalId, string? Replacement);
