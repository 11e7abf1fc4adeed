using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Resolves the functions of a template (CloudFormation User Guide, "Intrinsic function reference").</summary>
internal sealed class TemplateEvaluator
{
    private readonly Template _template;
    private readonly Dictionary<string, JsonNode?> _parameters = [];
    private readonly Dictionary<string, StackResource> _resources;
    private readonly Func<string, string?> _import;
    private readonly Dictionary<string, bool> _conditions = [];

    /// <summary>Prepares to evaluate for a stack.</summary>
    /// <param name="template">The template.</param>
    /// <param name="stack">The stack: its name, id, parameters and existing resources.</param>
    /// <param name="options">Account and region.</param>
    /// <param name="import">Finds another stack's export.</param>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: a parameter is missing, unknown or not allowed.</exception>
    public TemplateEvaluator(Template template, Stack stack, LocalAwsOptions options, Func<string, string?> import)
    {
        _template = template;
        _import = import;
        _resources = stack.Resources.GroupBy(resource => resource.LogicalId).ToDictionary(group => group.Key, group => group.Last());
        if (stack.Parameters.Keys.Except(template.Parameters.Select(parameter => parameter.Key)).ToList() is { Count: > 0 } unknown)
        {
            throw Template.Invalid($"Parameters: [{string.Join(", ", unknown)}] do not exist in the template");
        }

        var missing = new List<string>();
        foreach (var (name, declaration) in template.Parameters)
        {
            if ((stack.Parameters.GetValueOrDefault(name) ?? declaration.Text("Default")) is { } value)
            {
                _parameters[name] = ParameterValue(name, declaration!, value);
            }
            else
            {
                missing.Add(name);
            }
        }

        if (missing.Count > 0)
        {
            throw Template.Invalid($"Parameters: [{string.Join(", ", missing)}] must have values");
        }

        _parameters["AWS::AccountId"] = options.AccountId;
        _parameters["AWS::Region"] = options.Region;
        _parameters["AWS::StackName"] = stack.Name;
        _parameters["AWS::StackId"] = stack.Id;
        _parameters["AWS::Partition"] = "aws";
        _parameters["AWS::URLSuffix"] = "amazonaws.com";
        _parameters["AWS::NotificationARNs"] = new JsonArray();
    }

    /// <summary>Makes a resource known to those that refer to it.</summary>
    public void Add(StackResource resource) => _resources[resource.LogicalId] = resource;

    /// <summary>Whether a resource or output with this condition is wanted.</summary>
    public bool IsWanted(JsonNode? item) => (string?)item?["Condition"] is not { } condition || Condition(condition);

    /// <summary>A node with every function resolved; null where it is <c>AWS::NoValue</c>.</summary>
    public JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonArray items => new JsonArray([.. items.Select(Resolve).Where(item => item is not null)]),
        JsonObject { Count: 1 } call when call.First() is var (name, argument) && (name == "Ref" || name.StartsWith("Fn::", StringComparison.Ordinal)) => Call(name, argument),
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Resolve(field.Value))).Where(field => field.Value is not null)),
        _ => node?.DeepClone(),
    };

    /// <summary>A node that must resolve to text.</summary>
    public string Text(JsonNode? node) => Resolve(node) switch
    {
        JsonValue value => Plain(value),
        var other => throw Template.Invalid($"Template error: a text was expected, found {other?.ToJsonString() ?? "nothing"}"),
    };

    private JsonNode? Call(string function, JsonNode? argument)
    {
        switch (function)
        {
            case "Ref":
                return Reference(argument!.ToString());
            case "Fn::GetAtt":
                return Attribute(argument is JsonArray parts ? $"{parts[0]}.{Text(parts[1])}" : argument!.ToString());
            case "Fn::Sub":
                return Substitute(argument!);
            case "Fn::Join":
                var join = Arguments(function, argument, 2);
                return string.Join(join[0]!.ToString(), Items(function, join[1]).Select(item => Plain(item!.AsValue())));
            case "Fn::Split":
                var split = Arguments(function, argument, 2);
                return new JsonArray([.. Text(split[1]).Split(split[0]!.ToString()).Select(part => (JsonNode)part)]);
            case "Fn::Select":
                var select = Arguments(function, argument, 2);
                var items = Items(function, select[1]);
                var index = int.Parse(Text(select[0]), CultureInfo.InvariantCulture);
                return index >= 0 && index < items.Count ? items[index]!.DeepClone() : throw Template.Invalid($"Template error: Fn::Select cannot select nonexistent value at index {index}");
            case "Fn::If":
                var branches = Arguments(function, argument, 3);
                return Resolve(branches[Condition(branches[0]!.ToString()) ? 1 : 2]);
            case "Fn::Equals" or "Fn::Not" or "Fn::And" or "Fn::Or":
                return IsTrue(new JsonObject { [function] = argument?.DeepClone() });
            case "Fn::FindInMap":
                var map = Arguments(function, argument, 3);
                return _template.Mappings[map[0]!.ToString()]?[Text(map[1])]?[Text(map[2])]?.DeepClone()
                    ?? throw Template.Invalid($"Template error: Unable to get mapping for {map[0]}::{Text(map[1])}::{Text(map[2])}");
            case "Fn::Base64":
                return Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(argument)));
            case "Fn::ImportValue":
                var export = Text(argument);
                return _import(export) ?? throw Template.Invalid($"No export named {export} found.");
            case "Fn::GetAZs":
                var region = argument is null || Text(argument).Length == 0 ? Plain(_parameters["AWS::Region"]!.AsValue()) : Text(argument);
                return new JsonArray(region + "a", region + "b", region + "c");
            default:
                throw Template.Invalid($"Template validation error: {function} is not supported by local CloudFormation.");
        }
    }

    private JsonNode? Reference(string name)
    {
        if (name == "AWS::NoValue")
        {
            return null;
        }

        return _parameters.TryGetValue(name, out var value) ? value?.DeepClone()
            : _resources.TryGetValue(name, out var resource) ? resource.PhysicalId
            : throw Template.Invalid($"Template format error: Unresolved resource dependencies [{name}]");
    }

    private string Attribute(string path)
    {
        var parts = path.Split('.', 2);
        if (!_resources.TryGetValue(parts[0], out var resource))
        {
            throw Template.Invalid($"Template format error: Unresolved resource dependencies [{parts[0]}]");
        }

        return parts.Length == 2 && resource.Attributes.TryGetValue(parts[1], out var value)
            ? value
            : throw Template.Invalid($"Template error: resource {parts[0]} does not support attribute type {parts.ElementAtOrDefault(1)} in Fn::GetAtt");
    }

    private string Substitute(JsonNode argument)
    {
        var text = argument is JsonArray list ? list[0]!.ToString() : argument.ToString();
        var own = argument is JsonArray { Count: 2 } pair ? pair[1] as JsonObject ?? [] : [];
        return Substitution.Replace(text, name =>
            own.ContainsKey(name) ? Text(own[name])
            : name.Contains('.', StringComparison.Ordinal) ? Attribute(name)
            : Reference(name) is JsonValue value ? Plain(value) : throw Template.Invalid($"Template error: variable {name} in Fn::Sub is no text"));
    }

    private bool Condition(string name)
    {
        if (_conditions.TryGetValue(name, out var known))
        {
            return known;
        }

        if (!_template.Conditions.TryGetPropertyValue(name, out var expression))
        {
            throw Template.Invalid($"Template format error: Unresolved condition {name}");
        }

        return _conditions[name] = IsTrue(expression);
    }

    private bool IsTrue(JsonNode? expression)
    {
        if (expression is not JsonObject { Count: 1 } call)
        {
            return expression is JsonValue value && Plain(value) == "true";
        }

        var (function, argument) = call.First();
        return function switch
        {
            "Condition" => Condition(argument!.ToString()),
            "Fn::Equals" => Arguments(function, argument, 2) is var both && JsonNode.DeepEquals(Comparable(both[0]), Comparable(both[1])),
            "Fn::Not" => !IsTrue(Arguments(function, argument, 1)[0]),
            "Fn::And" => argument!.AsArray().All(IsTrue),
            "Fn::Or" => argument!.AsArray().Any(IsTrue),
            _ => Text(expression) == "true",
        };

        JsonNode? Comparable(JsonNode? node) => Resolve(node) is JsonValue value ? Plain(value) : Resolve(node);
    }

    private List<JsonNode?> Items(string function, JsonNode? node) => Resolve(node) switch
    {
        JsonArray items => [.. items],
        _ => throw Template.Invalid($"Template error: every {function} object requires a list as its last argument"),
    };

    private static JsonArray Arguments(string function, JsonNode? argument, int count) => argument is JsonArray list && list.Count == count
        ? list
        : throw Template.Invalid($"Template error: every {function} object requires {count} arguments");

    private static string Plain(JsonValue value) => value.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => "true",
        System.Text.Json.JsonValueKind.False => "false",
        _ => value.ToString(),
    };

    private static JsonNode ParameterValue(string name, JsonNode declaration, string value)
    {
        var type = declaration.Text("Type") ?? throw Template.Invalid($"Template format error: Every Parameters object must contain a Type member: {name}");
        var values = type is "CommaDelimitedList" or "List<Number>" ? value.Split(',', StringSplitOptions.TrimEntries) : [value];
        foreach (var item in values)
        {
            CheckParameter(name, declaration, type, item);
        }

        return type switch
        {
            "String" or "Number" => JsonValue.Create(value),
            "CommaDelimitedList" or "List<Number>" => new JsonArray([.. values.Where(item => item.Length > 0).Select(item => (JsonNode)item)]),
            _ => throw Template.Invalid($"Template format error: parameter {name} has type {type}; local CloudFormation has String, Number, List<Number> and CommaDelimitedList."),
        };
    }

    private static void CheckParameter(string name, JsonNode declaration, string type, string value)
    {
        var numeric = type is "Number" or "List<Number>";
        var number = 0m;
        if (numeric && !decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out number))
        {
            throw Template.Invalid($"Parameter '{name}' must be a number.");
        }

        var problem =
            declaration.Texts("AllowedValues") is { Count: > 0 } allowed && !allowed.Contains(value) ? $"must be one of AllowedValues [{string.Join(", ", allowed)}]"
            : declaration.Text("AllowedPattern") is { } pattern && !Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.None, TimeSpan.FromSeconds(1)) ? $"must match pattern {pattern}"
            : Bound("MinLength") is { } minLength && value.Length < minLength ? $"must contain at least {minLength} characters"
            : Bound("MaxLength") is { } maxLength && value.Length > maxLength ? $"must contain at most {maxLength} characters"
            : numeric && Bound("MinValue") is { } min && number < min ? $"must be a number not less than {min}"
            : numeric && Bound("MaxValue") is { } max && number > max ? $"must be a number not greater than {max}"
            : null;
        if (problem is not null)
        {
            throw Template.Invalid($"Parameter '{name}' {declaration.Text("ConstraintDescription") ?? problem}; it is '{(declaration.Text("NoEcho") == "true" ? "****" : value)}'.");
        }

        decimal? Bound(string bound) => declaration.Text(bound) is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;
    }
}
