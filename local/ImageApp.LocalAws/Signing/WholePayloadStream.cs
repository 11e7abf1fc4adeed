using System.Security.Cryptography;

namespace ImageApp.LocalAws.Signing;

/// <summary>A body that was signed as a whole, or not at all.</summary>
internal sealed class WholePayloadStream(Stream body, string? expectedHash) : PayloadStream
{
    private readonly IncrementalHash? _hash = expectedHash is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        var count = await body.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            _hash?.AppendData(buffer.Span[..count]);
            return count;
        }

        _ended = true;
        if (
            _hash is not null
            && !string.Equals(Convert.ToHexStringLower(_hash.GetHashAndReset()), expectedHash, StringComparison.OrdinalIgnoreCase))
        {
            throw new SignatureException(
                SignatureFailure.PayloadMismatch,
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }
}
