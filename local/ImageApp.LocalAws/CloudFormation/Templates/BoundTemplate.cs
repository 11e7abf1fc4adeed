using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A template with values for its parameters: its conditions are decided, its functions can be called.</summary>
internal sealed class BoundTemplate
{
    private readonly Template _template;
    private readonly PseudoParameters _pseudo;
    private readonly Dictionary<string, JsonNode> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _conditions = new(StringComparer.Ordinal);

    private BoundTemplate(Template template, PseudoParameters pseudo)
    {
        _template = template;
        _pseudo = pseudo;
    }

    /// <summary>The value of every parameter, as text.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; private set; } = new Dictionary<string, string>();

    /// <summary>The parameters whose values are not to be shown.</summary>
    public IReadOnlyList<string> HiddenParameters =>
        [.. _template.Parameters.Values.Where(parameter => parameter.NoEcho).Select(parameter => parameter.Name)];

    /// <summary>The template's description.</summary>
    public string? Description => _template.Description;

    /// <summary>The resources whose conditions hold, each after all it depends on.</summary>
    public IReadOnlyList<TemplateResource> Resources { get; private set; } = [];

    /// <summary>The outputs whose conditions hold.</summary>
    public IReadOnlyList<TemplateOutput> Outputs { get; private set; } = [];

    /// <summary>Checks the parameters and decides the conditions.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: a parameter is missing, unknown or breaks its constraint, or a
    /// reference leads to a resource that is not made.</exception>
    public static BoundTemplate Bind(Template template, IReadOnlyDictionary<string, string> parameters, PseudoParameters pseudo)
    {
        if (parameters.Keys.Where(name => !template.Parameters.ContainsKey(name)).ToList() is { Count: > 0 } unknown)
        {
            throw TemplateErrors.Validation($"Parameters: [{string.Join(", ", unknown)}] do not exist in the template");
        }

        if (
            template.Parameters.Values.Where(p => p.Default is null && !parameters.ContainsKey(p.Name)).Select(p => p.Name).ToList() is
            { Count: > 0 } missing)
        {
            throw TemplateErrors.Validation($"Parameters: [{string.Join(", ", missing)}] must have values");
        }

        var bound = new BoundTemplate(template, pseudo)
        {
            Parameters = template.Parameters.Values.ToDictionary(
                p => p.Name,
                p => parameters.GetValueOrDefault(p.Name) ?? p.Default!,
                StringComparer.Ordinal),
        };
        foreach (var (name, value) in bound.Parameters)
        {
            bound._values[name] = template.Parameters[name].Accept(value);
        }

        foreach (var name in template.Conditions.Keys)
        {
            bound.IsTrue(name);
        }

        var resources = template
            .Resources.Values.Where(resource => resource.Condition is null || bound.IsTrue(resource.Condition))
            .ToList();
        bound.Outputs = [.. template.Outputs.Values.Where(output => output.Condition is null || bound.IsTrue(output.Condition))];
        bound.CheckReferences(resources);
        bound.Resources = DependencyOrder.Of(resources, resource => resource.LogicalId, bound.DependenciesOf);
        return bound;
    }

    /// <summary>The logical ids that must be there before the resource, among them some that a condition leaves out.</summary>
    public IEnumerable<string> DependenciesOf(TemplateResource resource) =>
        resource.DependsOn.Concat(ResourcesIn(resource.Properties)).Distinct(StringComparer.Ordinal);

    /// <summary>Whether a condition holds.</summary>
    public bool IsTrue(string name)
    {
        if (!_conditions.TryGetValue(name, out var value))
        {
            _conditions[name] = value = Decide(_template.Conditions[name]);
        }

        return value;
    }

    /// <summary>Calls every function in <paramref name="node"/>.</summary>
    /// <returns>Null where the whole of it is <c>AWS::NoValue</c>.</returns>
    /// <exception cref="AwsServiceException">A function was called with what it does not take.</exception>
    public JsonNode? Resolve(JsonNode? node, IResourceReferences references)
    {
        if (IntrinsicFunction.TryRead(node, out var function))
        {
            return Call(function.Value, references);
        }

        switch (node)
        {
            case JsonObject members:
                var resolvedMembers = new JsonObject();
                foreach (var (name, member) in members)
                {
                    if (Resolve(member, references) is { } value)
                    {
                        resolvedMembers[name] = value;
                    }
                }

                return resolvedMembers;

            case JsonArray items:
                var resolvedItems = new JsonArray();
                foreach (var item in items)
                {
                    if (Resolve(item, references) is { } value)
                    {
                        resolvedItems.Add(value);
                    }
                }

                return resolvedItems;

            default:
                if (ScalarText.TryText(node, out var text) && text.Contains("{{resolve:", StringComparison.Ordinal))
                {
                    throw TemplateErrors.Template($"dynamic references are not supported by local AWS: {text}");
                }

                return node?.DeepClone();
        }
    }

    /// <summary>As <see cref="Resolve"/>, for where only a string will do.</summary>
    public string ResolveText(JsonNode? node, IResourceReferences references, string where) =>
        ScalarText.TryText(Resolve(node, references), out var text)
            ? text
            : throw TemplateErrors.Template($"{where} must resolve to a string");

    private IEnumerable<string> ResourcesIn(JsonNode? node) =>
        from reference in TemplateReference.In(node, IsTrue)
        where
            reference.Kind is TemplateReferenceKind.Value or TemplateReferenceKind.Attribute
            && _template.Resources.ContainsKey(reference.Name)
        select reference.Name;

    private void CheckReferences(List<TemplateResource> resources)
    {
        var made = resources.Select(resource => resource.LogicalId).ToHashSet(StringComparer.Ordinal);
        void Check(string block, IEnumerable<JsonNode?> nodes)
        {
            var missing = nodes.SelectMany(ResourcesIn).Where(name => !made.Contains(name)).Distinct(StringComparer.Ordinal).ToList();
            if (missing.Count > 0)
            {
                throw TemplateErrors.Format(
                    $"Unresolved resource dependencies [{string.Join(", ", missing)}] in the {block} block of the template");
            }
        }

        Check("Resources", resources.Select(resource => resource.Properties));
        Check("Outputs", Outputs.SelectMany(output => new[] { output.Value, output.ExportName }));
    }

    private bool Decide(JsonNode? node)
    {
        if (node is JsonObject { Count: 1 } members && members["Condition"] is { } name && ScalarText.TryText(name, out var other))
        {
            return IsTrue(other);
        }

        if (IntrinsicFunction.TryRead(node, out var function))
        {
            switch (function.Value.Name)
            {
                case "Fn::Equals":
                    var sides = function.Value.List(2, 2);
                    return ScalarText.Same(Resolve(sides[0], NoReferences.Instance), Resolve(sides[1], NoReferences.Instance));
                case "Fn::Not":
                    return !Decide(function.Value.List(1, 1)[0]);
                case "Fn::And":
                    return function.Value.List(2, 10).All(Decide);
                case "Fn::Or":
                    return function.Value.List(2, 10).Any(Decide);
            }
        }

        throw TemplateErrors.Format("Conditions can only be boolean operations on parameters and other conditions");
    }

    private JsonNode? Call(IntrinsicFunction function, IResourceReferences references)
    {
        switch (function.Name)
        {
            case "Ref":
                return Value(
                    ScalarText.TryText(function.Argument, out var name)
                        ? name
                        : throw TemplateErrors.Template("every Ref object must have a single String value."),
                    references);

            case "Fn::GetAtt":
                var (resource, attribute) = function.GetAttTarget();
                return references.GetAtt(resource, ResolveText(attribute, references, "the attribute of Fn::GetAtt"));

            case "Fn::Sub":
                return Sub(function, references);

            case "Fn::Join":
                var join = function.List(2, 2);
                return string.Join(
                    ResolveText(join[0], references, "the delimiter of Fn::Join"),
                    Texts(join[1], references, "the second parameter of Fn::Join"));

            case "Fn::Split":
                var split = function.List(2, 2);
                var delimiter = ResolveText(split[0], references, "the delimiter of Fn::Split");
                return delimiter.Length == 0
                    ? throw TemplateErrors.Template("the delimiter of Fn::Split must not be empty")
                    : List(ResolveText(split[1], references, "the source of Fn::Split").Split(delimiter));

            case "Fn::Select":
                return Select(function, references);

            case "Fn::If":
                var branches = function.List(3, 3);
                return Resolve(branches[IsTrue(ScalarText.TryText(branches[0], out var condition) ? condition : "") ? 1 : 2], references);

            case "Fn::FindInMap":
                var keys = function.List(3, 3).Select(key => ResolveText(key, references, "every parameter of Fn::FindInMap")).ToArray();
                return _template.Mappings[keys[0]]?[keys[1]]?[keys[2]]?.DeepClone()
                    ?? throw TemplateErrors.Template($"Unable to get mapping for {keys[0]}::{keys[1]}::{keys[2]}");

            case "Fn::Base64":
                return Convert.ToBase64String(
                    Encoding.UTF8.GetBytes(ResolveText(function.Argument, references, "the parameter of Fn::Base64")));

            case "Fn::ImportValue":
                return references.Import(ResolveText(function.Argument, references, "the parameter of Fn::ImportValue"));

            case "Fn::GetAZs":
                var region = ResolveText(function.Argument, references, "the parameter of Fn::GetAZs");
                return List("abc".Select(zone => (region.Length == 0 ? _pseudo.Region : region) + zone));

            case "Fn::Cidr":
                var cidr = function.List(2, 3);
                return List(CidrBlock.Subdivide(
                    ResolveText(cidr[0], references, "the block of Fn::Cidr"),
                    Number(cidr[1], references, "the count of Fn::Cidr"),
                    cidr.Count == 3 ? Number(cidr[2], references, "the bits of Fn::Cidr") : null));

            default:
                throw TemplateErrors.Template($"{function.Name} can only be used in the Conditions block of the template");
        }
    }

    private JsonNode? Value(string name, IResourceReferences references) =>
        _values.TryGetValue(name, out var parameter) ? parameter.DeepClone()
        : PseudoParameters.Names.Contains(name) ? _pseudo[name]
        : references.Ref(name);

    private string Sub(IntrinsicFunction function, IResourceReferences references)
    {
        var (text, variables) = function.SubTarget();
        return SubText.Replace(text, name =>
        {
            if (variables?[name] is { } variable)
            {
                return ResolveText(variable, references, $"the variable {name} of Fn::Sub");
            }

            if (name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
            {
                return references.GetAtt(name[..dot], name[(dot + 1)..]);
            }

            return ScalarText.TryText(Value(name, references), out var value)
                ? value
                : throw TemplateErrors.Template($"variable {name} in Fn::Sub expression does not resolve to a string");
        });
    }

    private JsonNode? Select(IntrinsicFunction function, IResourceReferences references)
    {
        var parts = function.List(2, 2);
        var index = Number(parts[0], references, "the index of Fn::Select");
        var items = Resolve(parts[1], references) as JsonArray
            ?? throw TemplateErrors.Template("Fn::Select requires a list argument with two elements: an integer index and a list");
        return index >= 0 && index < items.Count
            ? items[index]!.DeepClone()
            : throw TemplateErrors.Template(
                string.Create(CultureInfo.InvariantCulture, $"Fn::Select cannot select nonexistent value at index {index}"));
    }

    private int Number(JsonNode? node, IResourceReferences references, string where) =>
        int.TryParse(ResolveText(node, references, where), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw TemplateErrors.Template($"{where} must be an integer");

    private IEnumerable<string> Texts(JsonNode? node, IResourceReferences references, string where) =>
        Resolve(node, references) is JsonArray items
            ? items.Select(item =>
                ScalarText.TryText(item, out var text) ? text : throw TemplateErrors.Template($"{where} must be a list of strings"))
            : throw TemplateErrors.Template($"{where} must be a list");

    private static JsonArray List(IEnumerable<string> items) => new([.. items.Select(item => JsonValue.Create(item))]);

    /// <summary>Conditions are decided before any resource exists; the parser lets none mention one.</summary>
    private sealed class NoReferences : IResourceReferences
    {
        public static NoReferences Instance { get; } = new();

        public string Ref(string logicalId) => throw Refused(logicalId);

        public string GetAtt(string logicalId, string attribute) => throw Refused(logicalId);

        public string Import(string exportName) =>
            throw TemplateErrors.Template("Fn::ImportValue cannot be used in the Conditions block of the template");

        private static AwsServiceException Refused(string logicalId) =>
            TemplateErrors.Format(
                $"Unresolved dependencies [{logicalId}]. Cannot reference resources in the Conditions block of the template");
    }
}
