namespace ImageApp.Core.Storage;

/// <summary>An object of the bucket, open for reading.</summary>
public sealed class StoredObject : IDisposable
{
    private readonly IDisposable? _response;

    internal StoredObject(IDisposable? response) => _response = response;

    /// <summary>Its bytes, once, as they come.</summary>
    public Stream Content { get; init; } = Stream.Null;

    /// <summary>How many bytes there are.</summary>
    public long Length { get; init; }

    /// <summary>Its eTag without quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Whether it is what the reader has already; then there is no content.</summary>
    public bool IsNotModified { get; init; }

    /// <summary>The uploader's file name; null where the object came another way.</summary>
    public string? FileName { get; init; }

    /// <summary>The W3C trace context of whoever put it; null where there was none.</summary>
    public string? TraceParent { get; init; }

    /// <inheritdoc/>
    public void Dispose() => _response?.Dispose();
}

/// <summary>What is known of an object without reading it.</summary>
/// <param name="ETag">Its eTag without quotes.</param>
/// <param name="SizeBytes">How many bytes there are.</param>
public sealed record ObjectDescription(string ETag, long SizeBytes);

/// <summary>Where and how a browser puts an original: exactly these headers, before the time is over.</summary>
/// <param name="Url">The address to <c>PUT</c> to.</param>
/// <param name="Headers">The signed headers.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
public sealed record PresignedUpload(string Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);
