using System.Text.Json;

namespace ImageApp.FunctionDefaults.Events;

/// <summary>Reads the notification that S3 publishes (Amazon S3 User Guide, "Event message structure").</summary>
public static class S3EventNotification
{
    /// <summary>Reads every record of a notification.</summary>
    /// <param name="json">The message S3 published: <c>{"Records":[...]}</c>, or its <c>s3:TestEvent</c>, which has none.</param>
    /// <returns>The records, keys decoded; empty for a test event.</returns>
    /// <exception cref="FormatException">The text is not an S3 event notification; the message says what is missing.</exception>
    public static IReadOnlyList<S3ObjectEvent> Parse(string json)
    {
        S3EventDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, S3EventJson.Default.S3EventDocument);
        }
        catch (JsonException e)
        {
            throw new FormatException($"Not an S3 event notification: {e.Message}", e);
        }

        if (document?.Event == "s3:TestEvent")
        {
            return [];
        }

        if (document?.Records is not { } records)
        {
            throw new FormatException("Not an S3 event notification: it has no \"Records\".");
        }

        return [.. records.Select(ToEvent)];
    }

    private static S3ObjectEvent ToEvent(S3EventDocument.Record record)
    {
        if (record is not { EventName: { } name, S3: { Bucket.Name: { } bucket, Object: { Key: { } key } item } })
        {
            throw new FormatException("A record of the S3 event notification lacks eventName, s3.bucket.name or s3.object.key.");
        }

        // Keys arrive form-encoded: a space as '+', everything unusual as %XX.
        var decoded = Uri.UnescapeDataString(key.Replace('+', ' '));
        return new S3ObjectEvent(name, bucket, decoded, item.ETag, item.Size, item.Sequencer, record.EventTime);
    }
}
