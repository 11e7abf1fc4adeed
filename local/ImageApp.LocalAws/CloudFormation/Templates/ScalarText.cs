using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>CloudFormation makes no difference between a scalar and its text: <c>true</c> and <c>"true"</c> are one value.</summary>
internal static class ScalarText
{
    public static bool TryText(JsonNode? node, [NotNullWhen(true)] out string? text)
    {
        text = node is JsonValue value
            ? value.GetValueKind() switch
            {
                JsonValueKind.String => value.GetValue<string>(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Number => value.ToJsonString(),
                _ => null,
            }
            : null;
        return text is not null;
    }

    /// <summary>Whether two resolved values are the same to CloudFormation.</summary>
    public static bool Same(JsonNode? left, JsonNode? right)
    {
        if (TryText(left, out var leftText) && TryText(right, out var rightText))
        {
            return string.Equals(leftText, rightText, StringComparison.Ordinal);
        }

        return (left, right) switch
        {
            (null, null) => true,
            (JsonArray l, JsonArray r) => l.Count == r.Count && l.Zip(r).All(pair => Same(pair.First, pair.Second)),
            (JsonObject l, JsonObject r) => l.Count == r.Count
                && l.All(member => r.TryGetPropertyValue(member.Key, out var other) && Same(member.Value, other)),
            _ => false,
        };
    }
}
