using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ImageApp.LocalAws.CloudFormation.Templates;

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

    /// <summary>What updates may do to its resources, JSON; null where they may do everything.</summary>
    public string? StackPolicy { get; init; }

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

    /// <summary>The event up to which the stack's topics have been told.</summary>
    public string? NotifiedEventId { get; init; }

    // What a file of an earlier version does not have, is null when it is read.

    /// <summary>The latest drift detections, oldest first.</summary>
    public IReadOnlyList<StackDrift> DriftDetections { get; init => field = value ?? []; } = [];

    /// <summary>The latest drift detection of the whole stack.</summary>
    [JsonIgnore]
    public StackDrift? LastDrift => DriftDetections.Count == 0 ? null : DriftDetections[^1];

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

/// <summary>What a stack is asked to be: the part of it that its owner gives.</summary>
internal sealed record StackDefinition
{
    public required string TemplateBody { get; init; }

    /// <summary>Values as given, and the defaults of those that were not.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameters whose values are not shown (<c>NoEcho</c>).</summary>
    public IReadOnlyList<string> HiddenParameters { get; init; } = [];

    /// <summary>The template's.</summary>
    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyList<string> NotificationArns { get; init; } = [];
}

/// <summary>What is being done to a stack, with all that is needed to go on with it, or back, after a restart.</summary>
internal sealed record StackOperation(string Kind)
{
    public const string Create = "CreateStack";
    public const string Update = "UpdateStack";
    public const string Delete = "DeleteStack";
    public const string Import = "ImportResources";

    public string? ClientRequestToken { get; init; }

    /// <summary><c>ROLLBACK</c>, <c>DO_NOTHING</c> or <c>DELETE</c>.</summary>
    public string OnFailure { get; init; } = "ROLLBACK";

    /// <summary>Where an update goes back to if it fails.</summary>
    public StackSnapshot? Previous { get; init; }

    /// <summary>Resources that the stack no longer has: deleted at the end of the operation.</summary>
    public IReadOnlyList<StackResource> Cleanup { get; init; } = [];

    /// <summary>Logical ids that a deletion leaves alone.</summary>
    public IReadOnlyList<string> Retain { get; init; } = [];

    /// <summary>Whether a deletion goes on where a resource cannot be deleted.</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether a rollback deletes what the operation created also where it is to be retained.</summary>
    public bool RetainExceptOnCreate { get; init; }

    /// <summary>The stack policy that an update is held to, JSON; null where it may do everything.</summary>
    public string? StackPolicy { get; init; }

    /// <summary>Logical ids that a rollback leaves as they are.</summary>
    public IReadOnlyList<string> Skip { get; init => field = value ?? []; } = [];

    /// <summary>The physical ids of the resources that an import takes in, by logical id.</summary>
    public IReadOnlyDictionary<string, string> Imported
    {
        get;
        init => field = value ?? new Dictionary<string, string>();
    } = new Dictionary<string, string>();
}

/// <summary>A stack as it was before an update.</summary>
internal sealed record StackSnapshot(
    StackDefinition Definition,
    IReadOnlyList<StackResource> Resources,
    IReadOnlyList<StackOutput> Outputs,
    IReadOnlyList<string> Imports);

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

    /// <summary>The stack's tags that it was last given.</summary>
    public IReadOnlyDictionary<string, string> StackTags
    {
        get;
        init => field = value ?? new Dictionary<string, string>();
    } = new Dictionary<string, string>();

    /// <summary>What its latest drift detection found.</summary>
    public ResourceDrift? Drift { get; init; }

    public required string Status { get; init; }

    public string? StatusReason { get; init; }

    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A resolved output.</summary>
internal sealed record StackOutput(string Key, string Value, string? Description, string? ExportName);

/// <summary>A change of state of a stack or of one of its resources.</summary>
internal sealed record StackEvent(
    string EventId,
    DateTimeOffset Timestamp,
    string LogicalResourceId,
    string? PhysicalResourceId,
    string ResourceType,
    string ResourceStatus,
    string? ResourceStatusReason,
    string? ClientRequestToken);
