using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A declared output; nothing in it is resolved.</summary>
internal sealed record TemplateOutput(string Name, JsonNode Value, string? Description, string? Condition, JsonNode? ExportName);
