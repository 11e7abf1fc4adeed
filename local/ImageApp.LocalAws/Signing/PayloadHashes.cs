namespace ImageApp.LocalAws.Signing;

/// <summary>The values of <c>x-amz-content-sha256</c> that are no hash (S3 API Reference, "Signature Calculations: Transfer Payload").</summary>
internal static class PayloadHashes
{
    public const string Unsigned = "UNSIGNED-PAYLOAD";
    public const string StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    public const string StreamingSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string StreamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

    /// <summary>SHA-256 of nothing.</summary>
    public const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Whether the body is aws-chunked.</summary>
    public static bool IsStreaming(string payloadHash) => payloadHash is StreamingUnsignedTrailer or StreamingSigned or StreamingSignedTrailer;

    /// <summary>Whether the value is the SHA-256 of a body in hexadecimal.</summary>
    public static bool IsDigest(string payloadHash) => payloadHash.Length == 64 && payloadHash.All(char.IsAsciiHexDigit);
}
