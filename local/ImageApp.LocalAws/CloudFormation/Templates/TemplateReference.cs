using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A mention of something else in the template.</summary>
/// <param name="Kind">What is mentioned.</param>
/// <param name="Name">Its name: a resource, parameter, pseudo parameter, condition or mapping.</param>
/// <param name="Attribute">With <see cref="TemplateReferenceKind.Attribute"/>, the attribute's name where it is written out.</param>
internal readonly record struct TemplateReference(TemplateReferenceKind Kind, string Name, string? Attribute = null)
{
    /// <summary>Everything mentioned in <paramref name="node"/>.</summary>
    /// <param name="node">Unresolved template content.</param>
    /// <param name="isTrue">Where given, only the branch of each <c>Fn::If</c> that its condition takes is looked into.</param>
    public static IEnumerable<TemplateReference> In(JsonNode? node, Func<string, bool>? isTrue = null)
    {
        if (!IntrinsicFunction.TryRead(node, out var call))
        {
            return node switch
            {
                JsonObject members => members.SelectMany(member => In(member.Value, isTrue)),
                JsonArray items => items.SelectMany(item => In(item, isTrue)),
                _ => [],
            };
        }

        var function = call.Value;
        switch (function.Name)
        {
            case "Ref":
                return ScalarText.TryText(function.Argument, out var name)
                    ? [new(TemplateReferenceKind.Value, name)]
                    : throw TemplateErrors.Template("every Ref object must have a single String value.");

            case "Fn::GetAtt":
                var (resource, attribute) = function.GetAttTarget();
                return
                [
                    new(TemplateReferenceKind.Attribute, resource, ScalarText.TryText(attribute, out var text) ? text : null),
                    .. In(attribute, isTrue),
                ];

            case "Fn::Sub":
                var (pattern, variables) = function.SubTarget();
                return
                [
                    .. SubText.Names(pattern).Where(n => variables?.ContainsKey(n) != true).Select(FromSub),
                    .. In(variables, isTrue),
                ];

            case "Fn::If":
                var branches = function.List(3, 3);
                var condition = ScalarText.TryText(branches[0], out var conditionName)
                    ? conditionName
                    : throw TemplateErrors.Template("Fn::If requires the name of a condition as its first parameter");
                return isTrue is null
                    ? [new(TemplateReferenceKind.Condition, condition), .. In(branches[1]), .. In(branches[2])]
                    : In(branches[isTrue(condition) ? 1 : 2], isTrue);

            case "Fn::FindInMap":
                var keys = function.List(3, 3);
                return
                [
                    .. ScalarText.TryText(keys[0], out var mapping)
                        ? [new TemplateReference(TemplateReferenceKind.Mapping, mapping)]
                        : Array.Empty<TemplateReference>(),
                    .. In(keys, isTrue),
                ];

            default:
                return In(function.Argument, isTrue);
        }
    }

    private static TemplateReference FromSub(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? new(TemplateReferenceKind.Attribute, name[..dot], name[(dot + 1)..])
            : new(TemplateReferenceKind.Value, name);
}

/// <summary>What a <see cref="TemplateReference"/> mentions.</summary>
internal enum TemplateReferenceKind
{
    /// <summary>A parameter, a pseudo parameter or a resource, as <c>Ref</c> does.</summary>
    Value,

    /// <summary>A resource's attribute.</summary>
    Attribute,

    /// <summary>A condition.</summary>
    Condition,

    /// <summary>A mapping.</summary>
    Mapping,
}
