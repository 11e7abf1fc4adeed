using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A template whose structure and references are known to be sound; its parameters have no values yet.</summary>
internal sealed record Template
{
    public string? Description { get; init; }

    public JsonNode? Metadata { get; init; }

    public required OrderedDictionary<string, TemplateParameter> Parameters { get; init; }

    public required JsonObject Mappings { get; init; }

    public required OrderedDictionary<string, JsonNode> Conditions { get; init; }

    public required OrderedDictionary<string, TemplateResource> Resources { get; init; }

    public required OrderedDictionary<string, TemplateOutput> Outputs { get; init; }
}
