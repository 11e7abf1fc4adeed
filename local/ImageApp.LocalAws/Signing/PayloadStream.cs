using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Signing;

/// <summary>
/// A request's body as the client meant it: unwrapped from aws-chunked and verified against the signature as it is read to its end.
/// </summary>
internal abstract class PayloadStream : Stream
{
    /// <summary>The trailing headers, once the body has been read; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Trailers { get; protected set; } = new Dictionary<string, string>();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the body of a request; <paramref name="signature"/> is null for an unsigned one.</summary>
    /// <exception cref="SignatureException">A signed body in an unsigned request.</exception>
    public static PayloadStream Open(HttpRequest request, RequestSignature? signature)
    {
        var payloadHash = signature?.PayloadHash ?? request.Headers["x-amz-content-sha256"].ToString();
        if (PayloadHashes.IsStreaming(payloadHash))
        {
            if (signature is null && payloadHash != PayloadHashes.StreamingUnsignedTrailer)
            {
                throw new SignatureException(SignatureFailure.Missing, $"A body of {payloadHash} needs a signed request.");
            }

            return new AwsChunkedStream(request, payloadHash == PayloadHashes.StreamingUnsignedTrailer ? null : signature);
        }

        return new WholePayloadStream(request.Body, PayloadHashes.IsDigest(payloadHash) ? payloadHash : null);
    }

    public override void Flush()
    {
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Request bodies are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
