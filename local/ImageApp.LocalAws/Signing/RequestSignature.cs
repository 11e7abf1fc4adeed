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
