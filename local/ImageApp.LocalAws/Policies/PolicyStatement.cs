using System.Text.Json;

namespace ImageApp.LocalAws.Policies;

/// <summary>One statement of a resource policy.</summary>
internal sealed class PolicyStatement
{
    private PrincipalElement? _principal;
    private IReadOnlyList<string>? _actions;
    private IReadOnlyList<string>? _resources;
    private IReadOnlyList<ConditionElement> _conditions = [];
    private bool _notPrincipal;
    private bool _notAction;
    private bool _notResource;
    private bool _withVariables;

    private PolicyStatement()
    {
    }

    public string? Sid { get; private set; }

    public bool IsDeny { get; private set; }

    public static PolicyStatement Parse(JsonElement json, string path, bool withVariables)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw PolicyDocument.Malformed($"{path} must be an object but is a JSON {json.ValueKind}.");
        }

        var statement = new PolicyStatement { _withVariables = withVariables };
        string? effect = null;
        foreach (var element in json.EnumerateObject())
        {
            var name = $"{path}.{element.Name}";
            switch (element.Name)
            {
                case "Sid":
                    statement.Sid = PolicyDocument.Text(element.Value, name);
                    break;
                case "Effect":
                    effect = PolicyDocument.Text(element.Value, name);
                    break;
                case "Principal" or "NotPrincipal":
                    OnlyOne(statement._principal, path, "Principal");
                    statement._principal = PrincipalElement.Parse(element.Value, name);
                    statement._notPrincipal = element.Name[0] == 'N';
                    break;
                case "Action" or "NotAction":
                    OnlyOne(statement._actions, path, "Action");
                    statement._actions = Actions(element.Value, name);
                    statement._notAction = element.Name[0] == 'N';
                    break;
                case "Resource" or "NotResource":
                    OnlyOne(statement._resources, path, "Resource");
                    statement._resources = Resources(element.Value, name);
                    statement._notResource = element.Name[0] == 'N';
                    break;
                case "Condition":
                    statement._conditions = ConditionElement.ParseAll(element.Value, name);
                    break;
                default:
                    throw PolicyDocument.Malformed(
                        $"'{element.Name}' is no element of {path}; allowed are Sid, Effect, Principal, NotPrincipal, Action, NotAction, "
                        + "Resource, NotResource and Condition.");
            }
        }

        statement.IsDeny = effect switch
        {
            "Allow" => false,
            "Deny" => true,
            null => throw PolicyDocument.Malformed($"{path}.Effect is missing."),
            _ => throw PolicyDocument.Malformed($"{path}.Effect is '{effect}'; allowed are 'Allow' and 'Deny'."),
        };
        Required(statement._principal, path, "Principal");
        Required(statement._actions, path, "Action");
        Required(statement._resources, path, "Resource");
        return statement;
    }

    /// <summary>Whether it allows something to everybody, without a condition that fixes who that is.</summary>
    public bool IsPublic => !IsDeny && (_principal!.IsEveryone || _notPrincipal) && !_conditions.Any(condition => condition.FixesCaller);

    public bool Matches(PolicyRequest request, RequestContext context) =>
        _principal!.Matches(request.Principal) != _notPrincipal
        && _actions!.Any(pattern => WildcardPattern.Matches(pattern, request.Action, ignoreCase: true)) != _notAction
        && _resources!.Any(pattern => MatchesResource(pattern, request.ResourceArn, context)) != _notResource
        && _conditions.All(condition => condition.IsMet(context, _withVariables));

    private bool MatchesResource(string pattern, string resource, RequestContext context)
    {
        var literal = _withVariables ? PolicyVariables.Replace(pattern, context) : pattern;
        return literal is not null && (literal == "*" || ArnPattern.Matches(ArnPattern.Complete(literal), resource));
    }

    private static IReadOnlyList<string> Actions(JsonElement value, string name)
    {
        var actions = PolicyValues.Strings(value, name);
        foreach (var action in actions)
        {
            var colon = action.IndexOf(':', StringComparison.Ordinal);
            if (action != "*" && (colon <= 0 || colon == action.Length - 1))
            {
                throw PolicyDocument.Malformed($"{name} has '{action}'; an action is 'service:Name', for example 'sns:Publish', or '*'.");
            }
        }

        return actions;
    }

    private static IReadOnlyList<string> Resources(JsonElement value, string name)
    {
        var resources = PolicyValues.Strings(value, name);
        foreach (var resource in resources)
        {
            if (resource != "*" && !resource.StartsWith("arn:", StringComparison.Ordinal))
            {
                throw PolicyDocument.Malformed(
                    $"{name} has '{resource}'; a resource is an ARN, 'arn:partition:service:region:account:resource', or '*'.");
            }
        }

        return resources;
    }

    private static void OnlyOne(object? already, string path, string name)
    {
        if (already is not null)
        {
            throw PolicyDocument.Malformed($"{path} has both {name} and Not{name}; allowed is one of them.");
        }
    }

    private static void Required(object? element, string path, string name)
    {
        if (element is null)
        {
            throw PolicyDocument.Malformed($"{path} has neither {name} nor Not{name}; a resource policy needs one of them.");
        }
    }
}
