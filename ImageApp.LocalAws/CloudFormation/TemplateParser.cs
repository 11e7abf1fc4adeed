using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Reads templates in JSON or YAML; the short forms of functions become the long ones.</summary>
internal static class TemplateParser
{
    /// <summary>Reads a template.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: it is neither JSON nor YAML, or no object.</exception>
    public static JsonObject Parse(string body)
    {
        if (body.AsSpan().TrimStart() is ['{', ..])
        {
            try
            {
                return JsonNode.Parse(body) as JsonObject ?? throw Unreadable("it is no object");
            }
            catch (JsonException e)
            {
                throw Unreadable(e.Message);
            }
        }

        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(body));
            return yaml.Documents.Count == 1 && Convert(yaml.Documents[0].RootNode) is JsonObject template ? template : throw Unreadable("it is no object");
        }
        catch (YamlException e)
        {
            throw Unreadable($"line {e.Start.Line}: {e.Message}");
        }
    }

    private static JsonNode? Convert(YamlNode node)
    {
        JsonNode? value = node switch
        {
            YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value ?? "", Convert(child.Value)))),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
            YamlScalarNode scalar => Scalar(scalar),
            _ => throw Unreadable($"line {node.Start.Line}: anchors and aliases are not supported"),
        };
        if (node.Tag.IsEmpty || node.Tag.Value is not ['!', not '!', ..] tag)
        {
            return value;
        }

        return tag[1..] switch
        {
            "Ref" => new JsonObject { ["Ref"] = value },
            "Condition" => new JsonObject { ["Condition"] = value },
            "GetAtt" => new JsonObject { ["Fn::GetAtt"] = value is JsonArray ? value : new JsonArray([.. value!.ToString().Split('.', 2).Select(part => (JsonNode)part)]) },
            var name => new JsonObject { ["Fn::" + name] = value },
        };
    }

    // YAML's plain scalars carry their type; everything quoted is text.
    private static JsonValue? Scalar(YamlScalarNode scalar) => scalar.Style is not ScalarStyle.Plain ? JsonValue.Create(scalar.Value) : scalar.Value switch
    {
        null or "" or "~" or "null" => scalar.Tag.IsEmpty ? null : JsonValue.Create(""),
        "true" or "True" => JsonValue.Create(true),
        "false" or "False" => JsonValue.Create(false),
        // A number with a leading zero is an identifier, an account for example.
        { } text when (text == "0" || !text.StartsWith('0')) && long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        { } text => JsonValue.Create(text),
    };

    private static AwsServiceException Unreadable(string reason) => new("ValidationError", $"Template format error: the template is not well-formed: {reason}.");
}
