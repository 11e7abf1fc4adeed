namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A planned creation or update.</summary>
internal sealed record ChangeSet(string Name, string Id, DateTimeOffset CreatedAt, string TemplateBody, Dictionary<string, string> Parameters)
{
    public Dictionary<string, string> Tags { get; init; } = [];

    public List<string> Capabilities { get; init; } = [];

    /// <summary><c>CREATE_COMPLETE</c> or <c>FAILED</c>.</summary>
    public string Status { get; init; } = "CREATE_COMPLETE";

    public string? StatusReason { get; init; }

    /// <summary><c>AVAILABLE</c>, <c>UNAVAILABLE</c> or <c>EXECUTE_COMPLETE</c>.</summary>
    public string ExecutionStatus { get; init; } = "AVAILABLE";

    public List<ResourceChange> Changes { get; init; } = [];
}
