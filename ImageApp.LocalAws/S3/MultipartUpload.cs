namespace ImageApp.LocalAws.S3;

/// <summary>A multipart upload under way.</summary>
internal sealed record MultipartUpload(string UploadId, string Key, DateTimeOffset Initiated, string ContentType, Dictionary<string, string> Headers, Dictionary<string, string> Metadata)
{
    public Dictionary<int, UploadedPart> Parts { get; init; } = [];
}
