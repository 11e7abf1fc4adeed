using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Protocols;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>
/// Reads a template's text, JSON or YAML, into one form: JSON with the long names of the intrinsic functions
/// (CloudFormation User Guide, "CloudFormation template formats").
/// </summary>
internal static partial class TemplateReader
{
    private const int MaximumDepth = 100;

    /// <exception cref="AwsServiceException">The text is neither well-formed JSON nor well-formed YAML, or is not an object.</exception>
    public static JsonObject Read(string body) =>
        body.AsSpan().TrimStart().StartsWith('{') ? ReadJson(body) : ReadYaml(body);

    private static JsonObject ReadJson(string body)
    {
        try
        {
            var node = JsonText.Parse(body, MaximumDepth);
            RefuseNulls(node, "");
            return (JsonObject)node!;
        }
        catch (JsonException e)
        {
            throw TemplateErrors.Format(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"JSON not well-formed. (line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1}): {e.Message}"));
        }
    }

    private static void RefuseNulls(JsonNode? node, string path)
    {
        switch (node)
        {
            case null:
                throw NullValue(path);
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    RefuseNulls(member, $"{path}/{name}");
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    RefuseNulls(items[i], string.Create(CultureInfo.InvariantCulture, $"{path}/{i}"));
                }

                break;
        }
    }

    private static AwsServiceException NullValue(string path) =>
        TemplateErrors.Format($"[{path}] 'null' values are not allowed in templates");

    private static JsonObject ReadYaml(string body)
    {
        try
        {
            var parser = new Parser(new StringReader(body));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                throw TemplateErrors.Format("unsupported structure.");
            }

            var root = ReadNode(parser, "", 0);
            parser.Consume<DocumentEnd>();
            return root as JsonObject ?? throw TemplateErrors.Format("unsupported structure.");
        }
        catch (YamlException e)
        {
            throw TemplateErrors.Format(string.Create(
                CultureInfo.InvariantCulture, $"YAML not well-formed. (line {e.Start.Line}, column {e.Start.Column}): {e.Message}"));
        }
        catch (InvalidOperationException)
        {
            // What YamlDotNet's scanner throws of some texts that are not YAML, without a place.
            throw TemplateErrors.Format("YAML not well-formed.");
        }
    }

    private static JsonNode ReadNode(Parser parser, string path, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw TemplateErrors.Format($"[{path}] is nested deeper than {MaximumDepth} levels");
        }

        switch (parser.Current)
        {
            case Scalar scalar:
                parser.MoveNext();
                return scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific || !scalar.Tag.IsLocal
                    ? PlainValue(scalar, path)
                    : ShortForm(scalar.Tag.Value, JsonValue.Create(scalar.Value), scalar.Start);

            case MappingStart mapping:
                {
                    var members = new JsonObject();
                    parser.MoveNext();
                    while (!parser.TryConsume<MappingEnd>(out _))
                    {
                        var key = parser.TryConsume<Scalar>(out var name)
                            ? name
                            : throw new YamlException(parser.Current!.Start, parser.Current.End, "a key must be a string");
                        if (key.Value == "<<" && key.Style == ScalarStyle.Plain)
                        {
                            throw TemplateErrors.Format($"[{path}] YAML hash merges are not supported in CloudFormation templates");
                        }

                        var value = ReadNode(parser, $"{path}/{key.Value}", depth + 1);
                        if (!members.TryAdd(key.Value, value))
                        {
                            throw TemplateErrors.Format(
                                string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"YAML not well-formed. (line {key.Start.Line}, column {key.Start.Column}): "
                                    + $"duplicate key '{key.Value}'"));
                        }
                    }

                    return mapping.Tag.IsLocal ? ShortForm(mapping.Tag.Value, members, mapping.Start) : members;
                }

            case SequenceStart sequence:
                {
                    var items = new JsonArray();
                    parser.MoveNext();
                    while (!parser.TryConsume<SequenceEnd>(out _))
                    {
                        items.Add(ReadNode(parser, string.Create(CultureInfo.InvariantCulture, $"{path}/{items.Count}"), depth + 1));
                    }

                    return sequence.Tag.IsLocal ? ShortForm(sequence.Tag.Value, items, sequence.Start) : items;
                }

            case AnchorAlias alias:
                throw TemplateErrors.Format($"[{path}] YAML aliases (*{alias.Value}) are not supported in CloudFormation templates");

            default:
                throw TemplateErrors.Format("unsupported structure.");
        }
    }

    private static JsonValue PlainValue(Scalar scalar, string path)
    {
        if (scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty)
        {
            return JsonValue.Create(scalar.Value);
        }

        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => throw NullValue(path),
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            var text when Number().IsMatch(text) => (JsonValue)JsonNode.Parse(text)!,
            // Also dates and numbers with leading zeros, which an account id may have, stay what was written.
            var text => JsonValue.Create(text),
        };
    }

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?\z")]
    private static partial Regex Number();

    private static JsonObject ShortForm(string tag, JsonNode argument, Mark position)
    {
        var name = tag[1..];
        if (name is "Ref" or "Condition")
        {
            return new JsonObject { [name] = argument };
        }

        if (!IntrinsicFunction.Names.Contains("Fn::" + name))
        {
            throw TemplateErrors.Format(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"YAML not well-formed. (line {position.Line}, column {position.Column}): unknown tag {tag}"));
        }

        if (
            name == "GetAtt"
            && argument is JsonValue text
            && text.GetValue<string>() is { } dotted
            && dotted.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
        {
            argument = new JsonArray(dotted[..dot], dotted[(dot + 1)..]);
        }

        return new JsonObject { ["Fn::" + name] = argument };
    }
}
