using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Sqs;

/// <summary>What a function was to handle, read from what its failure left in a queue.</summary>
/// <param name="Payload">The event as JSON.</param>
/// <param name="FunctionName">The function; null where the message does not say.</param>
internal sealed record FailedInvocation(string Payload, string? FunctionName)
{
    /// <summary>
    /// Reads an on-failure destination's record, a notification that SNS could not deliver, or the payload itself, as Lambda's own
    /// dead-letter queue has it; null where it is no JSON object.
    /// </summary>
    public static FailedInvocation? Parse(string body)
    {
        JsonNode? json;
        try
        {
            json = JsonText.Parse(body);
        }
        catch (JsonException)
        {
            // Somebody else's message.
            return null;
        }

        return json switch
        {
            JsonObject record when record["requestPayload"] is { } payload => new(payload.ToJsonString(), FunctionOf(record)),
            JsonObject notification when notification["Type"]?.ToString() == "Notification" => new(SnsEvent(notification), null),
            JsonObject payload => new(payload.ToJsonString(), null),
            _ => null,
        };
    }

    private static string? FunctionOf(JsonObject record) =>
        (record["requestContext"] as JsonObject)?["functionArn"]?.ToString().Split(':') is [_, _, _, _, _, _, var name, ..] ? name : null;

    // What a function gets of a notification (Lambda Developer Guide, SNS event); two names are written differently there.
    private static string SnsEvent(JsonObject notification)
    {
        var record = notification.DeepClone().AsObject();
        Rename(record, "SigningCertURL", "SigningCertUrl");
        Rename(record, "UnsubscribeURL", "UnsubscribeUrl");
        record.TryAdd("MessageAttributes", new JsonObject());
        return new JsonObject
        {
            ["Records"] = new JsonArray(
                new JsonObject
                {
                    ["EventSource"] = "aws:sns",
                    ["EventVersion"] = "1.0",
                    ["EventSubscriptionArn"] = "",
                    ["Sns"] = record,
                }),
        }.ToJsonString();
    }

    private static void Rename(JsonObject json, string from, string to)
    {
        if (json.Remove(from, out var value))
        {
            json[to] = value;
        }
    }
}
