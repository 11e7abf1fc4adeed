using Amazon.Runtime.Internal.Util;
using Amazon.S3.Model;

namespace ImageApp.Core.Storage;

/// <summary>An object's bytes as they come over the network, compared at their end with the checksum that came before them.</summary>
/// <param name="content">The bytes.</param>
/// <param name="checksum">Is told them; disposed with this.</param>
/// <param name="expected">What it has to be at the end.</param>
/// <param name="length">How many bytes there are: the last of them is handed on only where all are right.</param>
/// <param name="name">What the bytes are, for a message.</param>
internal sealed class VerifiedStream(Stream content, ObjectChecksum checksum, string expected, long length, string name) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The bytes of an answer, without the SDK's own verification around them.</summary>
    /// <param name="found">The answer.</param>
    /// <param name="name">What the bytes are, for a message.</param>
    public static Stream Of(GetObjectResponse found, string name)
    {
        var content = found.ResponseStream is WrapperStream wrapped ? wrapped.GetNonWrapperBaseStream() : found.ResponseStream;
        return ObjectChecksum.SaidOf(found) is var (checksum, expected)
            ? new VerifiedStream(content, checksum, expected, found.ContentLength, name)
            : content;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await content.ReadAsync(buffer, cancellationToken);
        Verify(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        var count = content.Read(buffer);
        Verify(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            checksum.Dispose();
            content.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Verify(ReadOnlySpan<byte> bytes)
    {
        checksum.Append(bytes);
        _read += bytes.Length;
        if (bytes.Length > 0 && _read == length && checksum.Value is var actual && actual != expected)
        {
            throw new BucketUnavailableException(
                $"{name} did not come as it was stored: its {checksum.Name} is {actual}, not {expected}.");
        }
    }
}
