using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Sns;

/// <summary>Subscription filter policies (SNS Developer Guide, "Amazon SNS subscription filter policies").</summary>
internal static class FilterPolicy
{
    /// <summary>Checks a policy's form.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>.</exception>
    public static void Validate(string policy)
    {
        try
        {
            if (JsonNode.Parse(policy) is JsonObject)
            {
                return;
            }
        }
        catch (JsonException e)
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: FilterPolicy: {e.Message}");
        }

        throw new AwsServiceException("InvalidParameter", "Invalid parameter: FilterPolicy: must be a JSON object.");
    }

    /// <summary>Whether a message passes: every key of the policy must be matched by one of its conditions.</summary>
    public static bool Accepts(Subscription subscription, string message, IReadOnlyDictionary<string, MessageAttribute> attributes)
    {
        if (subscription.Attributes.GetValueOrDefault("FilterPolicy") is not { Length: > 0 } text || JsonNode.Parse(text) is not JsonObject policy)
        {
            return true;
        }

        if (subscription.Attributes.GetValueOrDefault("FilterPolicyScope") == "MessageBody")
        {
            return TryParse(message) is JsonObject body && MatchesBody(policy, body);
        }

        return policy.All(rule => rule.Value is JsonArray conditions && MatchesAny(conditions, attributes.TryGetValue(rule.Key, out var attribute) ? Values(attribute) : null));
    }

    private static bool MatchesBody(JsonObject policy, JsonObject body) => policy.All(rule => rule.Value switch
    {
        JsonObject nested => body[rule.Key] is JsonObject inner && MatchesBody(nested, inner),
        JsonArray conditions => MatchesAny(conditions, body[rule.Key] switch { null => null, JsonArray many => [.. many], var one => [one] }),
        _ => false,
    });

    private static List<JsonNode?> Values(MessageAttribute attribute) => attribute.Type switch
    {
        "String.Array" => TryParse(attribute.Value) is JsonArray many ? [.. many] : [],
        "Number" => [TryParse(attribute.Value)],
        _ => [JsonValue.Create(attribute.Value)],
    };

    private static bool MatchesAny(JsonArray conditions, List<JsonNode?>? values) => conditions.Any(condition => Matches(condition, values));

    private static bool Matches(JsonNode? condition, List<JsonNode?>? values)
    {
        if (condition is not JsonObject { Count: > 0 } test)
        {
            return values?.Any(value => JsonNode.DeepEquals(value, condition)) == true;
        }

        var (name, operand) = test.First();
        if (name == "exists")
        {
            return operand!.GetValue<bool>() == values is not null;
        }

        return values?.Any(value => name switch
        {
            "prefix" => Text(value)?.StartsWith(operand!.ToString(), StringComparison.Ordinal) == true,
            "suffix" => Text(value)?.EndsWith(operand!.ToString(), StringComparison.Ordinal) == true,
            "equals-ignore-case" => string.Equals(Text(value), operand!.ToString(), StringComparison.OrdinalIgnoreCase),
            "anything-but" => operand switch
            {
                JsonArray many => !many.Any(excluded => JsonNode.DeepEquals(excluded, value)),
                JsonObject nested => !Matches(nested, [value]),
                _ => !JsonNode.DeepEquals(operand, value),
            },
            "numeric" => value?.GetValueKind() == JsonValueKind.Number && operand is JsonArray comparisons && comparisons.Chunk(2).All(pair => Compares(value, pair[0]!.ToString(), pair[1]!)),
            _ => false,
        }) == true;
    }

    private static bool Compares(JsonNode value, string comparison, JsonNode bound)
    {
        var left = decimal.Parse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
        var right = decimal.Parse(bound.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
        return comparison switch { "=" => left == right, "<" => left < right, "<=" => left <= right, ">" => left > right, ">=" => left >= right, _ => false };
    }

    private static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // A body that is no JSON matches no filter on its properties (SNS Developer Guide, "Filter policy scope").
            return null;
        }
    }
}
