using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ImageApp.Tests.Deploy;

/// <summary>A template of <c>deploy/</c> as JSON, its short functions (<c>!Ref</c>, <c>!GetAtt</c>, ...) written out.</summary>
internal sealed partial class DeployTemplate
{
    private DeployTemplate(string name, JsonObject root)
    {
        Name = name;
        Root = root;
    }

    public string Name { get; }

    public JsonObject Root { get; }

    public JsonObject Resources => Root[nameof(Resources)]!.AsObject();

    public static DeployTemplate Load(string name)
    {
        var path =
            name == "image-events.template"
                ? Path.Combine(RepositoryRoot.Path, "ImageApp.AppHost", name)
                : Path.Combine(RepositoryRoot.Path, "deploy", name);
        var yaml = new YamlStream();
        using var reader = new StreamReader(path);
        yaml.Load(reader);
        return new DeployTemplate(name, Convert(yaml.Documents[0].RootNode)!.AsObject());
    }

    public static IEnumerable<string> Names =>
        Directory
            .EnumerateFiles(Path.Combine(RepositoryRoot.Path, "deploy"), "*.yaml")
            .Select(path => Path.GetFileName(path)!)
            .Append("image-events.template")
            .Order();

    /// <summary>The properties of every resource of a type.</summary>
    public IEnumerable<(string Id, JsonObject Properties)> OfType(string type) =>
        Resources
            .Where(resource => (string?)resource.Value!["Type"] == type)
            .Select(resource => (resource.Key, resource.Value!["Properties"] as JsonObject ?? []));

    public JsonObject Only(string type) => OfType(type).Single().Properties;

    /// <summary>Every name that a part refers to: by Ref, GetAtt, Sub, DependsOn or a condition.</summary>
    public static IEnumerable<(string Kind, string Name)> References(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray array:
                return array.SelectMany(References);
            case JsonObject { Count: 1 } single when single.First() is { Key: "Ref", Value: JsonValue value }:
                return [("Ref", (string)value!)];
            case JsonObject { Count: 1 } single when single.First() is { Key: "Fn::GetAtt", Value: JsonArray parts }:
                return [("GetAtt", string.Join('.', parts.Select(part => (string)part!)))];
            case JsonObject { Count: 1 } single when single.First() is { Key: "Fn::Sub", Value: JsonValue text }:
                return Variable()
                    .Matches((string)text!)
                    .Select(match => match.Groups[1].Value)
                    .Select(name => (name.Contains('.') ? "GetAtt" : "Ref", name));
            case JsonObject { Count: 1 } single when single.First() is { Key: "Fn::Sub", Value: JsonArray parts }:
                var own = parts[1]!.AsObject();
                return References(new JsonObject { ["Fn::Sub"] = parts[0]!.DeepClone() })
                    .Where(reference => !own.ContainsKey(reference.Name))
                    .Concat(own.SelectMany(entry => References(entry.Value)));
            case JsonObject { Count: 1 } single when single.First() is { Key: "Fn::If", Value: JsonArray parts }:
                return parts.Skip(1).SelectMany(References).Append(("Condition", (string)parts[0]!));
            case JsonObject map:
                return map.SelectMany(entry => References(entry.Value));
            default:
                return [];
        }
    }

    private static JsonNode? Convert(YamlNode node)
    {
        JsonNode? value = node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Convert(entry.Value)))
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" or "false" } scalar => bool.Parse(scalar.Value!),
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when long.TryParse(scalar.Value, out var number) => number,
            YamlScalarNode scalar => scalar.Value,
            _ => null,
        };
        if (node.Tag.IsEmpty || !node.Tag.Value.StartsWith('!'))
        {
            return value;
        }

        var function = node.Tag.Value[1..];
        return function switch
        {
            "Ref" or "Condition" => new JsonObject { [function] = value },
            "GetAtt" when node is YamlScalarNode scalar => new JsonObject
            {
                ["Fn::GetAtt"] = new JsonArray([.. scalar.Value!.Split('.', 2).Select(part => (JsonNode)part)]),
            },
            _ => new JsonObject { [$"Fn::{function}"] = value },
        };
    }

    [GeneratedRegex(@"\$\{(?!!)([^}]+)\}")]
    private static partial Regex Variable();
}
