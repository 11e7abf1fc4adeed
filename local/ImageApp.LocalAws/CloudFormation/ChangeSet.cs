namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Changes to a stack that are looked at before they are made.</summary>
internal sealed record ChangeSet
{
    /// <summary>Its ARN.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string StackId { get; init; }

    public required string StackName { get; init; }

    /// <summary><c>CREATE</c>, <c>UPDATE</c> or <c>IMPORT</c>.</summary>
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

    /// <summary>The physical ids of the resources that an import takes in, by logical id.</summary>
    public IReadOnlyDictionary<string, string> Imported
    {
        get;
        init => field = value ?? new Dictionary<string, string>();
    } = new Dictionary<string, string>();
}

/// <summary>What an update would do to one resource (CloudFormation API Reference, data type ResourceChange).</summary>
/// <param name="Action"><c>Add</c>, <c>Modify</c>, <c>Remove</c> or <c>Import</c>.</param>
/// <param name="LogicalId">Its name in the template.</param>
/// <param name="PhysicalId">Null for one that is added.</param>
/// <param name="Type">The resource's type.</param>
internal sealed record ResourceChange(string Action, string LogicalId, string? PhysicalId, string Type)
{
    /// <summary><c>True</c>, <c>False</c> or <c>Conditional</c>; only with <c>Modify</c>.</summary>
    public string? Replacement { get; init; }

    /// <summary>What becomes of a resource that is removed or replaced: <c>Delete</c> or <c>Retain</c>.</summary>
    public string? PolicyAction { get; init; }

    /// <summary>The parts that change: <c>Properties</c>, <c>Tags</c>, <c>DeletionPolicy</c>, <c>UpdateReplacePolicy</c>.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    public IReadOnlyList<PropertyChange> Details { get; init; } = [];
}

/// <summary>A property whose value changes.</summary>
/// <param name="Path">Its name, nested ones with dots.</param>
/// <param name="RequiresRecreation"><c>Never</c>, <c>Always</c> or <c>Conditionally</c>.</param>
/// <param name="IsDynamic">The new value is known only once another resource has been made.</param>
internal sealed record PropertyChange(string Path, string RequiresRecreation, bool IsDynamic)
{
    /// <summary>In place of a path: the tags that the resource has from its stack.</summary>
    public const string Tags = "/Tags";
}
