using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ImageApp.LocalAws.Protocols;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Sqs;

/// <summary>
/// SQS's older protocol, AWS Query: its parameters as the JSON protocol has them, and the JSON answers as its XML (SQS Developer Guide,
/// "Making Query API requests"; SQS service model 2012-11-05). Lists and maps are flattened there and have names of their own.
/// </summary>
internal static class SqsQuery
{
    private const string KeyName = "Key";
    private const string NameName = "Name";

    // An entry, its attributes, and the members of one.
    private const int MaximumDepth = 3;

    private static readonly Dictionary<string, (string Name, FlatKind Kind)> s_flat = new(StringComparer.Ordinal)
    {
        ["AWSAccountId"] = ("AWSAccountIds", FlatKind.List),
        ["ActionName"] = ("Actions", FlatKind.List),
        ["AttributeName"] = ("AttributeNames", FlatKind.List),
        ["MessageSystemAttributeName"] = ("MessageSystemAttributeNames", FlatKind.List),
        ["MessageAttributeName"] = ("MessageAttributeNames", FlatKind.List),
        ["TagKey"] = ("TagKeys", FlatKind.List),
        ["SendMessageBatchRequestEntry"] = ("Entries", FlatKind.List),
        ["DeleteMessageBatchRequestEntry"] = ("Entries", FlatKind.List),
        ["ChangeMessageVisibilityBatchRequestEntry"] = ("Entries", FlatKind.List),
        ["Attribute"] = ("Attributes", FlatKind.Map),
        ["MessageAttribute"] = ("MessageAttributes", FlatKind.Map),
        ["MessageSystemAttribute"] = ("MessageSystemAttributes", FlatKind.Map),
        ["Tag"] = ("Tags", FlatKind.Map),
    };

    private static readonly HashSet<string> s_numbers = new(StringComparer.Ordinal)
    {
        "DelaySeconds", "MaxNumberOfMessages", "MaxNumberOfMessagesPerSecond", "MaxResults", "VisibilityTimeout", "WaitTimeSeconds",
    };

    private static readonly Dictionary<string, string> s_members = new(StringComparer.Ordinal)
    {
        ["QueueUrls"] = "QueueUrl",
        ["queueUrls"] = "QueueUrl",
        ["Messages"] = "Message",
        ["Results"] = "ListMessageMoveTasksResultEntry",
        ["Failed"] = "BatchResultErrorEntry",
        ["Attributes"] = "Attribute",
        ["MessageAttributes"] = "MessageAttribute",
        ["Tags"] = "Tag",
    };

    /// <summary>The namespace of the answers.</summary>
    public static XNamespace Namespace { get; } = "http://queue.amazonaws.com/doc/2012-11-05/";

    /// <summary>Whether a request is in this protocol: the other one names its operation in a header.</summary>
    public static bool IsAskedFor(HttpRequest request) => !request.Headers.ContainsKey(AwsJson.TargetHeader);

    /// <summary>The parameters as those of the JSON protocol.</summary>
    /// <param name="query">The parameters.</param>
    /// <param name="path">The request's path: that of a queue stands for its URL.</param>
    public static JsonObject Parameters(QueryRequest query, PathString path)
    {
        var parameters = Object(query.Names.Select(name => (name, query[name]!)), 1);
        if (path.Value is { Length: > 1 } queue)
        {
            parameters.TryAdd("QueueUrl", queue);
        }

        if (query.Action == "CreateQueue" && parameters.Remove("Tags", out var tags))
        {
            // There the JSON protocol writes it small.
            parameters["tags"] = tags;
        }

        return parameters;
    }

    /// <summary>The content of an answer's <c>Result</c> element; null where the operation has none.</summary>
    public static IReadOnlyList<XElement>? Result(string operation, JsonObject answer) => operation
        is "AddPermission" or "ChangeMessageVisibility" or "DeleteMessage" or "DeleteQueue" or "PurgeQueue" or "RemovePermission"
        or "SetQueueAttributes" or "TagQueue" or "UntagQueue"
        ? null
        : [.. answer.SelectMany(pair => Elements(operation, pair.Key, pair.Value))];

    private static IEnumerable<XElement> Elements(string operation, string name, JsonNode? value)
    {
        var member = name == "Successful" ? operation + "ResultEntry" : s_members.GetValueOrDefault(name, name);
        return value switch
        {
            JsonArray list => list.Select(item => Element(operation, member, item)),
            JsonObject map when s_members.ContainsKey(name) => map.Select(entry => new XElement(
                member,
                new XElement(name == "Tags" ? KeyName : NameName, entry.Key),
                Element(operation, "Value", entry.Value))),
            _ => [Element(operation, member, value)],
        };
    }

    private static XElement Element(string operation, string name, JsonNode? value) => value is JsonObject structure
        ? new XElement(name, structure.SelectMany(pair => Elements(operation, pair.Key, pair.Value)))
        : new XElement(name, value?.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value?.ToJsonString(),
        });

    private static JsonObject Object(IEnumerable<(string Name, string Value)> parameters, int depth)
    {
        var json = new JsonObject();
        foreach (var group in parameters.GroupBy(parameter => parameter.Name.Split('.')[0], StringComparer.Ordinal))
        {
            if (depth > MaximumDepth || !s_flat.TryGetValue(group.Key, out var flat))
            {
                // A structure's members follow its name after a dot.
                foreach (var (name, value) in group)
                {
                    json[name] = Value(name, value);
                }

                continue;
            }

            var items = group
                .Select(item => (Item: Indexed(item.Name, group.Key), item.Value))
                .GroupBy(item => item.Item.Index)
                .OrderBy(item => item.Key)
                .Select(item => item.Select(part => (part.Item.Tail, part.Value)).ToList())
                .ToList();
            json[flat.Name] = flat.Kind == FlatKind.List
                ? new JsonArray([.. items.Select(item => Item(item, depth + 1))])
                : Map(items, group.Key, depth + 1);
        }

        return json;
    }

    private static JsonNode? Item(List<(string Tail, string Value)> item, int depth) =>
        item is [("", var value)] ? JsonValue.Create(value) : Object(item, depth);

    private static JsonObject Map(IEnumerable<List<(string Tail, string Value)>> entries, string name, int depth)
    {
        var map = new JsonObject();
        foreach (var entry in entries)
        {
            var key = entry.FirstOrDefault(part => part.Tail is NameName or KeyName).Value
                ?? throw new AwsServiceException("MissingParameter", $"The request must contain the parameter {name}.Name.");
            const string Value = "Value";
            var values = entry.Where(part => part.Tail is not (NameName or KeyName)).ToList();
            map[key] = values is [(Value, var text)]
                ? JsonValue.Create(text)
                : Object(
                    values.Select(part => (
                        part.Tail.StartsWith(Value + ".", StringComparison.Ordinal) ? part.Tail[(Value.Length + 1)..] : part.Tail,
                        part.Value)),
                    depth);
        }

        return map;
    }

    private static (int Index, string Tail) Indexed(string name, string prefix)
    {
        var parts = name.Split('.', 3);
        return parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (index, parts.Length > 2 ? parts[2] : "")
            : throw new AwsServiceException("MalformedQueryString", $"'{name}' has no number after '{prefix}.'.");
    }

    private static JsonValue? Value(string name, string value) =>
        s_numbers.Contains(name) && int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(value);

    /// <summary>How a parameter of several values is written.</summary>
    private enum FlatKind
    {
        /// <summary><c>Name.1</c>, or <c>Name.1.Member</c>.</summary>
        List,

        /// <summary><c>Name.1.Name</c> and <c>Name.1.Value</c>.</summary>
        Map,
    }
}
