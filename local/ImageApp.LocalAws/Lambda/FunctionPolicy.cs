using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.Lambda;

/// <summary>A function's resource policy: one statement for each permission (Lambda API, <c>AddPermission</c>).</summary>
internal static partial class FunctionPolicy
{
    /// <summary>Adds a statement and gives it back with the new policy.</summary>
    /// <exception cref="AwsServiceException">A value is not allowed, or the statement id is taken.</exception>
    public static (string Policy, string Statement) Add(string? policy, string functionArn, FunctionPermission permission)
    {
        if (!StatementId().IsMatch(permission.StatementId))
        {
            throw Invalid($"StatementId '{permission.StatementId}' is not 1 to 100 letters, digits, '-' and '_'.");
        }

        if (!Action().IsMatch(permission.Action))
        {
            throw Invalid($"Action '{permission.Action}' is not 'lambda:' and an action's name, or 'lambda:*'.");
        }

        var document = policy is null
            ? new JsonObject { ["Version"] = PolicyDocument.CurrentVersion, ["Id"] = "default", ["Statement"] = new JsonArray() }
            : JsonNode.Parse(policy)!.AsObject();
        var statements = document["Statement"]!.AsArray();
        if (statements.Any(existing => HasId(existing, permission.StatementId)))
        {
            throw new AwsServiceException(
                "ResourceConflictException",
                $"The statement id ({permission.StatementId}) provided already exists. Please provide a new statement id, or remove the "
                + "existing statement.",
                HttpStatusCode.Conflict);
        }

        var statement = Statement(functionArn, permission);
        statements.Add((JsonNode)statement);
        var added = document.ToJsonString();
        try
        {
            ResourcePolicy.Validate(added);
        }
        catch (AwsServiceException malformed)
        {
            throw Invalid(malformed.Message);
        }

        return (added, statement.ToJsonString());
    }

    /// <summary>Removes a statement; null where none is left.</summary>
    /// <exception cref="AwsServiceException"><c>ResourceNotFoundException</c>: there is no such statement.</exception>
    public static string? Remove(string? policy, string statementId, string functionArn)
    {
        var document = policy is null ? null : JsonNode.Parse(policy)!.AsObject();
        var statements = document?["Statement"]!.AsArray();
        if (statements?.FirstOrDefault(item => HasId(item, statementId)) is not { } statement)
        {
            throw new AwsServiceException(
                "ResourceNotFoundException",
                $"Statement {statementId} is not found in the resource policy of {functionArn}.",
                HttpStatusCode.NotFound);
        }

        statements.Remove(statement);
        return statements.Count == 0 ? null : document!.ToJsonString();
    }

    /// <summary>The permission of a statement; null where there is none of that id.</summary>
    public static FunctionPermission? Find(string? policy, string statementId)
    {
        var statements = policy is null ? null : JsonNode.Parse(policy)!["Statement"]!.AsArray();
        if (statements?.FirstOrDefault(item => HasId(item, statementId)) is not { } statement)
        {
            return null;
        }

        var principal = statement["Principal"]!;
        return new FunctionPermission(
            statementId,
            (string)statement["Action"]!,
            principal is JsonObject named ? (string)named.First().Value! : (string)principal!,
            (string?)statement["Condition"]?["ArnLike"]?["AWS:SourceArn"],
            (string?)statement["Condition"]?["StringEquals"]?["AWS:SourceAccount"]);
    }

    private static JsonObject Statement(string functionArn, FunctionPermission permission)
    {
        var statement = new JsonObject
        {
            ["Sid"] = permission.StatementId,
            ["Effect"] = "Allow",
            ["Principal"] = Principal(permission.Principal),
            ["Action"] = permission.Action,
            ["Resource"] = functionArn,
        };
        var condition = new JsonObject();
        if (permission.SourceAccount is not null)
        {
            condition["StringEquals"] = new JsonObject { ["AWS:SourceAccount"] = permission.SourceAccount };
        }

        if (permission.SourceArn is not null)
        {
            condition["ArnLike"] = new JsonObject { ["AWS:SourceArn"] = permission.SourceArn };
        }

        if (condition.Count > 0)
        {
            statement["Condition"] = condition;
        }

        return statement;
    }

    private static JsonNode Principal(string principal) => principal switch
    {
        "*" => JsonValue.Create("*"),
        _ when principal.EndsWith(".amazonaws.com", StringComparison.Ordinal) => new JsonObject { ["Service"] = principal },
        _ when PrincipalElement.AccountOf(principal) == principal => new JsonObject { ["AWS"] = $"arn:aws:iam::{principal}:root" },
        _ => new JsonObject { ["AWS"] = principal },
    };

    private static bool HasId(JsonNode? statement, string id) => (string?)statement?["Sid"] == id;

    private static AwsServiceException Invalid(string message) => new("InvalidParameterValueException", message);

    [GeneratedRegex("^[a-zA-Z0-9-_]{1,100}$")]
    private static partial Regex StatementId();

    [GeneratedRegex(@"^lambda:(\*|[a-zA-Z]+)$")]
    private static partial Regex Action();
}

/// <summary>A permission to add to a function's policy.</summary>
/// <param name="StatementId">Its id in the policy.</param>
/// <param name="Action">For example <c>lambda:InvokeFunction</c>.</param>
/// <param name="Principal">A service such as <c>sns.amazonaws.com</c>, an account or an ARN.</param>
/// <param name="SourceArn">On whose behalf the service may act, with wildcards; null for any.</param>
/// <param name="SourceAccount">The account that owns the source; null for any.</param>
internal sealed record FunctionPermission(string StatementId, string Action, string Principal, string? SourceArn, string? SourceAccount);
