using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>Chooses the messages a subscription gets (SNS Developer Guide, "Amazon SNS subscription filter policies").</summary>
internal sealed class FilterPolicy
{
    /// <summary>The scope in which the policy looks at a message's attributes; the default.</summary>
    public const string AttributesScope = "MessageAttributes";

    /// <summary>The scope in which it looks at a message's body, which must be JSON.</summary>
    public const string BodyScope = "MessageBody";

    private const string Or = "$or";
    private const int MaximumKeys = 5;
    private const int MaximumCombinations = 150;
    private const int MaximumBytes = 256 * 1024;

    private readonly JsonObject _policy;
    private readonly bool _isBody;

    private FilterPolicy(JsonObject policy, bool isBody)
    {
        _policy = policy;
        _isBody = isBody;
    }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming the key and what is wrong.</exception>
    public static FilterPolicy Parse(string json, string? scope)
    {
        if (scope is not (null or AttributesScope or BodyScope))
        {
            throw new AwsServiceException(
                "InvalidParameter",
                $"Invalid parameter: FilterPolicyScope is '{scope}'; allowed are {AttributesScope} and {BodyScope}.");
        }

        if (Encoding.UTF8.GetByteCount(json) > MaximumBytes)
        {
            throw Invalid($"it is larger than {MaximumBytes} bytes.");
        }

        JsonNode? node;
        try
        {
            node = JsonText.Parse(json);
        }
        catch (JsonException failure)
        {
            throw Invalid($"failed to parse JSON. {failure.Message}");
        }

        var policy = node as JsonObject ?? throw Invalid("it must be a JSON object.");
        Validate(policy, scope == BodyScope, "");
        if (policy.Count > MaximumKeys)
        {
            throw Invalid($"Filter policy can not have more than {MaximumKeys} keys");
        }

        if (Combinations(policy, 1, 1) is > MaximumCombinations and var combinations)
        {
            throw Invalid($"Filter policy is too complex: {combinations} combinations of values; allowed are {MaximumCombinations}.");
        }

        return new FilterPolicy(policy, scope == BodyScope);
    }

    /// <summary>Reads a policy that was accepted before, maybe by an earlier version with other limits.</summary>
    public static FilterPolicy OfStored(string json, string? scope) => new(JsonText.Parse(json)!.AsObject(), scope == BodyScope);

    public bool Matches(string message, IReadOnlyDictionary<string, MessageAttribute> attributes)
    {
        if (!_isBody)
        {
            return Matches(
                _policy,
                new JsonObject(
                    attributes
                        .Where(pair => pair.Value.BinaryValue is null)
                        .Select(pair => KeyValuePair.Create(pair.Key, Value(pair.Value)))));
        }

        try
        {
            return JsonText.Parse(message) is JsonObject body && Matches(_policy, body);
        }
        catch (JsonException)
        {
            // A body that is not JSON has no properties to match.
            return false;
        }
    }

    /// <summary>
    /// The combinations of values that a policy matches: each key multiplies them by the number of its values and by its depth, and the
    /// alternatives of an <c>$or</c> add up (SNS Developer Guide, "Filter policy constraints").
    /// </summary>
    private static double Combinations(JsonObject policy, int depth, double before) => policy.Aggregate(before, (count, rule) => rule switch
    {
        { Key: Or, Value: JsonArray alternatives } => alternatives.Sum(alternative => Combinations(alternative!.AsObject(), depth, count)),
        { Value: JsonObject nested } => Combinations(nested, depth + 1, count),
        _ => count * rule.Value!.AsArray().Count * depth,
    });

    private static JsonNode? Value(MessageAttribute attribute)
    {
        var text = attribute.StringValue ?? "";
        try
        {
            return attribute.DataType switch
            {
                "Number" or "String.Array" => JsonText.Parse(text),
                _ => JsonValue.Create(text),
            };
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static bool Matches(JsonObject policy, JsonObject values) => policy.All(rule => rule switch
    {
        { Key: Or, Value: JsonArray alternatives } => alternatives.Any(alternative => Matches(alternative!.AsObject(), values)),
        { Value: JsonObject nested } => values[rule.Key] switch
        {
            JsonObject child => Matches(nested, child),
            JsonArray children => children.OfType<JsonObject>().Any(child => Matches(nested, child)),
            _ => Matches(nested, []),
        },
        _ => MatchesAny(rule.Value!.AsArray(), values.ContainsKey(rule.Key), values[rule.Key]),
    });

    private static bool MatchesAny(JsonArray conditions, bool exists, JsonNode? value)
    {
        List<JsonNode?> actual = !exists ? [] : value is JsonArray array ? [.. array] : [value];
        return conditions.Any(condition => condition is JsonObject && condition["exists"] is { } wanted
            ? wanted.GetValue<bool>() == exists
            : actual.Any(item => Matches(condition, item)));
    }

    private static bool Matches(JsonNode? condition, JsonNode? value)
    {
        if (condition is not JsonObject rule)
        {
            return AreEqual(condition, value);
        }

        var (kind, operand) = rule.Single();
        var text = value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        return kind switch
        {
            "prefix" => text?.StartsWith(operand!.GetValue<string>(), StringComparison.Ordinal) ?? false,
            "suffix" => text?.EndsWith(operand!.GetValue<string>(), StringComparison.Ordinal) ?? false,
            "equals-ignore-case" => string.Equals(text, operand!.GetValue<string>(), StringComparison.OrdinalIgnoreCase),
            "wildcard" => text is not null
                && WildcardPattern.Matches(operand!.GetValue<string>().Replace('?', PolicyVariables.LiteralQuestionMark), text),
            "cidr" => IPAddress.TryParse(text, out var address) && IPNetwork.Parse(operand!.GetValue<string>()).Contains(address),
            "numeric" => Number(value) is { } number
                && operand!.AsArray().Chunk(2).All(pair => Compare(number, pair[0]!.GetValue<string>(), Number(pair[1])!.Value)),
            "anything-but" => operand switch
            {
                JsonArray list => !list.Any(item => AreEqual(item, value)),
                JsonObject nested when nested.Single().Value is JsonArray list => !list.Any(item =>
                    Matches(new JsonObject { [nested.Single().Key] = item?.DeepClone() }, value)),
                JsonObject nested => !Matches(nested, value),
                _ => !AreEqual(operand, value),
            },
            _ => throw new InvalidOperationException($"The validated filter policy has an unknown '{kind}'."),
        };
    }

    private static bool AreEqual(JsonNode? expected, JsonNode? actual) =>
        Number(expected) is { } left && Number(actual) is { } right ? left == right : JsonNode.DeepEquals(expected, actual);

    private static decimal? Number(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static bool Compare(decimal number, string comparison, decimal limit) =>
        comparison switch
        {
            "=" => number == limit,
            "<" => number < limit,
            "<=" => number <= limit,
            ">" => number > limit,
            _ => number >= limit,
        };

    private static void Validate(JsonObject policy, bool isBody, string path)
    {
        foreach (var (key, value) in policy)
        {
            var name = path + key;
            switch (value)
            {
                case JsonArray { Count: > 1 } alternatives when key == Or && alternatives.All(item => item is JsonObject):
                    foreach (var alternative in alternatives)
                    {
                        Validate(alternative!.AsObject(), isBody, path);
                    }

                    break;
                case JsonArray { Count: 0 }:
                    throw Invalid($"Empty arrays are not allowed: \"{name}\"");
                case JsonArray conditions when key != Or:
                    foreach (var condition in conditions)
                    {
                        ValidateCondition(condition, name);
                    }

                    break;
                case JsonObject nested when isBody:
                    Validate(nested, isBody, name + ".");
                    break;
                case JsonObject:
                    throw SnsErrors.Invalid(
                        $"Filter policy scope {AttributesScope} does not support nested filter policy: \"{name}\" needs the scope "
                        + $"{BodyScope}.");
                default:
                    throw Invalid(key == Or
                        ? $"\"{name}\" must be an array of at least two objects"
                        : $"\"{name}\" must be an object or an array");
            }
        }
    }

    private static void ValidateCondition(JsonNode? condition, string name)
    {
        if (condition is JsonArray)
        {
            throw Invalid($"Match value must be String, number, true, false, or null: \"{name}\" has a list inside its list.");
        }

        if (condition is not JsonObject rule)
        {
            return;
        }

        if (rule.Count != 1)
        {
            throw Invalid($"Only one key allowed in match expression: \"{name}\" has a condition with {rule.Count} keys.");
        }

        var (kind, operand) = rule.Single();
        var isValid = kind switch
        {
            "exists" => operand?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "prefix" or "suffix" or "equals-ignore-case" or "wildcard" => operand?.GetValueKind() == JsonValueKind.String,
            "cidr" => operand?.GetValueKind() == JsonValueKind.String && IPNetwork.TryParse(operand.GetValue<string>(), out _),
            "numeric" => IsNumeric(operand as JsonArray),
            "anything-but" => IsAnythingBut(operand),
            _ => throw Invalid(
                $"Unrecognized match type {kind}: \"{name}\" may have prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, "
                + "exists and cidr."),
        };
        if (!isValid)
        {
            var what = kind switch
            {
                "exists" => "exists match pattern must be either true or false.",
                "cidr" => "Malformed CIDR",
                "numeric" => "Invalid member in numeric match",
                "anything-but" => "Unsupported anything-but pattern",
                _ => $"{kind} match pattern must be a string",
            };
            throw Invalid($"{what}: \"{name}\" has '{kind}' with {operand?.ToJsonString() ?? "null"}.");
        }
    }

    /// <summary>One comparison, or a range from a lower to a higher bound.</summary>
    private static bool IsNumeric(JsonArray? operand)
    {
        if (operand is not { Count: 2 or 4 })
        {
            return false;
        }

        var pairs = operand.Chunk(2).Select(pair => (Comparison: pair[0]?.ToString(), Limit: Number(pair[1]))).ToList();
        return pairs.All(pair => pair.Comparison is "=" or "<" or "<=" or ">" or ">=" && pair.Limit is not null)
            && (pairs is not [var bottom, var top]
                || bottom.Comparison is ">" or ">=" && top.Comparison is "<" or "<=" && bottom.Limit < top.Limit);
    }

    private static bool IsAnythingBut(JsonNode? operand) =>
        operand switch
        {
            null => false,
            JsonArray list => list.Count > 0 && list.All(item => item is JsonValue),
            JsonObject { Count: 1 } nested => nested.Single() is { Key: "prefix" or "suffix" or "equals-ignore-case" or "wildcard" } pair
                && (
                    pair.Value?.GetValueKind() == JsonValueKind.String
                    || pair.Value is JsonArray { Count: > 0 } list && list.All(item => item?.GetValueKind() == JsonValueKind.String)),
            _ => operand is JsonValue,
        };

    private static AwsServiceException Invalid(string what) => new("InvalidParameter", "Invalid parameter: FilterPolicy: " + what);
}
