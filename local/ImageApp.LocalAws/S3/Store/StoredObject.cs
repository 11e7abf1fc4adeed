using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>One object: what it is, and which blobs hold its bytes.</summary>
internal sealed record StoredObject
{
    public required string Key { get; init; }

    public IReadOnlyList<Segment> Segments { get; init; } = [];

    /// <summary>Without quotes: an MD5, or for a multipart object the MD5 of the parts' MD5s and their number.</summary>
    public string ETag { get; init; } = "";

    public DateTimeOffset LastModified { get; init; }

    public ObjectHeaders Headers { get; init; } = new();

    /// <summary>The user metadata, names in lower case without <c>x-amz-meta-</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public Checksum? Checksum { get; init; }

    public string StorageClass { get; init; } = "STANDARD";

    /// <summary>Its place among all changes of the store; later is greater.</summary>
    public long Sequence { get; init; }

    [JsonIgnore]
    public long Size => Segments.Sum(segment => segment.Length);

    [JsonIgnore]
    public string QuotedETag => $"\"{ETag}\"";

    [JsonIgnore]
    public bool IsMultipart => ETag.Contains('-', StringComparison.Ordinal);
}
