using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Sns;

/// <summary>Reads the resolved properties of a template's resource, whose scalars may be strings, numbers or booleans.</summary>
internal static class TemplateProperties
{
    /// <summary>A scalar as text; null where it is not given.</summary>
    /// <exception cref="AwsServiceException">It is an object or a list.</exception>
    public static string? Text(this JsonObject properties, string name) => properties[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(),
        _ => throw Invalid(name, "must be a string."),
    };

    /// <summary>A scalar that must be given.</summary>
    public static string RequiredText(this JsonObject properties, string name) => properties.Text(name) ?? throw Invalid(name, "is required.");

    /// <summary>A whole number; null where it is not given.</summary>
    public static int? Number(this JsonObject properties, string name)
    {
        if (properties.Text(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, out var number) ? number : throw Invalid(name, $"must be a whole number but is '{text}'.");
    }

    /// <summary>A JSON document, written as an object or as a string that holds one; null where it is not given.</summary>
    public static string? Document(this JsonObject properties, string name) => properties[name] switch
    {
        null => null,
        JsonObject document => document.ToJsonString(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw Invalid(name, "must be a JSON object."),
    };

    /// <summary>A list of strings that must be given.</summary>
    public static IReadOnlyList<string> RequiredTexts(this JsonObject properties, string name) =>
        properties[name] is JsonArray { Count: > 0 } list && list.All(item => item is JsonValue)
            ? [.. list.Select(item => item!.ToString())]
            : throw Invalid(name, "must be a list with at least one string.");

    /// <summary>The property <c>Tags</c>.</summary>
    public static IReadOnlyDictionary<string, string> Tags(this JsonObject properties) => properties["Tags"] switch
    {
        null => new Dictionary<string, string>(),
        JsonArray list when list.All(item => item is JsonObject) => list.Select(item => item!.AsObject()).ToDictionary(tag => tag.RequiredText("Key"), tag => tag.RequiredText("Value")),
        _ => throw Invalid("Tags", "must be a list of objects with Key and Value."),
    };

    /// <summary>Those of the named properties that are given, as attributes of the same names.</summary>
    public static Dictionary<string, string> Attributes(this JsonObject properties, IEnumerable<string> scalars, IEnumerable<string> documents)
    {
        var values = scalars.Select(name => (name, value: properties.Text(name))).Concat(documents.Select(name => (name, value: properties.Document(name))));
        return values.Where(item => item.value is not null).ToDictionary(item => item.name, item => item.value!);
    }

    private static AwsServiceException Invalid(string name, string what) => new("InvalidRequest", $"The property {name} {what}");
}
