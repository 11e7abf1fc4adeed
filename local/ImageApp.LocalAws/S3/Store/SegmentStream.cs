namespace ImageApp.LocalAws.S3.Store;

/// <summary>Reads a range of an object across its segments, one open file at a time; decrypts it where there is a cipher.</summary>
internal sealed class SegmentStream(
    BlobStore blobs,
    IReadOnlyList<Segment> segments,
    long offset,
    long length,
    BlobCipher? cipher = null) : Stream
{
    private BlobReader? _file;
    private int _index;
    private long _inSegment = offset;
    private readonly long _length = length;
    private long _remaining = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _length - _remaining;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_remaining == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        while (_inSegment >= segments[_index].Length)
        {
            _inSegment -= segments[_index].Length;
            _index++;
            _file?.Dispose();
            _file = null;
        }

        _file ??= blobs.Open(segments[_index].Blob);
        var wanted = (int)Math.Min(Math.Min(_remaining, buffer.Length), segments[_index].Length - _inSegment);
        var count = await _file.ReadAsync(buffer[..wanted], segments[_index].Offset + _inSegment, cancellationToken);
        if (count == 0)
        {
            throw new InvalidDataException(
                $"Blob {segments[_index].Blob:N} is shorter than the {segments[_index].Length} bytes it was stored with.");
        }

        cipher?.Apply(segments[_index].Blob, _inSegment, buffer.Span[..count]);
        _inSegment += count;
        _remaining -= count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

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
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }
}
