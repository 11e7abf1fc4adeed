namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Something that happened to a stack or to one of its resources.</summary>
internal sealed record StackEvent(string EventId, DateTimeOffset Timestamp, string LogicalId, string? PhysicalId, string Type, string Status, string? Reason);
