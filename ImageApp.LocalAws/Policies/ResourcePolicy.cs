using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Policies;

/// <summary>Reads resource policies (IAM User Guide, "IAM JSON policy reference").</summary>
public static class ResourcePolicy
{
    private static readonly string[] Elements =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    /// <summary>What <paramref name="policyDocument"/> says of <paramref name="request"/>: a deny beats every allow.</summary>
    /// <exception cref="AwsServiceException"><c>MalformedPolicy</c>.</exception>
    public static PolicyDecision Evaluate(string policyDocument, PolicyRequest request)
    {
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var statement in Statements(policyDocument).Where(statement => Matches(statement, request)))
        {
            if (statement["Effect"]!.GetValue<string>() == "Deny")
            {
                return PolicyDecision.ExplicitDeny;
            }

            decision = PolicyDecision.Allow;
        }

        return decision;
    }

    /// <summary>Checks a policy before it is stored.</summary>
    /// <exception cref="AwsServiceException"><c>MalformedPolicy</c>, naming what is wrong.</exception>
    public static void Validate(string policyDocument)
    {
        foreach (var statement in Statements(policyDocument))
        {
            foreach (var (test, _, _) in Conditions(statement))
            {
                ConditionOperator.Parse(test);
            }
        }
    }

    private static List<JsonObject> Statements(string policyDocument)
    {
        JsonNode? document;
        try
        {
            document = JsonNode.Parse(policyDocument);
        }
        catch (JsonException e)
        {
            throw Malformed($"it is not JSON: {e.Message}");
        }

        var statements = (document as JsonObject)?["Statement"] switch
        {
            JsonArray many => many.OfType<JsonObject>().ToList(),
            JsonObject one => [one],
            _ => throw Malformed("it has no Statement."),
        };
        foreach (var statement in statements)
        {
            if (statement.Select(element => element.Key).FirstOrDefault(name => !Elements.Contains(name)) is { } unknown)
            {
                throw Malformed($"a statement has the unknown element '{unknown}'.");
            }

            if (statement["Effect"]?.ToString() is not ("Allow" or "Deny"))
            {
                throw Malformed("a statement's Effect must be Allow or Deny.");
            }

            if (!statement.ContainsKey("Principal") && !statement.ContainsKey("NotPrincipal"))
            {
                throw Malformed("a resource policy's statement needs a Principal.");
            }

            if (!statement.ContainsKey("Action") && !statement.ContainsKey("NotAction"))
            {
                throw Malformed("a statement needs an Action.");
            }
        }

        return statements;
    }

    private static bool Matches(JsonObject statement, PolicyRequest request) =>
        (statement["Principal"] is { } principal ? MatchesPrincipal(principal, request.Principal) : !MatchesPrincipal(statement["NotPrincipal"]!, request.Principal))
        && (statement["Action"] is { } action ? MatchesAny(action, request.Action, StringComparison.OrdinalIgnoreCase) : !MatchesAny(statement["NotAction"]!, request.Action, StringComparison.OrdinalIgnoreCase))
        && (statement["NotResource"] is { } notResource ? !MatchesAny(notResource, request.ResourceArn, StringComparison.Ordinal) : statement["Resource"] is not { } resource || MatchesAny(resource, request.ResourceArn, StringComparison.Ordinal))
        && Conditions(statement).All(condition => ConditionOperator.Parse(condition.Operator).Holds(condition.Key, condition.Values, request.Context));

    private static bool MatchesPrincipal(JsonNode principal, string caller)
    {
        if (principal is JsonValue value)
        {
            return value.ToString() == "*";
        }

        return principal is JsonObject kinds && kinds.Any(kind => Values(kind.Value).Any(allowed => kind.Key switch
        {
            "AWS" => allowed == "*" || allowed == caller || SameAccount(allowed, caller),
            _ => allowed == caller,
        }));
    }

    // An account stands for everyone in it: "123456789012" and "arn:aws:iam::123456789012:root" are the same.
    private static bool SameAccount(string allowed, string caller)
    {
        var account = allowed.StartsWith("arn:aws:iam::", StringComparison.Ordinal) && allowed.EndsWith(":root", StringComparison.Ordinal) ? allowed.Split(':')[4] : allowed;
        return account.Length == 12 && account.All(char.IsAsciiDigit) && (caller == account || caller.StartsWith($"arn:aws:iam::{account}:", StringComparison.Ordinal));
    }

    private static bool MatchesAny(JsonNode patterns, string text, StringComparison comparison) => Values(patterns).Any(pattern => Wildcard.Matches(pattern, text, comparison));

    private static IEnumerable<(string Operator, string Key, List<string> Values)> Conditions(JsonObject statement) =>
        from test in statement["Condition"] as JsonObject ?? []
        from key in test.Value as JsonObject ?? throw Malformed($"the condition {test.Key} is not an object.")
        select (test.Key, key.Key, Values(key.Value));

    private static List<string> Values(JsonNode? node) => node switch
    {
        JsonArray many => [.. many.Select(Scalar)],
        null => [],
        _ => [Scalar(node)],
    };

    private static string Scalar(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.String or JsonValueKind.Number => node.ToString(),
        _ => throw Malformed("a value is neither text, number nor boolean."),
    };

    internal static AwsServiceException Malformed(string reason) =>
        new("MalformedPolicy", string.Create(CultureInfo.InvariantCulture, $"The policy is not valid: {reason}"), HttpStatusCode.BadRequest);
}
