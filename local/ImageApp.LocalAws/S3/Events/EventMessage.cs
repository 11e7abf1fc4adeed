using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImageApp.LocalAws.S3.Configuration;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>The messages S3 publishes (S3 User Guide, "Event message structure").</summary>
internal static class EventMessage
{
    private const string NothingsETag = "d41d8cd98f00b204e9800998ecf8427e";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the message of one event of <paramref name="stored"/>, which may be an object that is gone.</summary>
    public static string Create(
        NotificationConfiguration configuration,
        EventContext context,
        LocalAwsOptions options,
        Bucket bucket,
        StoredObject stored,
        long sequence,
        DateTimeOffset time) =>
        Write(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("Records");
            json.WriteStartObject();
            json.WriteString("eventVersion", "2.1");
            json.WriteString("eventSource", "aws:s3");
            json.WriteString("awsRegion", options.Region);
            json.WriteString("eventTime", S3Xml.Timestamp(time));
            json.WriteString("eventName", context.EventName);
            json.WriteStartObject("userIdentity");
            json.WriteString("principalId", context.PrincipalId);
            json.WriteEndObject();
            json.WriteStartObject("requestParameters");
            json.WriteString("sourceIPAddress", context.SourceAddress);
            json.WriteEndObject();
            json.WriteStartObject("responseElements");
            json.WriteString("x-amz-request-id", context.RequestId);
            json.WriteString("x-amz-id-2", context.HostId);
            json.WriteEndObject();
            json.WriteStartObject("s3");
            json.WriteString("s3SchemaVersion", "1.0");
            json.WriteString("configurationId", configuration.Id);
            json.WriteStartObject("bucket");
            json.WriteString("name", bucket.Name);
            json.WriteStartObject("ownerIdentity");
            json.WriteString("principalId", options.AccountId);
            json.WriteEndObject();
            json.WriteString("arn", Bucket.ArnOf(bucket.Name));
            json.WriteEndObject();
            json.WriteStartObject("object");
            json.WriteString("key", EncodeKey(stored.Key));
            if (context.HasObject)
            {
                json.WriteNumber("size", stored.Size);
            }

            if (context.HasObject || stored.IsDeleteMarker)
            {
                // A delete marker has the eTag of nothing.
                json.WriteString("eTag", stored.IsDeleteMarker ? NothingsETag : stored.ETag);
            }

            if (bucket.TellsVersions && stored.VersionId is { } versionId)
            {
                json.WriteString("versionId", versionId);
            }

            json.WriteString("sequencer", sequence.ToString("X18", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>Makes the message that S3 sends when a notification configuration is set.</summary>
    public static string CreateTest(string bucket, string requestId, string hostId, DateTimeOffset time) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("Service", "Amazon S3");
        json.WriteString("Event", "s3:TestEvent");
        json.WriteString("Time", S3Xml.Timestamp(time));
        json.WriteString("Bucket", bucket);
        json.WriteString("RequestId", requestId);
        json.WriteString("HostId", hostId);
        json.WriteEndObject();
    });

    /// <summary>URL-encoded as S3 does it in events: a space is <c>+</c>, <c>/</c> stays.</summary>
    public static string EncodeKey(string key) =>
        PercentEncoding.Encode(key, keepSlash: true).Replace("%20", "+", StringComparison.Ordinal);

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}

/// <summary>What an event says of the request that caused it.</summary>
/// <param name="EventName">Without <c>s3:</c>, for example <c>ObjectCreated:Put</c>.</param>
/// <param name="PrincipalId">Who made the request.</param>
/// <param name="SourceAddress">The client's IP address.</param>
/// <param name="RequestId">As answered in <c>x-amz-request-id</c>.</param>
/// <param name="HostId">As answered in <c>x-amz-id-2</c>.</param>
/// <param name="TraceParent">The request's trace, for the delivery to continue.</param>
internal sealed record EventContext(
    string EventName,
    string PrincipalId,
    string SourceAddress,
    string RequestId,
    string HostId,
    string? TraceParent)
{
    /// <summary>Whether the event is of an object that is there, and not of one that was removed.</summary>
    public bool HasObject =>
        !EventName.StartsWith("ObjectRemoved:", StringComparison.Ordinal)
        && !EventName.StartsWith("LifecycleExpiration:", StringComparison.Ordinal);

    /// <summary>The event as it is where the object was not deleted, but covered by a delete marker.</summary>
    public EventContext AsDeleteMarker() =>
        this with { EventName = EventName.Replace(":Delete", ":DeleteMarkerCreated", StringComparison.Ordinal) };
}
