namespace ImageApp.LocalAws.CloudFormation;

/// <summary>An output of a stack.</summary>
internal sealed record StackOutput(string Key, string Value, string? Description, string? ExportName);
