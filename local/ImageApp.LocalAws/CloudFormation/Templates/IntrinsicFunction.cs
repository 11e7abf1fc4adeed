using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A call of an intrinsic function: an object whose one member is <c>Ref</c> or <c>Fn::Something</c>.</summary>
/// <param name="Name">The long name.</param>
/// <param name="Argument">What it is called with.</param>
internal readonly record struct IntrinsicFunction(string Name, JsonNode Argument)
{
    /// <summary>The functions that are supported.</summary>
    public static FrozenSet<string> Names { get; } = FrozenSet.ToFrozenSet(
    [
        "Ref", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAtt", "Fn::GetAZs", "Fn::If",
        "Fn::ImportValue", "Fn::Join", "Fn::Not", "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub",
    ]);

    /// <exception cref="AwsServiceException">It has the form of a call, but there is no such function.</exception>
    public static bool TryRead(JsonNode? node, [NotNullWhen(true)] out IntrinsicFunction? function)
    {
        function = null;
        if (node is not JsonObject members)
        {
            return false;
        }

        foreach (var (name, argument) in members)
        {
            if (name != "Ref" && !name.StartsWith("Fn::", StringComparison.Ordinal))
            {
                continue;
            }

            if (!Names.Contains(name))
            {
                throw TemplateErrors.Template(
                    $"{name} is not supported by local AWS; supported are {string.Join(", ", Names.Order(StringComparer.Ordinal))}");
            }

            if (members.Count > 1)
            {
                throw TemplateErrors.Template(
                    $"an object with {name} must not have other members, but has [{string.Join(", ", members.Select(m => m.Key))}]");
            }

            function = new IntrinsicFunction(name, argument!);
            return true;
        }

        return false;
    }

    /// <summary>The argument as a list of the given length.</summary>
    public JsonArray List(int minimum, int maximum) =>
        Argument is JsonArray items && items.Count >= minimum && items.Count <= maximum
            ? items
            : throw TemplateErrors.Template(minimum == maximum
                ? $"every {Name} object requires a list of {minimum} parameters"
                : $"every {Name} object requires a list of at least {minimum} and at most {maximum} parameters");

    /// <summary>The resource and attribute of an <c>Fn::GetAtt</c>; the attribute may itself be a reference to a parameter.</summary>
    public (string Resource, JsonNode Attribute) GetAttTarget()
    {
        if (
            Argument is JsonValue
            && ScalarText.TryText(Argument, out var dotted)
            && dotted.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
        {
            return (dotted[..dot], JsonValue.Create(dotted[(dot + 1)..]));
        }

        return Argument is JsonArray { Count: 2 } parts && ScalarText.TryText(parts[0], out var resource) && resource.Length > 0
            ? (resource, parts[1]!)
            : throw TemplateErrors.Template(
                "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute");
    }

    /// <summary>The text of an <c>Fn::Sub</c> and, in its second form, the variables given with it.</summary>
    public (string Text, JsonObject? Variables) SubTarget()
    {
        if (Argument is JsonValue && ScalarText.TryText(Argument, out var text))
        {
            return (text, null);
        }

        return Argument is JsonArray { Count: 2 } parts && ScalarText.TryText(parts[0], out text) && parts[1] is JsonObject variables
            ? (text, variables)
            : throw TemplateErrors.Template(
                "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an "
                + "optional second argument to specify a mapping of values to replace in the string");
    }
}
