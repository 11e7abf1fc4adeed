using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Policies;

/// <summary>
/// The statements of a policy, of which <c>AddPermission</c> and <c>RemovePermission</c> of SQS and SNS know each by its label, the
/// <c>Sid</c>.
/// </summary>
internal sealed class LabelledStatements
{
    private readonly JsonObject _document;
    private readonly JsonArray _statements;

    private LabelledStatements(JsonObject document, JsonArray statements)
    {
        _document = document;
        _statements = statements;
    }

    public bool IsEmpty => _statements.Count == 0;

    /// <summary>Reads a policy that was checked before.</summary>
    public static LabelledStatements Of(string policy)
    {
        var document = JsonNode.Parse(policy)!.AsObject();
        if (document["Statement"] is JsonObject single)
        {
            document["Statement"] = new JsonArray(single.DeepClone());
        }

        return new LabelledStatements(document, document["Statement"]!.AsArray());
    }

    /// <summary>A policy without statements.</summary>
    public static LabelledStatements Empty(string id)
    {
        var statements = new JsonArray();
        return new LabelledStatements(
            new JsonObject { ["Version"] = "2008-10-17", ["Id"] = id, ["Statement"] = statements },
            statements);
    }

    public bool Contains(string label) => Find(label) is not null;

    /// <summary>Allows accounts to perform actions.</summary>
    public void Allow(string label, IReadOnlyList<string> accounts, IReadOnlyList<string> actions, string resourceArn) => _statements.Add(
        (JsonNode)new JsonObject
        {
            ["Sid"] = label,
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = OneOrMore([.. accounts.Select(account => $"arn:aws:iam::{account}:root")]) },
            ["Action"] = OneOrMore(actions),
            ["Resource"] = resourceArn,
        });

    /// <returns>Whether there was one.</returns>
    public bool Remove(string label) => Find(label) is { } statement && _statements.Remove(statement);

    public string ToJson() => _document.ToJsonString();

    private static JsonNode OneOrMore(IReadOnlyList<string> values) =>
        values is [var one] ? JsonValue.Create(one) : new JsonArray([.. values.Select(value => JsonValue.Create(value))]);

    private JsonNode? Find(string label) => _statements.FirstOrDefault(statement => (string?)statement?["Sid"] == label);
}
