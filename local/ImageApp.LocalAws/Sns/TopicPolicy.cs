using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Sns;

/// <summary>A topic's policy: the one it starts with, and the statements of <c>AddPermission</c>.</summary>
internal static class TopicPolicy
{
    private static readonly string[] s_actions =
    [
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    ];

    /// <summary>The default: everything, for the owning account only; no service may publish.</summary>
    public static string Default(string topicArn, string accountId)
    {
        var statement = new JsonObject
        {
            ["Sid"] = "__default_statement_ID",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = "*" },
            ["Action"] = new JsonArray([.. s_actions.Select(action => JsonValue.Create("SNS:" + action))]),
            ["Resource"] = topicArn,
            ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["AWS:SourceOwner"] = accountId } },
        };
        return new JsonObject
        {
            ["Version"] = "2008-10-17",
            ["Id"] = "__default_policy_ID",
            ["Statement"] = new JsonArray(statement),
        }.ToJsonString();
    }

    /// <summary>Adds a statement for accounts.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: the label is taken or an action is none of SNS's.</exception>
    public static string Add(string policy, string topicArn, string label, IReadOnlyList<string> accounts, IReadOnlyList<string> actions)
    {
        if (actions.FirstOrDefault(action => action != "*" && !s_actions.Contains(action)) is { } unknown)
        {
            throw new AwsServiceException(
                "InvalidParameter",
                $"Invalid parameter: ActionName '{unknown}'; allowed are {string.Join(", ", s_actions)} and *.");
        }

        var (document, statements) = Read(policy);
        if (statements.Any(statement => HasLabel(statement, label)))
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: Statement already exists with the label '{label}'.");
        }

        statements.Add(
            new JsonObject
            {
                ["Sid"] = label,
                ["Effect"] = "Allow",
                ["Principal"] = new JsonObject
                {
                    ["AWS"] = new JsonArray([.. accounts.Select(account => JsonValue.Create($"arn:aws:iam::{account}:root"))]),
                },
                ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create("SNS:" + action))]),
                ["Resource"] = topicArn,
            });
        return document.ToJsonString();
    }

    /// <summary>Removes the statement of a label.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public static string Remove(string policy, string label)
    {
        var (document, statements) = Read(policy);
        var statement =
            statements.FirstOrDefault(item => HasLabel(item, label))
            ?? throw new AwsServiceException(
                "NotFound",
                $"The topic's policy has no statement '{label}'.",
                System.Net.HttpStatusCode.NotFound);
        statements.Remove(statement);
        return document.ToJsonString();
    }

    private static (JsonObject Document, JsonArray Statements) Read(string policy)
    {
        var document = JsonNode.Parse(policy)!.AsObject();
        if (document["Statement"] is JsonObject single)
        {
            document["Statement"] = new JsonArray(single.DeepClone());
        }

        return (document, document["Statement"]!.AsArray());
    }

    private static bool HasLabel(JsonNode? statement, string label) => (string?)statement?["Sid"] == label;
}
