namespace ImageApp.LocalAws.Signing;

/// <summary>How a body is protected (Amazon S3 API Reference, "Authenticating requests").</summary>
internal enum PayloadKind
{
    /// <summary>Not at all, as in presigned URLs.</summary>
    Unsigned,

    /// <summary>By the SHA-256 of the whole.</summary>
    Hashed,

    /// <summary>In chunks, each signed.</summary>
    SignedChunks,

    /// <summary>In signed chunks with a signed trailer.</summary>
    SignedChunksWithTrailer,

    /// <summary>In unsigned chunks with a checksum trailer.</summary>
    ChunkedWithTrailer,
}
