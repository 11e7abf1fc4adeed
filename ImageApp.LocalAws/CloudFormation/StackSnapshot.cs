namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A stack as it was.</summary>
internal sealed record StackSnapshot(string TemplateBody, Dictionary<string, string> Parameters, Dictionary<string, string> Tags, List<StackResource> Resources, List<StackOutput> Outputs);
