namespace ImageApp.Tests.Fuzzing;

/// <summary>A file in memory that counts what is read of it.</summary>
internal sealed class CountedStream : Stream
{
    private readonly byte[] _content;
    private readonly long _most;
    private long _read;

    /// <summary>Opens it.</summary>
    /// <param name="content">The file.</param>
    /// <param name="most">How many bytes may be read of it.</param>
    public CountedStream(byte[] content, long most) => (_content, _most) = (content, most);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _content.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var from = (int)Math.Min(Position, Length);
        var count = Math.Min(buffer.Length, _content.Length - from);
        _content.AsSpan(from, count).CopyTo(buffer);
        Position += count;

        // Asking costs, too: who asks at the end again and again is found.
        _read += Math.Max(1, count);
        return _read <= _most ? count : throw new InvalidOperationException($"More than {_most} bytes were read of {Length}.");
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var from = origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => Length };

        // As a file does.
        return from + offset >= 0 ? Position = from + offset : throw new IOException("Before the beginning.");
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
