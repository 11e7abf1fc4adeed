namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A stack as it was before an update.</summary>
internal sealed record StackSnapshot(
    StackDefinition Definition,
    IReadOnlyList<StackResource> Resources,
    IReadOnlyList<StackOutput> Outputs,
    IReadOnlyList<string> Imports);
