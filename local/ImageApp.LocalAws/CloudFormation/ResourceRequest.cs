using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What CloudFormation asks of a resource type's handler.</summary>
/// <param name="StackName">The stack, for generated names.</param>
/// <param name="StackId">The stack's ARN.</param>
/// <param name="LogicalId">The resource's name in the template.</param>
/// <param name="GeneratedName">A name that is unique to this creation, <c>stack-LogicalId-SUFFIX</c>, for a resource whose template names none.</param>
/// <param name="Properties">The resolved properties: no intrinsic function is left. Scalars may be JSON strings, numbers or booleans.</param>
public sealed record ResourceRequest(string StackName, string StackId, string LogicalId, string GeneratedName, JsonObject Properties)
{
    /// <summary>
    /// The same creation was interrupted before and may have made the resource, wholly or in part: one that is found
    /// under its name is this stack's own and is taken over.
    /// </summary>
    public bool IsRetry { get; init; }
}
