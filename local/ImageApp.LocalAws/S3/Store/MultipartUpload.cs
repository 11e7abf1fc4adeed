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

    public ChecksumAlgorithm? ChecksumAlgorithm { get; init; }

    /// <summary>Whether the object's checksum will be that of the parts' checksums; else that of the whole object.</summary>
    public bool IsChecksumComposite { get; init; }

    [JsonIgnore]
    public SortedDictionary<int, UploadedPart> Parts { get; } = [];
}
