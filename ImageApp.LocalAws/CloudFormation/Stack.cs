namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A stack: what it should be, what exists of it, and what happened to it.</summary>
internal sealed record Stack(string Name, string Id, DateTimeOffset CreatedAt)
{
    /// <summary>The template as it came.</summary>
    public string TemplateBody { get; init; } = "";

    public Dictionary<string, string> Parameters { get; init; } = [];

    public Dictionary<string, string> Tags { get; init; } = [];

    public List<string> Capabilities { get; init; } = [];

    /// <summary>For example <c>CREATE_COMPLETE</c>.</summary>
    public string Status { get; init; } = "REVIEW_IN_PROGRESS";

    public string? StatusReason { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Whether a failed creation is left as it is instead of being rolled back.</summary>
    public bool DisableRollback { get; init; }

    /// <summary>What exists, in the order it was made.</summary>
    public List<StackResource> Resources { get; init; } = [];

    public List<StackOutput> Outputs { get; init; } = [];

    /// <summary>Newest last.</summary>
    public List<StackEvent> Events { get; init; } = [];

    public List<ChangeSet> ChangeSets { get; init; } = [];

    /// <summary>What the stack was before the update under way: what a rollback goes back to.</summary>
    public StackSnapshot? Previous { get; init; }

    public bool IsInProgress => Status.EndsWith("_IN_PROGRESS", StringComparison.Ordinal) && Status != "REVIEW_IN_PROGRESS";
}
