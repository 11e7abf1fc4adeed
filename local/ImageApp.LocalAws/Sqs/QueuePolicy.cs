using System.Net;
using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.Sqs;

/// <summary>What <c>AddPermission</c> and <c>RemovePermission</c> make of a queue's policy.</summary>
internal static class QueuePolicy
{
    private const int MaximumActions = 7;
    private const int MaximumLabelLength = 80;

    private static readonly string[] s_shared =
    [
        "*",
        "SendMessage",
        "ReceiveMessage",
        "DeleteMessage",
        "ChangeMessageVisibility",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ListDeadLetterSourceQueues",
        "PurgeQueue",
    ];

    /// <summary>Adds a statement for accounts.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>, <c>MissingParameter</c> or <c>OverLimit</c>.</exception>
    public static string Add(string? policy, Queue queue, string label, IReadOnlyList<string> accounts, IReadOnlyList<string> actions)
    {
        if (label.Length is 0 or > MaximumLabelLength
            || !label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
        {
            throw Invalid("Label", label, $"allowed are 1 to {MaximumLabelLength} letters, digits, '-' and '_'.");
        }

        Require(accounts, "AWSAccountIds");
        Require(actions, "Actions");
        if (accounts.FirstOrDefault(account => account.Length != 12 || !account.All(char.IsAsciiDigit)) is { } unknown)
        {
            throw Invalid("PrincipalId", unknown, "Unable to verify: an account has 12 digits.");
        }

        if (actions.FirstOrDefault(action => !s_shared.Contains(action)) is { } owners)
        {
            throw Invalid(
                "ActionName",
                $"SQS:{owners}",
                $"Only the queue owner is allowed to invoke this action. Others may be allowed {string.Join(", ", s_shared)}.");
        }

        if (actions.Count > MaximumActions)
        {
            throw new AwsServiceException(
                "OverLimit",
                $"{actions.Count} Actions were found, maximum allowed is {MaximumActions}.",
                HttpStatusCode.Forbidden);
        }

        var statements = policy is null
            ? LabelledStatements.Empty($"{queue.Arn}/SQSDefaultPolicy")
            : LabelledStatements.Of(policy);
        if (statements.Contains(label))
        {
            throw Invalid("Label", label, "Already exists.");
        }

        statements.Allow(label, accounts, [.. actions.Select(action => $"SQS:{action}")], queue.Arn);
        return statements.ToJson();
    }

    /// <summary>Removes the statement of a label.</summary>
    /// <returns>The policy without it; null where nothing is left.</returns>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>: there is none.</exception>
    public static string? Remove(string? policy, string label)
    {
        var statements = policy is null ? null : LabelledStatements.Of(policy);
        if (statements?.Remove(label) != true)
        {
            throw Invalid("Label", label, "can't find label.");
        }

        return statements.IsEmpty ? null : statements.ToJson();
    }

    private static void Require(IReadOnlyList<string> values, string parameter)
    {
        if (values.Count == 0)
        {
            throw new AwsServiceException("MissingParameter", $"The request must contain the parameter {parameter}.");
        }
    }

    private static AwsServiceException Invalid(string parameter, string value, string reason) =>
        new("InvalidParameterValue", $"Value {value} for parameter {parameter} is invalid. Reason: {reason}");
}
