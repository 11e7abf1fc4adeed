using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>All that is known of a stack, as it is kept on disk. A change makes a new one, so a reader never sees half a change.</summary>
internal sealed record Stack
{
    /// <summary>Its ARN; a deleted stack and its successor share the name but not this.</summary>
    public required string StackId { get; init; }

    public required string StackName { get; init; }

    public required StackDefinition Definition { get; init; }

    public required string Status { get; init; }

    public string? StatusReason { get; init; }

    public required DateTimeOffset CreationTime { get; init; }

    public DateTimeOffset? LastUpdatedTime { get; init; }

    public DateTimeOffset? DeletionTime { get; init; }

    public string? RoleArn { get; init; }

    public int? TimeoutInMinutes { get; init; }

    public bool EnableTerminationProtection { get; init; }

    /// <summary>The change set last executed.</summary>
    public string? ChangeSetId { get; init; }

    public IReadOnlyList<StackResource> Resources { get; init; } = [];

    public IReadOnlyList<StackOutput> Outputs { get; init; } = [];

    /// <summary>The exports of other stacks that this one uses.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StackEvent> Events { get; init; } = [];

    /// <summary>The operation that runs, or ran last.</summary>
    public StackOperation? Operation { get; init; }

    [JsonIgnore]
    public bool IsDeleted => Status == StackStatus.DeleteComplete;

    public StackResource? Find(string logicalId) => Resources.FirstOrDefault(resource => resource.LogicalId == logicalId);

    /// <summary>With <paramref name="resource"/> in place of the one of its logical id, or added.</summary>
    public Stack With(StackResource resource) => this with
    {
        Resources = Find(resource.LogicalId) is null
            ? [.. Resources, resource]
            : [.. Resources.Select(other => other.LogicalId == resource.LogicalId ? resource : other)],
    };

    public Stack Without(string logicalId) => this with { Resources = [.. Resources.Where(resource => resource.LogicalId != logicalId)] };
}
