namespace ImageApp.LocalAws.Signing;

/// <summary>What a body must satisfy.</summary>
/// <param name="Kind">How it is protected.</param>
/// <param name="ContentHash">The header <c>x-amz-content-sha256</c>.</param>
/// <param name="Key">The signing key.</param>
/// <param name="Seed">The request's signature, from which chunk signatures go on.</param>
/// <param name="DateAndScope">Timestamp and scope on two lines, as chunk strings to sign need them.</param>
internal sealed record PayloadSignature(PayloadKind Kind, string ContentHash, byte[] Key, string Seed, string DateAndScope)
{
    /// <summary>Whether the body is framed in chunks.</summary>
    public bool IsChunked => Kind is PayloadKind.SignedChunks or PayloadKind.SignedChunksWithTrailer or PayloadKind.ChunkedWithTrailer;
}
