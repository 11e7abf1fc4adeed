using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>One object: what it is, and which blobs hold its bytes.</summary>
internal sealed record StoredObject
{
    /// <summary>What clients call the version that has no id.</summary>
    public const string NullVersion = "null";

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

    /// <summary>Null for the one version of an object that was stored without versioning; clients write <c>null</c> for it.</summary>
    public string? VersionId { get; init; }

    /// <summary>Whether this version says that the key has no object; it has no bytes.</summary>
    public bool IsDeleteMarker { get; init; }

    /// <summary>The object's tags; null where it has none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public ObjectLock? Lock { get; init; }

    /// <summary>What tells whether a customer's key is the one that the bytes are encrypted with; null where they are not.</summary>
    public CustomerKeyCheck? CustomerKey { get; init; }

    /// <summary>The parts of a multipart object; null for one of earlier versions of local AWS, and for any other.</summary>
    public IReadOnlyList<ObjectPart>? Parts { get; init; }

    /// <summary>Its place among all changes of the store; later is greater.</summary>
    public long Sequence { get; init; }

    [JsonIgnore]
    public long Size => Segments.Sum(segment => segment.Length);

    [JsonIgnore]
    public string QuotedETag => $"\"{ETag}\"";

    /// <summary>As clients write it.</summary>
    [JsonIgnore]
    public string VersionName => VersionId ?? NullVersion;

    [JsonIgnore]
    public bool IsMultipart => ETag.Contains('-', StringComparison.Ordinal);
}

/// <summary>A run of an object's bytes. A multipart object has one for each of its parts.</summary>
/// <param name="Blob">The file, which is a blob's own or a pack.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="Offset">Where in the file they begin.</param>
internal readonly record struct Segment(Guid Blob, long Length, long Offset = 0);

/// <summary>A part that a multipart object was made of.</summary>
/// <param name="Number">Its number in the upload.</param>
/// <param name="Size">How many bytes.</param>
/// <param name="Checksum">Its checksum in Base64, where it has one.</param>
internal sealed record ObjectPart(int Number, long Size, string? Checksum);

/// <summary>The headers that are stored with an object and returned as they were given; null where not given.</summary>
internal sealed record ObjectHeaders
{
    public string? ContentType { get; init; }

    public string? CacheControl { get; init; }

    public string? ContentDisposition { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentLanguage { get; init; }

    public string? Expires { get; init; }

    public string? WebsiteRedirectLocation { get; init; }
}

/// <summary>An object whose bytes stay readable until the lease ends, also when it is replaced or deleted meanwhile.</summary>
internal sealed class ObjectLease(StoredObject stored, Action release) : IDisposable
{
    private Action? _release = release;

    public StoredObject Object { get; } = stored;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
