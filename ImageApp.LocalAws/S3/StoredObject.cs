namespace ImageApp.LocalAws.S3;

/// <summary>An object: what is known of it, and the file its content is in.</summary>
internal sealed record StoredObject
{
    public required string Key { get; init; }

    /// <summary>The content's file; a new one for every write, so that readers of the old are not disturbed.</summary>
    public required string DataFile { get; init; }

    public required long Size { get; init; }

    /// <summary>Without quotes.</summary>
    public required string ETag { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public required string Sequencer { get; init; }

    public string ContentType { get; init; } = "binary/octet-stream";

    /// <summary>Cache-Control, Content-Disposition, Content-Encoding, Content-Language and Expires, as they came.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>User metadata, without the <c>x-amz-meta-</c>.</summary>
    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>Additional checksums by header.</summary>
    public Dictionary<string, string> Checksums { get; init; } = [];
}
