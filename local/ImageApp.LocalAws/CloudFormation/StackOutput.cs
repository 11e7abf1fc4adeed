namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A resolved output.</summary>
internal sealed record StackOutput(string Key, string Value, string? Description, string? ExportName);
