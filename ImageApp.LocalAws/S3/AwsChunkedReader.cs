using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// Reads an <c>aws-chunked</c> body (Amazon S3 API Reference, "Signature calculations for the authorization header: transferring payload
/// in multiple chunks"): checks each chunk's signature and the trailer's.
/// </summary>
internal sealed class AwsChunkedReader(Stream body, PayloadSignature payload)
{
    private const int MaxLine = 16 * 1024;
    private const int MaxChunk = 64 * 1024 * 1024;
    private static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));
    private readonly PipeReader _reader = PipeReader.Create(body);
    private string _previousSignature = payload.Seed;

    /// <summary>The trailing headers, known once the body is read to its end.</summary>
    public Dictionary<string, string> Trailers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Hands every piece of content to <paramref name="write"/>.</summary>
    /// <exception cref="AwsServiceException">The framing is broken, the body is cut short, or a signature does not match.</exception>
    public async Task CopyToAsync(Func<ReadOnlyMemory<byte>, Task> write, CancellationToken cancellationToken)
    {
        while (true)
        {
            var header = (await ReadLineAsync(cancellationToken)).Split(';', 2);
            if (!int.TryParse(header[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length is < 0 or > MaxChunk)
            {
                throw Incomplete($"'{header[0]}' is no chunk size.");
            }

            using var hash = payload.Kind == PayloadKind.ChunkedWithTrailer ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await CopyChunkAsync(length, hash, write, cancellationToken);
            if (hash is not null)
            {
                var signature = header.Length > 1 && header[1].StartsWith("chunk-signature=", StringComparison.Ordinal) ? header[1]["chunk-signature=".Length..] : "";
                Verify("AWS4-HMAC-SHA256-PAYLOAD", $"{EmptyHash}\n{Convert.ToHexStringLower(hash.GetHashAndReset())}", signature, "chunk");
            }

            if (length == 0)
            {
                break;
            }

            if ((await ReadLineAsync(cancellationToken)).Length > 0)
            {
                throw Incomplete("a chunk is longer than its size says.");
            }
        }

        await ReadTrailersAsync(cancellationToken);
        await _reader.CompleteAsync();
    }

    private async Task CopyChunkAsync(int length, IncrementalHash? hash, Func<ReadOnlyMemory<byte>, Task> write, CancellationToken cancellationToken)
    {
        var left = length;
        while (left > 0)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer.Slice(0, Math.Min(left, read.Buffer.Length));
            if (buffer.IsEmpty && read.IsCompleted)
            {
                throw Incomplete("it ends inside a chunk.");
            }

            foreach (var segment in buffer)
            {
                hash?.AppendData(segment.Span);
                await write(segment);
                left -= segment.Length;
            }

            _reader.AdvanceTo(buffer.End);
        }
    }

    private async Task ReadTrailersAsync(CancellationToken cancellationToken)
    {
        var signed = new StringBuilder();
        string? signature = null;
        while (await ReadLineAsync(cancellationToken, endIsEmpty: true) is { Length: > 0 } line)
        {
            var field = line.Split(':', 2);
            if (field[0].Equals("x-amz-trailer-signature", StringComparison.OrdinalIgnoreCase))
            {
                signature = field[^1].Trim();
            }
            else if (field.Length == 2)
            {
                Trailers[field[0].Trim()] = field[1].Trim();
                signed.Append(CultureInfo.InvariantCulture, $"{field[0].Trim().ToLowerInvariant()}:{field[1].Trim()}\n");
            }
        }

        if (payload.Kind == PayloadKind.SignedChunksWithTrailer)
        {
            Verify("AWS4-HMAC-SHA256-TRAILER", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signed.ToString()))), signature ?? "", "trailer");
        }
    }

    private void Verify(string algorithm, string hashes, string signature, string what)
    {
        var expected = SigningMath.Sign(payload.Key, $"{algorithm}\n{payload.DateAndScope}\n{_previousSignature}\n{hashes}");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)))
        {
            throw new AwsServiceException("SignatureDoesNotMatch", $"The signature of a {what} does not match.", System.Net.HttpStatusCode.Forbidden);
        }

        _previousSignature = signature;
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken, bool endIsEmpty = false)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            if (TryReadLine(read.Buffer, out var line, out var consumed))
            {
                _reader.AdvanceTo(consumed);
                return line;
            }

            if (read.IsCompleted)
            {
                return endIsEmpty && read.Buffer.IsEmpty ? "" : throw Incomplete("it ends inside a line.");
            }

            if (read.Buffer.Length > MaxLine)
            {
                throw Incomplete("a line is too long.");
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryReadLine(System.Buffers.ReadOnlySequence<byte> buffer, out string line, out SequencePosition consumed)
    {
        var reader = new System.Buffers.SequenceReader<byte>(buffer);
        if (reader.TryReadTo(out System.Buffers.ReadOnlySequence<byte> bytes, "\r\n"u8))
        {
            line = Encoding.ASCII.GetString(bytes);
            consumed = reader.Position;
            return true;
        }

        line = "";
        consumed = buffer.Start;
        return false;
    }

    private static AwsServiceException Incomplete(string reason) => new("IncompleteBody", $"The aws-chunked body is broken: {reason}");
}
