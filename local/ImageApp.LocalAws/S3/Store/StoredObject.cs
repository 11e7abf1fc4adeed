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

/// <summary>A run of an object's bytes: one blob, or part of one. A multipart object has one for each of its parts.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="Length">How many bytes, all of the blob.</param>
internal readonly record struct Segment(Guid Blob, long Length);

/// <summary>The headers that are stored with an object and returned as they were given; null where not given.</summary>
internal sealed record ObjectHeaders
{
    public string? ContentType { get; init; }

    public string? CacheControl { get; init; }

    public string? ContentDisposition { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentLanguage { get; init; }

    public string? Expires { get; init; }
}

/// <summary>An object whose bytes stay readable until the lease ends, also when it is replaced or deleted meanwhile.</summary>
internal sealed class ObjectLease(StoredObject stored, Action release) : IDisposable
{
    private Action? _release = release;

    public StoredObject Object { get; } = stored;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
