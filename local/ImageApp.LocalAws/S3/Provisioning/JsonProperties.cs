using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.S3.Provisioning;

/// <summary>Reads the properties of a CloudFormation resource, whose scalars may be strings, numbers or booleans.</summary>
internal static class JsonProperties
{
    public static JsonObject? Object(this JsonObject parent, string name) => parent[name] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw Invalid(name, "an object"),
    };

    public static IEnumerable<JsonObject> Objects(this JsonObject parent, string name) => parent[name] switch
    {
        null => [],
        JsonArray values when values.All(value => value is JsonObject) => values.Select(value => value!.AsObject()),
        _ => throw Invalid(name, "a list of objects"),
    };

    public static string? Text(this JsonObject parent, string name) => parent[name] switch
    {
        null => null,
        JsonValue value => Scalar(value),
        _ => throw Invalid(name, "a string"),
    };

    public static string RequiredText(this JsonObject parent, string name) =>
        parent.Text(name) is { Length: > 0 } value ? value : throw new AwsServiceException("ValidationError", $"The property {name} is required.");

    public static IReadOnlyList<string> Texts(this JsonObject parent, string name) => parent[name] switch
    {
        null => [],
        JsonArray values when values.All(value => value is JsonValue) => [.. values.Select(value => Scalar((JsonValue)value!))],
        _ => throw Invalid(name, "a list of strings"),
    };

    public static int? Number(this JsonObject parent, string name) => parent.Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Invalid(name, "a number"),
    };

    public static bool Flag(this JsonObject parent, string name) => parent.Text(name)?.ToLowerInvariant() switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Invalid(name, "true or false"),
    };

    private static string Scalar(JsonValue value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static AwsServiceException Invalid(string name, string expected) => new("ValidationError", $"The property {name} must be {expected}.");
}
