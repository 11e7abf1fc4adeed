using System.Text.Json.Serialization;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>A multipart upload under way.</summary>
internal sealed record MultipartUpload
{
    public required string UploadId { get; init; }

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public DateTimeOffset Initiated { get; init; }

    public ObjectHeaders Headers { get; init; } = new();

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public string StorageClass { get; init; } = "STANDARD";

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public ObjectLock? Lock { get; init; }

    public CustomerKeyCheck? CustomerKey { get; init; }

    public ChecksumAlgorithm? ChecksumAlgorithm { get; init; }

    /// <summary>Whether the object's checksum will be that of the parts' checksums; else that of the whole object.</summary>
    public bool IsChecksumComposite { get; init; }

    /// <summary>Whether the checksum is calculated from all bytes when the upload is completed.</summary>
    [JsonIgnore]
    public bool ReadsBytesAtEnd => ChecksumAlgorithm is not null && !IsChecksumComposite;

    [JsonIgnore]
    public SortedDictionary<int, UploadedPart> Parts { get; } = [];
}

/// <summary>A part of a multipart upload.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="Segment">Its bytes.</param>
/// <param name="ETag">Its MD5 in hexadecimal.</param>
/// <param name="Checksum">Its checksum, where one was given.</param>
/// <param name="LastModified">When it was uploaded.</param>
internal sealed record UploadedPart(int Number, Segment Segment, string ETag, Checksum? Checksum, DateTimeOffset LastModified);
