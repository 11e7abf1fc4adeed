using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// What updates may do to a stack's resources (CloudFormation User Guide, "Prevent updates to stack resources"). Without a policy they may
/// do everything, with one only what a statement allows and none denies.
/// </summary>
internal sealed class StackPolicy
{
    public const string Modify = "Update:Modify";
    public const string Replace = "Update:Replace";
    public const string Delete = "Update:Delete";

    private const string ResourcePrefix = "LogicalResourceId/";
    private const string ResourceType = "ResourceType";

    private readonly List<Statement> _statements;

    private StackPolicy(List<Statement> statements) => _statements = statements;

    /// <summary>Reads a policy.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>, naming statement and element.</exception>
    public static StackPolicy Parse(string body)
    {
        JsonNode? root;
        try
        {
            root = JsonText.Parse(body);
        }
        catch (JsonException e)
        {
            throw Malformed($"it is not JSON: {e.Message}");
        }

        var policy = root as JsonObject ?? throw Malformed("it is not a JSON object");
        if (policy.Select(member => member.Key).FirstOrDefault(name => name is not ("Statement" or "Version" or "Id")) is { } unknown)
        {
            throw Malformed($"'{unknown}' is no element of it; allowed are Version, Id and Statement");
        }

        var statements = policy["Statement"] switch
        {
            JsonArray { Count: > 0 } many => many.Select((statement, i) => Statement.Parse(statement, i + 1)),
            JsonObject one => [Statement.Parse(one, 1)],
            _ => throw Malformed("Statement must be a list with at least one statement"),
        };
        return new StackPolicy([.. statements]);
    }

    /// <summary>Refuses what the policy does not allow.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>, naming the statement.</exception>
    public void Require(string action, string logicalId, string type)
    {
        var matching = _statements.Where(statement => statement.Matches(action, ResourcePrefix + logicalId, type)).ToList();
        var denied = matching.FirstOrDefault(statement => statement.IsDeny);
        if (denied is not null)
        {
            throw TemplateErrors.Validation(
                $"Action denied by stack policy: Statement [#{denied.Number}] does not allow [{action}] for resource "
                + $"[{ResourcePrefix}{logicalId}]");
        }

        if (matching.Count == 0)
        {
            throw TemplateErrors.Validation(
                $"Action denied by stack policy: no statement allows [{action}] for resource [{ResourcePrefix}{logicalId}]");
        }
    }

    private static AwsServiceException Malformed(string what) => TemplateErrors.Validation($"Error validating stack policy: {what}");

    private sealed record Statement(
        int Number,
        bool IsDeny,
        IReadOnlyList<string> Actions,
        bool IsNotAction,
        IReadOnlyList<string> Resources,
        bool IsNotResource,
        IReadOnlyList<string>? Types)
    {
        private static readonly string[] Members =
            ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

        public static Statement Parse(JsonNode? node, int number)
        {
            var members = node as JsonObject ?? throw Malformed($"Statement [#{number}] is not an object");
            AwsServiceException Wrong(string what) => Malformed($"Statement [#{number}] {what}");
            if (members.Select(member => member.Key).Except(Members, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            {
                throw Wrong($"has '{unknown}'; allowed are {string.Join(", ", Members)}");
            }

            if (members["Principal"] is not { } principal || !ScalarText.TryText(principal, out var who) || who != "*")
            {
                throw Wrong("needs the Principal \"*\": stack policies know no other");
            }

            IReadOnlyList<string> OneOf(string name, out bool isNot)
            {
                isNot = members.ContainsKey("Not" + name);
                return isNot == members.ContainsKey(name)
                    ? throw Wrong($"needs one of {name} and Not{name}")
                    : Texts(members[isNot ? "Not" + name : name]) ?? throw Wrong($"needs a string or a list of strings as {name}");
            }

            var actions = OneOf("Action", out var isNotAction);
            if (actions.FirstOrDefault(action => action is not ("Update:*" or Modify or Replace or Delete or "*")) is { } other)
            {
                throw Wrong($"has the Action '{other}'; allowed are {Modify}, {Replace}, {Delete} and Update:*");
            }

            var resources = OneOf("Resource", out var isNotResource);
            if (resources.FirstOrDefault(name => name != "*" && !name.StartsWith(ResourcePrefix, StringComparison.Ordinal)) is { } resource)
            {
                throw Wrong($"has the Resource '{resource}'; allowed are * and {ResourcePrefix} with a logical id, also with * and ?");
            }

            return new Statement(
                number,
                members["Effect"]?.ToString() switch
                {
                    "Allow" => false,
                    "Deny" => true,
                    var effect => throw Wrong($"has the Effect '{effect}'; allowed are Allow and Deny"),
                },
                actions,
                isNotAction,
                resources,
                isNotResource,
                Condition(members["Condition"], Wrong));
        }

        public bool Matches(string action, string resource, string type) =>
            Actions.Any(pattern => WildcardPattern.Matches(pattern, action, ignoreCase: true)) != IsNotAction
            && Resources.Any(pattern => WildcardPattern.Matches(pattern, resource)) != IsNotResource
            && (Types is null || Types.Any(pattern => WildcardPattern.Matches(pattern, type)));

        private static IReadOnlyList<string>? Condition(JsonNode? node, Func<string, AwsServiceException> wrong)
        {
            if (node is null)
            {
                return null;
            }

            return node is JsonObject { Count: 1 } operators
                && operators.First() is { Key: "StringEquals" or "StringLike", Value: JsonObject { Count: 1 } keys } condition
                && keys.First() is { Key: ResourceType, Value: var value }
                && Texts(value) is { } types
                && (condition.Key == "StringLike" || !types.Any(type => type.IndexOfAny(['*', '?']) >= 0))
                ? types
                : throw wrong($"has a Condition that is not StringEquals or StringLike with {ResourceType}");
        }

        private static IReadOnlyList<string>? Texts(JsonNode? node) => node switch
        {
            JsonArray { Count: > 0 } items when items.All(item => ScalarText.TryText(item, out _)) =>
                [.. items.Select(item => item!.ToString())],
            JsonValue when ScalarText.TryText(node, out var text) => [text],
            _ => null,
        };
    }
}
