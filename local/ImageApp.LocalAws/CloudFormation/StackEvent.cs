namespace ImageApp.LocalAws.CloudFormation;

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
