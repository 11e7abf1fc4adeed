using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Signing;

/// <summary>
/// Unwraps aws-chunked (S3 API Reference, "Signature Calculations: Transfer Payload in Multiple Chunks", and "... with trailing
/// headers"): <c>size;chunk-signature=…</c>, data, …, a chunk of size 0, trailing headers.
/// </summary>
internal sealed class AwsChunkedStream : PayloadStream
{
    private const int MaximumLineBytes = 8 * 1024;
    private const int MaximumTrailers = 16;
    private const string TrailerSignature = "x-amz-trailer-signature";

    private readonly PipeReader _reader;
    private readonly RequestSignature? _signature;
    private readonly long? _expectedLength;
    private readonly string? _declaredTrailer;
    private readonly IncrementalHash? _chunkHash;
    private string _previousSignature;
    private string _chunkSignature = "";
    private long _remaining;
    private long _decoded;
    private bool _inChunk;
    private bool _ended;

    public AwsChunkedStream(HttpRequest request, RequestSignature? signature)
    {
        _reader = request.BodyReader;
        _signature = signature;
        _previousSignature = signature?.Signature ?? "";
        _chunkHash = signature is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _declaredTrailer = request.Headers["x-amz-trailer"].ToString() is { Length: > 0 } trailer ? trailer.Trim() : null;
        _expectedLength = request.Headers["x-amz-decoded-content-length"].ToString() switch
        {
            "" => null,
            var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) => length,
            var text => throw new AwsServiceException(
                "InvalidArgument",
                $"x-amz-decoded-content-length is '{text}'; it must be a number of bytes."),
        };
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (!_ended)
        {
            if (_remaining > 0)
            {
                return await ReadDataAsync(buffer, cancellationToken);
            }

            if (_inChunk)
            {
                await EndChunkAsync(cancellationToken);
            }

            await BeginChunkAsync(cancellationToken);
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _chunkHash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadDataAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await _reader.ReadAsync(cancellationToken);
        if (result.Buffer.IsEmpty)
        {
            throw Incomplete("the body ends inside a chunk");
        }

        var data = result.Buffer.Slice(0, Math.Min(Math.Min(_remaining, buffer.Length), result.Buffer.Length));
        data.CopyTo(buffer.Span);

        // Before the reader moves on: then the sequence's memory is no longer ours.
        var count = (int)data.Length;
        _reader.AdvanceTo(data.End);
        _chunkHash?.AppendData(buffer.Span[..count]);
        _remaining -= count;
        _decoded += count;
        return count;
    }

    private async ValueTask BeginChunkAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken) ?? throw Incomplete("the last chunk is missing");
        var fields = line.Split(';', 2);
        if (!long.TryParse(fields[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _remaining) || _remaining < 0)
        {
            throw new AwsServiceException(
                "InvalidRequest",
                $"'{line}' is no aws-chunked chunk header; expecting size-in-hexadecimal[;chunk-signature=signature].");
        }

        const string name = "chunk-signature=";
        _chunkSignature = fields.Length == 2 && fields[1].StartsWith(name, StringComparison.Ordinal) ? fields[1][name.Length..] : "";
        _inChunk = true;
        if (_remaining == 0)
        {
            VerifyChunk();
            await ReadTrailersAsync(cancellationToken);
            _ended = true;
        }
    }

    private async ValueTask EndChunkAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken) is not "")
        {
            throw Incomplete("a chunk is longer than its header says");
        }

        VerifyChunk();
        _inChunk = false;
    }

    private void VerifyChunk()
    {
        if (_signature is null)
        {
            return;
        }

        var expected = SigningKeyDerivation.Sign(
            _signature.SigningKey,
            $"AWS4-HMAC-SHA256-PAYLOAD\n{_signature.Timestamp}\n{_signature.Scope}\n{_previousSignature}\n{PayloadHashes.Empty}\n"
            + $"{Convert.ToHexStringLower(_chunkHash!.GetHashAndReset())}"
        );
        Require(expected, _chunkSignature, "chunk");
        _previousSignature = expected;
    }

    private async ValueTask ReadTrailersAsync(CancellationToken cancellationToken)
    {
        var trailers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var canonical = new StringBuilder();
        string? signature = null;
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || trailers.Count == MaximumTrailers)
            {
                throw new AwsServiceException(
                    "MalformedTrailerError",
                    $"The request contained trailing data that was not well-formed: '{line}'.");
            }

            var (name, value) = (line[..colon].Trim(), line[(colon + 1)..].Trim());
            if (name.Equals(TrailerSignature, StringComparison.OrdinalIgnoreCase))
            {
                signature = value;
                continue;
            }

            trailers[name] = value;
            canonical.Append(name.ToLowerInvariant()).Append(':').Append(value).Append('\n');
        }

        if (_declaredTrailer is not null && !trailers.ContainsKey(_declaredTrailer))
        {
            throw new AwsServiceException(
                "MalformedTrailerError",
                $"The trailing header '{_declaredTrailer}' that x-amz-trailer announces is missing.");
        }

        if (_signature is { PayloadHash: PayloadHashes.StreamingSignedTrailer })
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
            var expected = SigningKeyDerivation.Sign(
                _signature.SigningKey,
                $"AWS4-HMAC-SHA256-TRAILER\n{_signature.Timestamp}\n{_signature.Scope}\n{_previousSignature}\n{hash}"
            );
            Require(expected, signature ?? "", "trailer");
        }

        if (_expectedLength is { } length && length != _decoded)
        {
            throw Incomplete($"x-amz-decoded-content-length is {length}, the chunks have {_decoded} bytes");
        }

        Trailers = trailers;
    }

    /// <summary>A line without its CRLF; null at the end of the body.</summary>
    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            if (result.Buffer.Length > MaximumLineBytes)
            {
                throw new AwsServiceException("InvalidRequest", $"A line of the aws-chunked body is longer than {MaximumLineBytes} bytes.");
            }

            if (result.IsCompleted)
            {
                var rest = result.Buffer.Length;
                _reader.AdvanceTo(result.Buffer.End);
                return rest == 0 ? null : throw Incomplete("the body ends inside a line");
            }

            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static void Require(string expected, string actual, string what)
    {
        if (!SigningKeyDerivation.AreEqual(expected, actual))
        {
            throw new SignatureException(
                SignatureFailure.Mismatch,
                $"The {what} signature we calculated does not match the signature you provided.");
        }
    }

    private static AwsServiceException Incomplete(string why) =>
        new("IncompleteBody", $"The request body terminated unexpectedly: {why}.");
}
