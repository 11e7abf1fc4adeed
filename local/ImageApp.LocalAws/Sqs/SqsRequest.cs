using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Sqs;

/// <summary>The parameters of an SQS request, or of one entry of a batch.</summary>
internal readonly struct SqsRequest(JsonObject parameters)
{
    public string Required(string name) =>
        Text(name) ?? throw new AwsServiceException("MissingParameter", $"The request must contain the parameter {name}.");

    public string? Text(string name) =>
        parameters[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            var other => throw Invalid(name, $"{other.ToJsonString()} is no string."),
        };

    /// <summary>A whole number within limits; null where it is not given.</summary>
    public int? Number(string name, int minimum, int maximum)
    {
        if (parameters[name] is not { } node)
        {
            return null;
        }

        return node is JsonValue value && value.TryGetValue<int>(out var number) && number >= minimum && number <= maximum
            ? number
            : throw new AwsServiceException(
                "InvalidParameterValue",
                $"Value {node} for parameter {name} is invalid. Reason: Must be between {minimum} and {maximum}, if provided.");
    }

    public IReadOnlyList<string> Texts(string name) =>
        parameters[name] switch
        {
            null => [],
            JsonArray array when array.All(item => item?.GetValueKind() == JsonValueKind.String) =>
            [
                .. array.Select(item => item!.GetValue<string>()),
            ],
            var other => throw Invalid(name, $"{other.ToJsonString()} is no list of strings."),
        };

    public IReadOnlyDictionary<string, string> Map(string name) =>
        parameters[name] switch
        {
            null => new Dictionary<string, string>(),
            JsonObject map => map.ToDictionary(
                pair => pair.Key,
                pair =>
                    pair.Value?.GetValueKind() == JsonValueKind.String
                        ? pair.Value.GetValue<string>()
                        : throw Invalid($"{name}.{pair.Key}", "it is no string.")),
            var other => throw Invalid(name, $"{other.ToJsonString()} is no object."),
        };

    public IReadOnlyList<SqsRequest> Entries() =>
        parameters["Entries"] switch
        {
            JsonArray array when array.All(item => item is JsonObject) => [.. array.Select(item => new SqsRequest(item!.AsObject()))],
            null => throw new AwsServiceException("MissingParameter", "The request must contain the parameter Entries."),
            _ => throw Invalid("Entries", "it is no list of objects."),
        };

    public IReadOnlyDictionary<string, MessageAttribute> MessageAttributes(string name)
    {
        if (parameters[name] is null)
        {
            return new Dictionary<string, MessageAttribute>();
        }

        var map = parameters[name] as JsonObject ?? throw Invalid(name, "it is no object.");
        return map.ToDictionary(pair => pair.Key, pair => MessageAttribute(pair.Key, pair.Value));
    }

    private static MessageAttribute MessageAttribute(string name, JsonNode? node)
    {
        var parameters = new SqsRequest(node as JsonObject ?? throw Invalid(name, "it is no object."));
        byte[]? binary = null;
        try
        {
            binary = parameters.Text("BinaryValue") is { } text ? Convert.FromBase64String(text) : null;
        }
        catch (FormatException)
        {
            throw Invalid(name, "its BinaryValue is not Base64.");
        }

        return new MessageAttribute(parameters.Required("DataType"), parameters.Text("StringValue"), binary);
    }

    private static AwsServiceException Invalid(string name, string what) =>
        new("InvalidParameterValue", $"Value for parameter {name} is invalid. Reason: {what}");
}
