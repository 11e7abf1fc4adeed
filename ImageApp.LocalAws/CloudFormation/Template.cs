using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A template that has been read and whose references all lead somewhere.</summary>
internal sealed class Template
{
    private static readonly string[] Sections = ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs"];
    private static readonly string[] ResourceKeys = ["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];

    private Template(JsonObject document)
    {
        Document = document;
        Parameters = Section("Parameters");
        Mappings = Section("Mappings");
        Conditions = Section("Conditions");
        Resources = Section("Resources");
        Outputs = Section("Outputs");

        JsonObject Section(string name) => document[name] switch
        {
            null => [],
            JsonObject section => section,
            _ => throw Invalid($"Template format error: the {name} section must be an object."),
        };
    }

    public JsonObject Document { get; }

    public string? Description => (string?)Document[nameof(Description)];

    public JsonObject Parameters { get; }

    public JsonObject Mappings { get; }

    public JsonObject Conditions { get; }

    public JsonObject Resources { get; }

    public JsonObject Outputs { get; }

    /// <summary>Reads and checks a template.</summary>
    /// <param name="body">JSON or YAML.</param>
    /// <param name="types">The resource types there are.</param>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>, worded as CloudFormation does.</exception>
    public static Template Parse(string body, IReadOnlyDictionary<string, IResourceTypeHandler> types)
    {
        var document = TemplateParser.Parse(body);
        if (document.Select(section => section.Key).Except(Sections).ToList() is { Count: > 0 } unknown)
        {
            throw Invalid(unknown.Contains("Transform")
                ? "Template format error: Transform is not supported by local CloudFormation."
                : $"Invalid template property or properties [{string.Join(", ", unknown)}]");
        }

        var template = new Template(document);
        if (template.Resources.Count == 0)
        {
            throw Invalid("Template format error: At least one Resources member must be defined.");
        }

        template.Check(types);
        return template;
    }

    /// <summary>Resources in an order in which each comes after those it depends on.</summary>
    public List<string> InOrder()
    {
        var order = new List<string>();
        var path = new List<string>();
        foreach (var (name, _) in Resources)
        {
            Visit(name);
        }

        return order;

        void Visit(string name)
        {
            if (order.Contains(name))
            {
                return;
            }

            if (path.Contains(name))
            {
                throw Invalid($"Circular dependency between resources: [{string.Join(", ", path.Skip(path.IndexOf(name)))}]");
            }

            path.Add(name);
            foreach (var dependency in Dependencies(name).Where(Resources.ContainsKey))
            {
                Visit(dependency);
            }

            path.RemoveAt(path.Count - 1);
            order.Add(name);
        }
    }

    /// <summary>The names a resource refers to, by DependsOn, Ref, Fn::GetAtt and Fn::Sub.</summary>
    private HashSet<string> Dependencies(string resource)
    {
        var names = Resources[resource].Texts("DependsOn").ToHashSet();
        References(Resources[resource]!["Properties"], names);
        return names;
    }

    private void Check(IReadOnlyDictionary<string, IResourceTypeHandler> types)
    {
        var unrecognized = new List<string>();
        foreach (var (name, node) in Resources)
        {
            if (node is not JsonObject resource || (string?)resource["Type"] is not { } type)
            {
                throw Invalid($"Template format error: [/Resources/{name}] Every Resources object must contain a Type member.");
            }

            if (resource.Select(key => key.Key).Except(ResourceKeys).FirstOrDefault() is { } key)
            {
                throw Invalid($"Invalid template resource property '{key}' in {name}");
            }

            if (!types.ContainsKey(type))
            {
                unrecognized.Add(type);
            }
        }

        if (unrecognized.Count > 0)
        {
            throw Invalid($"Template format error: Unrecognized resource types: [{string.Join(", ", unrecognized.Distinct())}]; local CloudFormation has {string.Join(", ", types.Keys.Order(StringComparer.Ordinal))}.");
        }

        var known = Resources.Select(entry => entry.Key).Concat(Parameters.Select(entry => entry.Key)).Concat(PseudoParameters.Names).ToHashSet();
        Unresolved(Resources.SelectMany(resource => Dependencies(resource.Key)), known, "Resources");
        var used = new HashSet<string>();
        References(Outputs, used);
        Unresolved(used, known, "Outputs");
        foreach (var (name, node) in Resources.Concat(Outputs))
        {
            if ((string?)node!["Condition"] is { } condition && !Conditions.ContainsKey(condition))
            {
                throw Invalid($"Template format error: Unresolved condition dependency {condition} of {name}");
            }
        }

        InOrder();
    }

    private static void Unresolved(IEnumerable<string> used, HashSet<string> known, string block)
    {
        if (used.Where(name => !known.Contains(name)).Distinct().ToList() is { Count: > 0 } missing)
        {
            throw Invalid($"Template format error: Unresolved resource dependencies [{string.Join(", ", missing)}] in the {block} block of the template");
        }
    }

    private static void References(JsonNode? node, HashSet<string> names)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                {
                    References(item, names);
                }

                break;
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    switch (name)
                    {
                        case "Ref":
                            names.Add(value!.ToString());
                            break;
                        case "Fn::GetAtt":
                            names.Add(value is JsonArray parts ? parts[0]!.ToString() : value!.ToString().Split('.')[0]);
                            break;
                        case "Fn::Sub":
                            var own = value is JsonArray { Count: 2 } pair && pair[1] is JsonObject given ? given.Select(entry => entry.Key).ToHashSet() : [];
                            names.UnionWith(Substitution.Names(value is JsonArray list ? list[0]!.ToString() : value!.ToString()).Where(variable => !own.Contains(variable)).Select(variable => variable.Split('.')[0]));
                            if (value is JsonArray { Count: 2 } both)
                            {
                                References(both[1], names);
                            }

                            break;
                        default:
                            References(value, names);
                            break;
                    }
                }

                break;
        }
    }

    internal static AwsServiceException Invalid(string message) => new("ValidationError", message);
}
