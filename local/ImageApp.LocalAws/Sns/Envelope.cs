using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// Puts notifications into the JSON that subscribers get (SNS Developer Guide, "Amazon SNS message and JSON formats"), signed.
/// </summary>
internal sealed class Envelope(SigningKey key, ServiceEndpoint endpoint)
{
    /// <summary>For SQS and HTTP.</summary>
    public string ForQueueOrHttp(Topic topic, Subscription subscription, Notification notification)
    {
        var version = SignatureVersion(topic);
        var json = new JsonObject { ["Type"] = notification.Type, ["MessageId"] = notification.MessageId };
        if (notification.Token is not null)
        {
            json["Token"] = notification.Token;
        }

        if (notification.SequenceNumber is not null)
        {
            json["SequenceNumber"] = notification.SequenceNumber;
        }

        json["TopicArn"] = notification.TopicArn;
        if (notification.Subject is not null)
        {
            json["Subject"] = notification.Subject;
        }

        json["Message"] = notification.Message;
        if (notification.Token is not null)
        {
            json["SubscribeURL"] = SubscribeUrl(notification);
        }

        json["Timestamp"] = Timestamp(notification);
        json["SignatureVersion"] = version;
        json["Signature"] = key.Sign(StringToSign(notification), version);
        json["SigningCertURL"] = CertificateUrl;
        if (notification.Type == Notification.NotificationType)
        {
            json["UnsubscribeURL"] = UnsubscribeUrl(subscription);
        }

        if (notification.Attributes.Count > 0)
        {
            json["MessageAttributes"] = Attributes(notification);
        }

        return json.ToJsonString();
    }

    /// <summary>The event a function gets (Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications").</summary>
    public byte[] ForFunction(Topic topic, Subscription subscription, Notification notification)
    {
        var version = SignatureVersion(topic);
        var sns = new JsonObject
        {
            ["Type"] = notification.Type,
            ["MessageId"] = notification.MessageId,
            ["TopicArn"] = notification.TopicArn,
            ["Subject"] = notification.Subject,
            ["Message"] = notification.Message,
            ["Timestamp"] = Timestamp(notification),
            ["SignatureVersion"] = version,
            ["Signature"] = key.Sign(StringToSign(notification), version),
            ["SigningCertUrl"] = CertificateUrl,
            ["UnsubscribeUrl"] = UnsubscribeUrl(subscription),
            ["MessageAttributes"] = Attributes(notification),
        };
        var record = new JsonObject
        {
            ["EventSource"] = "aws:sns",
            ["EventVersion"] = "1.0",
            ["EventSubscriptionArn"] = subscription.Arn,
            ["Sns"] = sns,
        };
        return Encoding.UTF8.GetBytes(new JsonObject { ["Records"] = new JsonArray(record) }.ToJsonString());
    }

    private string CertificateUrl => new Uri(endpoint.Uri, "/" + key.CertificateFileName).ToString();

    private static string SignatureVersion(Topic topic) => topic.Attributes.GetValueOrDefault(Topic.SignatureVersionAttribute, "1");

    private static string Timestamp(Notification notification) =>
        notification.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private string SubscribeUrl(Notification notification) =>
        new Uri(
            endpoint.Uri,
            $"{SnsLinks.ActionPath}?Action=ConfirmSubscription"
            + $"&TopicArn={Uri.EscapeDataString(notification.TopicArn)}&Token={notification.Token}"
        ).AbsoluteUri;

    private string UnsubscribeUrl(Subscription subscription) =>
        new Uri(
            endpoint.Uri,
            $"{SnsLinks.ActionPath}?Action=Unsubscribe&SubscriptionArn={Uri.EscapeDataString(subscription.Arn)}").AbsoluteUri;

    // SNS Developer Guide, "Verifying the signatures of Amazon SNS messages": these names, in byte order, each with its value on a line of
    // its own.
    private string StringToSign(Notification notification)
    {
        var fields = new List<(string Name, string? Value)> { ("Message", notification.Message), ("MessageId", notification.MessageId) };
        if (notification.Token is null)
        {
            fields.Add(("Subject", notification.Subject));
        }
        else
        {
            fields.Add(("SubscribeURL", SubscribeUrl(notification)));
        }

        fields.Add(("Timestamp", Timestamp(notification)));
        fields.Add(("Token", notification.Token));
        fields.Add(("TopicArn", notification.TopicArn));
        fields.Add(("Type", notification.Type));
        return string.Concat(fields.Where(field => field.Value is not null).Select(field => $"{field.Name}\n{field.Value}\n"));
    }

    private static JsonObject Attributes(Notification notification) =>
        new(
            notification.Attributes.Select(pair =>
                KeyValuePair.Create<string, JsonNode?>(
                    pair.Key,
                    new JsonObject
                    {
                        ["Type"] = pair.Value.DataType,
                        ["Value"] = pair.Value.BinaryValue is null
                            ? pair.Value.StringValue
                            : Convert.ToBase64String(pair.Value.BinaryValue),
                    })));
}
