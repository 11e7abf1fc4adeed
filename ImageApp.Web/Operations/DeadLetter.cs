using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.SQS.Model;
using ImageApp.Core;

namespace ImageApp.Web.Operations;

/// <summary>An event that could not be handled, read from what Lambda or SNS left of it in a queue.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="SentAt">Since when it is in the queue.</param>
/// <param name="Objects">What happened to which objects; empty where it is no event of this application.</param>
/// <param name="Reason">Why it could not be handled, as far as it is told.</param>
/// <param name="Attempts">How often it was tried; null where it is not told.</param>
/// <param name="Text">The message's beginning, where nothing else is known of it.</param>
internal sealed record DeadLetter(
    string Id,
    DateTimeOffset? SentAt,
    IReadOnlyList<DeadLetterObject> Objects,
    string Reason,
    int? Attempts,
    string? Text)
{
    private const int MaxReason = 300;
    private const string Untold = "The message does not say why.";

    /// <summary>
    /// Reads a message: an on-failure destination's record (Lambda Developer Guide, "Capturing records of Lambda asynchronous
    /// invocations"), an event with the attributes of Lambda's own dead-letter queue, or a notification that SNS could not deliver.
    /// </summary>
    public static DeadLetter Read(Message message)
    {
        var body = Parse(message.Body) as JsonObject;
        var record = body?["requestPayload"] is not null ? body : null;
        var objects = ObjectsOf(record is null ? body : record["requestPayload"] as JsonObject);
        return new DeadLetter(
            message.MessageId,
            SentAtOf(message),
            objects,
            PlainText.Shorten(Reasons(record, message).FirstOrDefault(reason => !string.IsNullOrWhiteSpace(reason)) ?? Untold, MaxReason),
            (record?["requestContext"] as JsonObject)?["approximateInvokeCount"] is JsonValue count && count.TryGetValue(out int attempts)
                ? attempts
                : null,
            objects.Count == 0 ? PlainText.Shorten(message.Body, MaxReason) : null);
    }

    private static IEnumerable<string?> Reasons(JsonObject? record, Message message)
    {
        if (record?["responsePayload"] is JsonObject response)
        {
            var (type, text) = (StringOf(response["errorType"]), StringOf(response["errorMessage"]));
            yield return type is null || text is null ? text ?? type : $"{type}: {text}";
        }

        yield return StringOf((record?["requestContext"] as JsonObject)?["condition"]) switch
        {
            "EventAgeExceeded" => "It waited too long for a function that could take it.",
            "RetriesExhausted" => "Every attempt failed.",
            var condition => condition,
        };
        yield return message.MessageAttributes?.GetValueOrDefault("ErrorMessage")?.StringValue;
        yield return message.MessageAttributes?.GetValueOrDefault("ERROR_MESSAGE")?.StringValue;
        yield return message.MessageAttributes?.GetValueOrDefault("ERROR_CODE")?.StringValue;
    }

    // An event of SNS for Lambda has records with messages; SNS itself sends one message; and each is S3's notification as text.
    private static List<DeadLetterObject> ObjectsOf(JsonObject? body)
    {
        if (body is null)
        {
            return [];
        }

        IEnumerable<JsonNode?> notifications = StringOf(body["Type"]) == "Notification"
            ? [body["Message"]]
            : (body["Records"] as JsonArray ?? []).Select(item => ((item as JsonObject)?["Sns"] as JsonObject)?["Message"]);
        return
        [
            .. notifications
                .Select(text => StringOf(text) is { } json ? Parse(json) as JsonObject : null)
                .SelectMany(notification => notification?["Records"] as JsonArray ?? [])
                .Select(ObjectOf)
                .OfType<DeadLetterObject>(),
        ];
    }

    private static DeadLetterObject? ObjectOf(JsonNode? node)
    {
        var record = node as JsonObject;
        var key = StringOf(((record?["s3"] as JsonObject)?["object"] as JsonObject)?["key"]);
        return key is not null && StringOf(record!["eventName"]) is { } name
            ? new DeadLetterObject(
                Uri.UnescapeDataString(key.Replace('+', ' ')),
                name.StartsWith("ObjectRemoved", StringComparison.Ordinal) || name.StartsWith("s3:ObjectRemoved", StringComparison.Ordinal))
            : null;
    }

    private static DateTimeOffset? SentAtOf(Message message) =>
        message.Attributes?.GetValueOrDefault("SentTimestamp") is { } text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    private static string? StringOf(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // Not one of ours; the page shows it as it is.
            return null;
        }
    }
}
