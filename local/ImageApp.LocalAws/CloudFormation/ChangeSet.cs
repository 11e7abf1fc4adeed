namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Changes to a stack that are looked at before they are made.</summary>
internal sealed record ChangeSet
{
    /// <summary>Its ARN.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string StackId { get; init; }

    public required string StackName { get; init; }

    /// <summary><c>CREATE</c> or <c>UPDATE</c>.</summary>
    public required string Type { get; init; }

    public string? Description { get; init; }

    public string? ClientToken { get; init; }

    public required StackDefinition Definition { get; init; }

    public required DateTimeOffset CreationTime { get; init; }

    /// <summary><c>CREATE_COMPLETE</c> or <c>FAILED</c>.</summary>
    public required string Status { get; init; }

    public string? StatusReason { get; init; }

    /// <summary><c>AVAILABLE</c>, <c>UNAVAILABLE</c> or <c>EXECUTE_COMPLETE</c>.</summary>
    public required string ExecutionStatus { get; init; }

    public string OnStackFailure { get; init; } = "ROLLBACK";

    public string? RoleArn { get; init; }

    public IReadOnlyList<ResourceChange> Changes { get; init; } = [];
}
