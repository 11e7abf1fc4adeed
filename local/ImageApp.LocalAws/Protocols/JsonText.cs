using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Protocols;

/// <summary>
/// Reads JSON from outside. <see cref="JsonNode"/> by itself finds out only when a name or text is asked for that it is there twice or is
/// half of a surrogate pair, and then with exceptions of other kinds.
/// </summary>
internal static class JsonText
{
    private const int DefaultDepth = 64;

    /// <summary>Reads a text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="maxDepth">How deep it may be nested.</param>
    /// <exception cref="JsonException">It is not JSON, has a name twice, or a text that is not Unicode.</exception>
    public static JsonNode? Parse(ReadOnlyMemory<byte> json, int maxDepth = DefaultDepth)
    {
        using var document = Open(() => JsonDocument.Parse(json, Options(maxDepth)));
        return NodeOf(document);
    }

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte}, int)"/>
    public static JsonNode? Parse(string json, int maxDepth = DefaultDepth)
    {
        using var document = Open(() => JsonDocument.Parse(json, Options(maxDepth)));
        return NodeOf(document);
    }

    /// <summary>Reads a text into a document.</summary>
    /// <exception cref="JsonException">It is not JSON, has a name twice, or a text that is not Unicode.</exception>
    public static JsonDocument ParseDocument(string json)
    {
        var document = Open(() => JsonDocument.Parse(json, Options(DefaultDepth)));
        try
        {
            Check(document.RootElement);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static JsonDocumentOptions Options(int maxDepth) => new() { MaxDepth = maxDepth, AllowDuplicateProperties = false };

    private static JsonDocument Open(Func<JsonDocument> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException($"The text is not Unicode: {e.Message}", e);
        }
    }

    private static JsonNode? NodeOf(JsonDocument document)
    {
        Check(document.RootElement);
        var root = document.RootElement.Clone();
        return root.ValueKind switch
        {
            JsonValueKind.Object => JsonObject.Create(root),
            JsonValueKind.Array => JsonArray.Create(root),
            JsonValueKind.Null => null,
            _ => JsonValue.Create(root),
        };
    }

    private static void Check(JsonElement element)
    {
        try
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in element.EnumerateObject())
                    {
                        _ = member.Name;
                        Check(member.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        Check(item);
                    }

                    break;
                case JsonValueKind.String:
                    _ = element.GetString();
                    break;
            }
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"A text is not Unicode: {e.Message}", e);
        }
    }
}
