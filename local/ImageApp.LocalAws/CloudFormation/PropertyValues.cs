using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Reads the resolved properties of a template's resource, whose scalars may be strings, numbers or booleans.</summary>
internal static class PropertyValues
{
    public static JsonObject? Object(this JsonObject properties, string name) => properties[name] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw Invalid(name, "must be an object."),
    };

    public static IEnumerable<JsonObject> Objects(this JsonObject properties, string name) => properties[name] switch
    {
        null => [],
        JsonArray values when values.All(value => value is JsonObject) => values.Select(value => value!.AsObject()),
        _ => throw Invalid(name, "must be a list of objects."),
    };

    /// <summary>A scalar as text; null where it is not given.</summary>
    /// <exception cref="AwsServiceException">It is an object or a list.</exception>
    public static string? Text(this JsonObject properties, string name) => properties[name] switch
    {
        null => null,
        JsonValue value => Scalar(value),
        _ => throw Invalid(name, "must be a string."),
    };

    /// <summary>A scalar that must be given and not be empty.</summary>
    public static string RequiredText(this JsonObject properties, string name) =>
        properties.Text(name) is { Length: > 0 } value ? value : throw Invalid(name, "is required.");

    public static IReadOnlyList<string> Texts(this JsonObject properties, string name) => properties[name] switch
    {
        null => [],
        JsonArray values when values.All(value => value is JsonValue) => [.. values.Select(value => Scalar((JsonValue)value!))],
        _ => throw Invalid(name, "must be a list of strings."),
    };

    /// <summary>A list of strings that must be given.</summary>
    public static IReadOnlyList<string> RequiredTexts(this JsonObject properties, string name) =>
        properties.Texts(name) is { Count: > 0 } values ? values : throw Invalid(name, "must be a list with at least one string.");

    /// <summary>A whole number; null where it is not given.</summary>
    public static int? Number(this JsonObject properties, string name) => properties.Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw Invalid(name, $"must be a whole number but is '{text}'."),
    };

    public static bool Flag(this JsonObject properties, string name) => properties.Text(name)?.ToLowerInvariant() switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Invalid(name, "must be true or false."),
    };

    /// <summary>A JSON document, written as an object or as a string that holds one; null where it is not given.</summary>
    public static string? Document(this JsonObject properties, string name) => properties[name] switch
    {
        null => null,
        JsonObject document => document.ToJsonString(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw Invalid(name, "must be a JSON object."),
    };

    /// <summary>The property <c>Tags</c>.</summary>
    public static IReadOnlyDictionary<string, string> Tags(this JsonObject properties) => properties.Objects("Tags").ToDictionary(
        tag => tag.RequiredText("Key"),
        tag => tag.Text("Value") ?? throw Invalid("Tags", "must be a list of objects with Key and Value."),
        StringComparer.Ordinal);

    /// <summary>Those of the named properties that are given, as attributes of the same names.</summary>
    public static Dictionary<string, string> Attributes(
        this JsonObject properties,
        IEnumerable<string> scalars,
        IEnumerable<string> documents)
    {
        var values = scalars
            .Select(name => (name, value: properties.Text(name)))
            .Concat(documents.Select(name => (name, value: properties.Document(name))));
        return values.Where(item => item.value is not null).ToDictionary(item => item.name, item => item.value!);
    }

    /// <summary>The reverse of <see cref="Attributes"/>: adds attributes as properties of the same names.</summary>
    public static JsonObject With(
        this JsonObject properties,
        IReadOnlyDictionary<string, string> attributes,
        IEnumerable<string> scalars,
        IEnumerable<string> documents)
    {
        foreach (var name in scalars.Where(attributes.ContainsKey))
        {
            properties[name] = attributes[name];
        }

        foreach (var name in documents.Where(attributes.ContainsKey))
        {
            properties[name] = JsonNode.Parse(attributes[name]);
        }

        return properties;
    }

    /// <summary>The reverse of <see cref="Tags"/>.</summary>
    public static JsonArray TagList(IReadOnlyDictionary<string, string> tags) =>
        new([.. tags.Select(tag => new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value })]);

    /// <summary>
    /// A resource that is the policy of others, as it is now: the first of their policies that is not the expected one; null where none of
    /// them has one.
    /// </summary>
    public static PresentResource? PolicyOf(string physicalId, JsonObject expected, IEnumerable<string?> policies)
    {
        var documents = policies.Select(policy => policy is null ? null : JsonNode.Parse(policy)).ToList();
        if (documents.All(document => document is null))
        {
            return null;
        }

        var present = (JsonObject)expected.DeepClone();
        var wanted = expected.Document("PolicyDocument") is { } text ? JsonNode.Parse(text) : null;
        if (documents.FindIndex(document => !ScalarText.Same(document, wanted)) is >= 0 and var other)
        {
            present["PolicyDocument"] = documents[other];
        }

        return new PresentResource(new Dictionary<string, string> { ["Id"] = physicalId }, present);
    }

    private static string Scalar(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static AwsServiceException Invalid(string name, string what) => new("InvalidRequest", $"The property {name} {what}");
}
