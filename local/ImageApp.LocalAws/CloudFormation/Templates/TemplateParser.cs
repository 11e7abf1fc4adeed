using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>
/// Turns a template's text into a <see cref="Template"/>, with all the checks that AWS makes before it creates anything
/// (CloudFormation User Guide, "Template sections").
/// </summary>
internal static partial class TemplateParser
{
    private static readonly string[] Sections =
    [
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Rules",
        "Mappings",
        "Conditions",
        "Transform",
        "Resources",
        "Outputs",
        "Hooks",
    ];

    private static readonly string[] ParameterMembers =
    [
        "Type",
        "Default",
        "Description",
        "AllowedValues",
        "AllowedPattern",
        "ConstraintDescription",
        "MinLength",
        "MaxLength",
        "MinValue",
        "MaxValue",
        "NoEcho",
    ];

    private static readonly string[] ResourceMembers =
        ["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];

    private static readonly string[] ConditionFunctions = ["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"];

    /// <param name="body">JSON or YAML.</param>
    /// <param name="types">The resource types that exist.</param>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: what is wrong with it.</exception>
    public static Template Parse(string body, ResourceTypes types)
    {
        var root = TemplateReader.Read(body);
        if (root.Select(section => section.Key).Except(Sections, StringComparer.Ordinal).ToList() is { Count: > 0 } unknown)
        {
            throw TemplateErrors.Format($"Invalid template property or properties [{string.Join(", ", unknown)}]");
        }

        foreach (var unsupported in new[] { "Transform", "Rules", "Hooks" })
        {
            if (root.ContainsKey(unsupported))
            {
                throw TemplateErrors.Format($"the section {unsupported} is not supported by local AWS");
            }
        }

        if (root["AWSTemplateFormatVersion"] is { } version && Text(version, "AWSTemplateFormatVersion") != "2010-09-09")
        {
            throw TemplateErrors.Format($"Template format version must be 2010-09-09, but is {version}");
        }

        var template = new Template
        {
            Description = root["Description"] is { } description ? Text(description, "Description") : null,
            Metadata = root["Metadata"],
            Parameters = Each(root, "Parameters", Parameter),
            Mappings = Mappings(Section(root, "Mappings")),
            Conditions = Each(root, "Conditions", (_, node) => node),
            Resources = Each(root, "Resources", Resource),
            Outputs = Each(root, "Outputs", Output),
        };
        if (template.Resources.Count == 0)
        {
            throw TemplateErrors.Format("At least one Resources member must be defined.");
        }

        CheckTypes(template, types);
        CheckConditions(template);
        CheckReferences(template, types);
        DependencyOrder.Of(template.Resources.Values, resource => resource.LogicalId, Dependencies);
        return template;
    }

    /// <summary>The logical ids of everything a resource mentions, whatever the conditions.</summary>
    private static IEnumerable<string> Dependencies(TemplateResource resource) =>
    [
        .. resource.DependsOn,
        .. from reference in TemplateReference.In(resource.Properties)
           where reference.Kind is TemplateReferenceKind.Value or TemplateReferenceKind.Attribute
           select reference.Name,
    ];

    private static JsonObject Section(JsonObject root, string name) => root[name] switch
    {
        null => [],
        JsonObject section => section,
        _ => throw TemplateErrors.Format($"the section {name} must be an object"),
    };

    private static OrderedDictionary<string, T> Each<T>(JsonObject root, string section, Func<string, JsonNode, T> read)
    {
        var items = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, node) in Section(root, section))
        {
            if (!LogicalName().IsMatch(name))
            {
                throw TemplateErrors.Format($"{section.TrimEnd('s')} name {name} is non alphanumeric.");
            }

            items.Add(name, read(name, node!));
        }

        return items;
    }

    private static JsonObject Members(JsonNode node, string section, string name, string kind, string[] allowed)
    {
        var members = node as JsonObject ?? throw TemplateErrors.Format($"[/{section}/{name}] must be an object");
        foreach (var (member, _) in members)
        {
            if (!allowed.Contains(member, StringComparer.Ordinal))
            {
                throw TemplateErrors.Format(
                    $"Invalid template {kind} property '{member}' in [/{section}/{name}]; allowed are {string.Join(", ", allowed)}");
            }
        }

        return members;
    }

    private static string Text(JsonNode node, string path) =>
        ScalarText.TryText(node, out var text) ? text : throw TemplateErrors.Format($"[/{path}] must be a string");

    private static TemplateParameter Parameter(string name, JsonNode node)
    {
        var members = Members(node, "Parameters", name, "parameter", ParameterMembers);
        string? Member(string member) => members[member] is { } value ? Text(value, $"Parameters/{name}/{member}") : null;
        long? Length(string member) => Member(member) is not { } text ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
            : throw TemplateErrors.Format($"[/Parameters/{name}/{member}] must be a number that is not negative");
        decimal? Bound(string member) => Member(member) is not { } text ? null
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) ? bound
            : throw TemplateErrors.Format($"[/Parameters/{name}/{member}] must be a number");

        var type =
            Member("Type") ?? throw TemplateErrors.Format($"Every Parameters object must contain a Type member: [/Parameters/{name}]");
        if (!TemplateParameter.IsSupported(type))
        {
            throw TemplateErrors.Format(
                type.StartsWith("AWS::", StringComparison.Ordinal) || type.StartsWith("List<AWS::", StringComparison.Ordinal)
                    ? $"the type {type} of parameter {name} is not supported by local AWS; supported are String, Number, List<Number>, "
                        + "CommaDelimitedList"
                    : $"Unrecognized parameter type: {type}. Valid values are String, Number, List<Number>, CommaDelimitedList");
        }

        if (Member("AllowedPattern") is { } pattern)
        {
            try
            {
                _ = TemplateParameter.Whole(pattern);
            }
            catch (ArgumentException e)
            {
                throw TemplateErrors.Format($"[/Parameters/{name}/AllowedPattern] is not a regular expression: {e.Message}");
            }
        }

        var parameter = new TemplateParameter(name, type)
        {
            Default = Member("Default"),
            Description = Member("Description"),
            AllowedPattern = Member("AllowedPattern"),
            AllowedValues = members["AllowedValues"] switch
            {
                null => null,
                JsonArray { Count: > 0 } values => [.. values.Select(value => Text(value!, $"Parameters/{name}/AllowedValues"))],
                _ => throw TemplateErrors.Format($"[/Parameters/{name}/AllowedValues] must be a list with at least one value"),
            },
            ConstraintDescription = Member("ConstraintDescription"),
            MinLength = Length("MinLength"),
            MaxLength = Length("MaxLength"),
            MinValue = Bound("MinValue"),
            MaxValue = Bound("MaxValue"),
            NoEcho = string.Equals(Member("NoEcho"), "true", StringComparison.OrdinalIgnoreCase),
        };
        if (parameter.Default is { } value)
        {
            parameter.Accept(value);
        }

        return parameter;
    }

    private static JsonObject Mappings(JsonObject mappings)
    {
        foreach (var (name, mapping) in mappings)
        {
            foreach (
                var (key, attributes) in mapping as JsonObject
                    ?? throw TemplateErrors.Format($"[/Mappings/{name}] every Mappings member must be a map"))
            {
                foreach (
                    var (attribute, value) in attributes as JsonObject
                        ?? throw TemplateErrors.Format($"[/Mappings/{name}/{key}] every Mappings member must be a map of maps"))
                {
                    if (
                        !ScalarText.TryText(value, out _)
                        && !(value is JsonArray items && items.All(item => ScalarText.TryText(item, out _))))
                    {
                        throw TemplateErrors.Format(
                            $"[/Mappings/{name}/{key}/{attribute}] every Mappings attribute must be a String or a List.");
                    }
                }
            }
        }

        return mappings;
    }

    private static TemplateResource Resource(string name, JsonNode node)
    {
        var members = Members(node, "Resources", name, "resource", ResourceMembers);
        string Policy(string member, params string[] allowed)
        {
            if (members[member] is not { } value)
            {
                return ResourcePolicies.Delete;
            }

            var policy = Text(value, $"Resources/{name}/{member}");
            return allowed.Contains(policy)
                ? policy
                : throw TemplateErrors.Format(
                    $"Unrecognized {member} {policy} for resource {name}; allowed are {string.Join(", ", allowed)}");
        }

        return new TemplateResource(
            name,
            members["Type"] is { } type
                ? Text(type, $"Resources/{name}/Type")
                : throw TemplateErrors.Format($"[/Resources/{name}] Every Resources object must contain a Type member."))
        {
            Properties = members["Properties"] switch
            {
                null => [],
                JsonObject properties => properties,
                _ => throw TemplateErrors.Format($"[/Resources/{name}/Properties] must be an object"),
            },
            DependsOn = members["DependsOn"] switch
            {
                null => [],
                JsonArray names => [.. names.Select(dependency => Text(dependency!, $"Resources/{name}/DependsOn"))],
                var one => [Text(one, $"Resources/{name}/DependsOn")],
            },
            Condition = members["Condition"] is { } condition ? Text(condition, $"Resources/{name}/Condition") : null,
            DeletionPolicy = Policy(
                "DeletionPolicy",
                ResourcePolicies.Delete,
                ResourcePolicies.Retain,
                ResourcePolicies.RetainExceptOnCreate),
            HasDeletionPolicy = members.ContainsKey("DeletionPolicy"),
            UpdateReplacePolicy = Policy("UpdateReplacePolicy", ResourcePolicies.Delete, ResourcePolicies.Retain),
        };
    }

    private static TemplateOutput Output(string name, JsonNode node)
    {
        var members = Members(node, "Outputs", name, "output", ["Value", "Description", "Export", "Condition"]);
        return new TemplateOutput(
            name,
            members["Value"] ?? throw TemplateErrors.Format($"Every Outputs member must contain a Value object: [/Outputs/{name}]"),
            members["Description"] is { } description ? Text(description, $"Outputs/{name}/Description") : null,
            members["Condition"] is { } condition ? Text(condition, $"Outputs/{name}/Condition") : null,
            members["Export"] is { } export
                ? (export as JsonObject)?["Name"] ?? throw TemplateErrors.Format($"[/Outputs/{name}/Export] must have a Name")
                : null);
    }

    private static void CheckTypes(Template template, ResourceTypes types)
    {
        var unknown = template.Resources.Values.Select(resource => resource.Type).Where(type => !types.Contains(type)).Distinct().ToList();
        if (unknown.Count > 0)
        {
            throw TemplateErrors.Format($"Unrecognized resource types: [{string.Join(", ", unknown)}]");
        }
    }

    private static void CheckConditions(Template template)
    {
        foreach (var (name, node) in template.Conditions)
        {
            CheckCondition(name, node);
            foreach (var reference in TemplateReference.In(node))
            {
                switch (reference.Kind)
                {
                    case TemplateReferenceKind.Mapping when !template.Mappings.ContainsKey(reference.Name):
                        throw TemplateErrors.Validation(
                            $"Template validation error: Template error: Mapping named '{reference.Name}' is not present in the 'Mappings' "
                            + "section of template.");
                    case TemplateReferenceKind.Attribute:
                    case TemplateReferenceKind.Value
                        when !template.Parameters.ContainsKey(reference.Name) && !PseudoParameters.Names.Contains(reference.Name):
                        throw TemplateErrors.Format(
                            $"Unresolved dependencies [{reference.Name}]. Cannot reference resources in the Conditions block of the "
                            + "template");
                }
            }
        }

        foreach (var (name, node) in template.Conditions)
        {
            foreach (var mentioned in ConditionsIn(node).Where(mentioned => !template.Conditions.ContainsKey(mentioned)))
            {
                throw TemplateErrors.Format(
                    $"Unresolved condition dependency {mentioned} in the Conditions block of the template: condition {name}");
            }
        }

        DependencyOrder.Of(template.Conditions.ToList(), condition => condition.Key, condition => ConditionsIn(condition.Value));
    }

    private static void CheckCondition(string name, JsonNode? node)
    {
        if (node is JsonObject { Count: 1 } members)
        {
            var (function, argument) = members.First();
            if (function == "Condition" && ScalarText.TryText(argument, out _))
            {
                return;
            }

            if (ConditionFunctions.Contains(function))
            {
                if (function != "Fn::Equals" && argument is JsonArray operands)
                {
                    foreach (var operand in operands)
                    {
                        CheckCondition(name, operand);
                    }
                }

                return;
            }
        }

        throw TemplateErrors.Format($"Conditions can only be boolean operations on parameters and other conditions: condition {name}");
    }

    /// <summary>The other conditions that a condition is made of.</summary>
    private static IEnumerable<string> ConditionsIn(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } members when members["Condition"] is { } name && ScalarText.TryText(name, out var text) => [text],
        JsonObject { Count: 1 } members when members["Fn::If"] is JsonArray { Count: > 0 } branches
            && ScalarText.TryText(branches[0], out var text) => [text, .. branches.Skip(1).SelectMany(ConditionsIn)],
        JsonObject members => members.SelectMany(member => ConditionsIn(member.Value)),
        JsonArray items => items.SelectMany(ConditionsIn),
        _ => [],
    };

    private static void CheckReferences(Template template, ResourceTypes types)
    {
        foreach (var resource in template.Resources.Values)
        {
            CheckCondition(template, resource.Condition, $"resource {resource.LogicalId}");
            CheckReferences(template, types, resource.Properties, "Resources");
            Unresolved("Resources", resource.DependsOn.Where(dependency => !template.Resources.ContainsKey(dependency)));
        }

        foreach (var output in template.Outputs.Values)
        {
            CheckCondition(template, output.Condition, $"output {output.Name}");
            CheckReferences(template, types, output.Value, "Outputs");
            CheckReferences(template, types, output.ExportName, "Outputs");
        }
    }

    private static void CheckReferences(Template template, ResourceTypes types, JsonNode? node, string block)
    {
        var references = TemplateReference.In(node).ToList();
        Unresolved(block, from reference in references
                          where reference.Kind == TemplateReferenceKind.Value
                              && !template.Resources.ContainsKey(reference.Name)
                              && !template.Parameters.ContainsKey(reference.Name)
                              && !PseudoParameters.Names.Contains(reference.Name)
                          select reference.Name);
        foreach (var reference in references)
        {
            switch (reference.Kind)
            {
                case TemplateReferenceKind.Attribute when !template.Resources.TryGetValue(reference.Name, out var resource):
                    throw TemplateErrors.Template($"instance of Fn::GetAtt references undefined resource {reference.Name}");
                case TemplateReferenceKind.Attribute
                    when reference.Attribute is { } attribute
                        && types[template.Resources[reference.Name].Type].Attributes is { } attributes
                        && !attributes.Contains(attribute):
                    throw UnknownAttribute(reference.Name, attribute);
                case TemplateReferenceKind.Condition:
                    CheckCondition(template, reference.Name, $"the {block} block");
                    break;
                case TemplateReferenceKind.Mapping when !template.Mappings.ContainsKey(reference.Name):
                    throw TemplateErrors.Validation(
                        $"Template validation error: Template error: Mapping named '{reference.Name}' is not present in the 'Mappings' "
                        + "section of template.");
            }
        }
    }

    public static AwsServiceException UnknownAttribute(string logicalId, string attribute) =>
        TemplateErrors.Template($"resource {logicalId} does not support attribute type {attribute} in Fn::GetAtt");

    private static void CheckCondition(Template template, string? condition, string where)
    {
        if (condition is not null && !template.Conditions.ContainsKey(condition))
        {
            throw TemplateErrors.Format($"Unresolved condition dependency {condition} in {where} of the template");
        }
    }

    private static void Unresolved(string block, IEnumerable<string> names)
    {
        var missing = names.Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            throw TemplateErrors.Format(
                $"Unresolved resource dependencies [{string.Join(", ", missing)}] in the {block} block of the template");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9]{1,255}\z")]
    private static partial Regex LogicalName();
}
