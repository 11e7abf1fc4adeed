using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Reads resolved properties, whose scalars may be JSON strings, numbers or booleans.</summary>
internal static class ResourceProperties
{
    /// <summary>A scalar as text; null where it is missing.</summary>
    public static string? Text(this JsonNode? node, string name) => node is JsonObject parent && parent[name] is { } value ? Scalar(value) : null;

    /// <summary>A required scalar.</summary>
    /// <exception cref="AwsServiceException">It is missing.</exception>
    public static string Required(this JsonObject node, string name) =>
        node.Text(name) ?? throw new AwsServiceException("ValidationError", $"Properties validation failed: required key [{name}] not found");

    /// <summary>A list of scalars; a lone scalar counts as a list of one.</summary>
    public static List<string> Texts(this JsonNode? node, string name) => (node as JsonObject)?[name] switch
    {
        null => [],
        JsonArray many => [.. many.Select(item => Scalar(item!))],
        var one => [Scalar(one)],
    };

    /// <summary>A list of objects.</summary>
    public static List<JsonObject> Objects(this JsonNode? node, string name) => (node as JsonObject)?[name] is JsonArray many ? [.. many.OfType<JsonObject>()] : [];

    /// <summary>CloudFormation's tags.</summary>
    public static Dictionary<string, string> Tags(this JsonObject node) => node.Objects("Tags").ToDictionary(tag => tag.Required("Key"), tag => tag.Text("Value") ?? "");

    /// <summary>An object property as JSON text, or the text where it is one already; null where it is missing.</summary>
    public static string? Document(this JsonObject node, string name) => node[name] switch
    {
        null => null,
        JsonValue value => Scalar(value),
        var document => document.ToJsonString(),
    };

    private static string Scalar(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number or JsonValueKind.String => value.ToString(),
        var kind => throw new AwsServiceException("ValidationError", string.Create(CultureInfo.InvariantCulture, $"Properties validation failed: expected a text or number, found {kind}: {value.ToJsonString()}")),
    };
}
