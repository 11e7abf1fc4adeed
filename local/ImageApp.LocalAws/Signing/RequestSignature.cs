namespace ImageApp.LocalAws.Signing;

/// <summary>A request's Signature Version 4, verified.</summary>
/// <param name="AccessKeyId">Who signed.</param>
/// <param name="Scope">The credential scope.</param>
/// <param name="Timestamp">When, as signed: <c>yyyyMMddTHHmmssZ</c>.</param>
/// <param name="SigningKey">The derived key, which also signs the chunks of a streamed body.</param>
/// <param name="Signature">The signature in lower-case hexadecimal; the seed of the chunks' signatures.</param>
/// <param name="PayloadHash">The hash of the body in lower-case hexadecimal, or one of <see cref="PayloadHashes"/>.</param>
/// <param name="IsPresigned">Whether the signature was in the query.</param>
internal sealed record RequestSignature(
    string AccessKeyId,
    CredentialScope Scope,
    string Timestamp,
    byte[] SigningKey,
    string Signature,
    string PayloadHash,
    bool IsPresigned);

/// <summary>What a Signature Version 4 key is good for.</summary>
/// <param name="Date">The day in UTC, <c>yyyyMMdd</c>.</param>
/// <param name="Region">For example <c>us-east-1</c>.</param>
/// <param name="Service">The service's signing name, for example <c>s3</c>.</param>
internal sealed record CredentialScope(string Date, string Region, string Service)
{
    /// <summary>What every scope ends in.</summary>
    public const string Terminator = "aws4_request";

    /// <summary>As it is in the string to sign.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";
}

/// <summary>
/// The values of <c>x-amz-content-sha256</c> that are no hash (S3 API Reference, "Signature Calculations: Transfer Payload").
/// </summary>
internal static class PayloadHashes
{
    public const string Unsigned = "UNSIGNED-PAYLOAD";
    public const string StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    public const string StreamingSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string StreamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

    /// <summary>SHA-256 of nothing.</summary>
    public const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Whether the body is aws-chunked.</summary>
    public static bool IsStreaming(string payloadHash) =>
        payloadHash is StreamingUnsignedTrailer or StreamingSigned or StreamingSignedTrailer;

    /// <summary>Whether the value is the SHA-256 of a body in hexadecimal.</summary>
    public static bool IsDigest(string payloadHash) => payloadHash.Length == 64 && payloadHash.All(char.IsAsciiHexDigit);
}
