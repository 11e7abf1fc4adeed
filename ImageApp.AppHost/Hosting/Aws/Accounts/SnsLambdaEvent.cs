using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.AppHost.Hosting.Aws.Accounts;

/// <summary>What Lambda gets from SNS, made of what SQS gets from SNS (SNS Developer Guide, message format; Lambda Developer Guide, SNS
/// event).</summary>
internal static class SnsLambdaEvent
{
    /// <summary>Makes the event.</summary>
    /// <param name="body">The SQS message's body: SNS's JSON, without raw message delivery.</param>
    /// <param name="subscriptionArn">The subscription, if it is known.</param>
    /// <exception cref="FormatException">The body is no notification of SNS.</exception>
    public static string FromQueue(string body, string subscriptionArn = "")
    {
        JsonObject? notification;
        try
        {
            notification = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException e)
        {
            throw new FormatException("The message is not JSON, so it is not from SNS.", e);
        }

        if ((string?)notification?["Type"] != "Notification" || notification["Message"] is null || notification["TopicArn"] is null)
        {
            throw new FormatException(
                "The message is no notification of SNS: Type, Message and TopicArn are needed. Raw message delivery must be off."
            );
        }

        // Two names are written differently for the two.
        var record = new JsonObject
        {
            ["Type"] = "Notification",
            ["MessageId"] = notification["MessageId"]?.DeepClone(),
            ["TopicArn"] = notification["TopicArn"]!.DeepClone(),
            ["Subject"] = notification["Subject"]?.DeepClone(),
            ["Message"] = notification["Message"]!.DeepClone(),
            ["Timestamp"] = notification["Timestamp"]?.DeepClone(),
            ["SignatureVersion"] = notification["SignatureVersion"]?.DeepClone(),
            ["Signature"] = notification["Signature"]?.DeepClone(),
            ["SigningCertUrl"] = notification["SigningCertURL"]?.DeepClone(),
            ["UnsubscribeUrl"] = notification["UnsubscribeURL"]?.DeepClone(),
            ["MessageAttributes"] = notification["MessageAttributes"]?.DeepClone() ?? new JsonObject(),
        };
        return new JsonObject
        {
            ["Records"] = new JsonArray(
                new JsonObject
                {
                    ["EventSource"] = "aws:sns",
                    ["EventVersion"] = "1.0",
                    ["EventSubscriptionArn"] = subscriptionArn,
                    ["Sns"] = record,
                }
            ),
        }.ToJsonString();
    }
}
