using System.Text.Json;

namespace ImageApp.LocalAws.Policies;

/// <summary>The values of a policy element: each may be written alone or as a list.</summary>
internal static class PolicyValues
{
    public static IReadOnlyList<string> Strings(JsonElement value, string name) =>
        NotEmpty(value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((item, index) => PolicyDocument.Text(item, $"{name}[{index}]"))]
            : [PolicyDocument.Text(value, name)], name);

    /// <summary>Condition values, which may also be numbers and booleans.</summary>
    public static IReadOnlyList<string> Scalars(JsonElement value, string name) =>
        NotEmpty(
            value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => Scalar(item, name))] : [Scalar(value, name)],
            name);

    private static string Scalar(JsonElement value, string name) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw PolicyDocument.Malformed($"{name} has a JSON {value.ValueKind}; allowed are strings, numbers and booleans."),
        };

    private static IReadOnlyList<string> NotEmpty(IReadOnlyList<string> values, string name) =>
        values.Count > 0 ? values : throw PolicyDocument.Malformed($"{name} is an empty list.");
}
