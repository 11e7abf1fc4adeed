using System.Text.Json.Nodes;
using ImageApp.LocalAws.Policies;

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
                $"Invalid parameter: Policy statement action out of service scope! '{unknown}' is none; allowed are "
                + $"{string.Join(", ", s_actions)} and *.");
        }

        var statements = LabelledStatements.Of(policy);
        if (statements.Contains(label))
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: Statement already exists: '{label}'");
        }

        statements.Allow(label, accounts, [.. actions.Select(action => "SNS:" + action)], topicArn);
        return statements.ToJson();
    }

    /// <summary>Removes the statement of a label.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public static string Remove(string policy, string label)
    {
        var statements = LabelledStatements.Of(policy);
        return statements.Remove(label)
            ? statements.ToJson()
            : throw new AwsServiceException(
                "NotFound",
                $"The topic's policy has no statement '{label}'.",
                System.Net.HttpStatusCode.NotFound);
    }
}
